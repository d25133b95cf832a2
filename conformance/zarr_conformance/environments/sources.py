"""The files that an adapter is built from: its own, and the kit of its language.

They are copied into the cache and built there, side by side as they lie here, so that no build ever
leaves anything in the source tree. What one has left there by hand is not copied.
"""

import shutil
from pathlib import Path

# Not part of what is built: what is known of it, and what other tools leave behind.
LEFT_OUT = shutil.ignore_patterns("expected.toml", "node_modules", "target", "__pycache__")


def source_files(adapter: Path, kit: str) -> dict[str, bytes]:
    """The content of all files that decide what is built, by their path here."""
    here = adapter.parent
    return {
        str(path.relative_to(here)): path.read_bytes()
        for folder in (adapter, here / "kit" / kit)
        for path in _walk(folder)
    }


def copy_sources(adapter: Path, kit: str, directory: Path) -> None:
    """Copy the adapter's directory and its kit, as they lie here."""
    for folder in (adapter, adapter.parent / "kit" / kit):
        destination = directory / folder.relative_to(adapter.parent)
        shutil.copytree(folder, destination, ignore=LEFT_OUT)


def _walk(folder: Path) -> list[Path]:
    names = [path.name for path in folder.iterdir()]
    kept = sorted(set(names) - LEFT_OUT(str(folder), names))
    paths = [folder / name for name in kept]
    return [each for path in paths for each in (_walk(path) if path.is_dir() else [path])]
