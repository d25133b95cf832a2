"""The CPythons that are installed on this machine, newest first. None is ever downloaded.

A library may need a newer Python than the one that runs us, or an older one. So we look where
people keep them: beside our own, on the path, where uv and pyenv put theirs. What pyenv has on the
path are shims, which refuse to run for a version that is not selected: we take the real ones.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from glob import glob
from pathlib import Path

OLDEST = (3, 10)  # what the kit's adapters are written for

_NAMES = "python3.[1-9][0-9]"
_QUERY = """
import json, sys, sysconfig
plain = sys.implementation.name == "cpython" and sys.version_info.releaselevel == "final"
plain = plain and not sysconfig.get_config_var("Py_GIL_DISABLED")
print(json.dumps([plain, *sys.version_info[:3]]))
"""


@dataclass(frozen=True)
class Interpreter:
    """A released CPython with its lock, as most people have it."""

    version: tuple[int, int, int]
    path: Path

    def __str__(self) -> str:
        return ".".join(map(str, self.version))


@cache
def candidates() -> tuple[Path, ...]:
    """Files that look like a CPython, links resolved, our own first. Nothing is run."""
    own = Path(getattr(sys, "_base_executable", sys.executable))
    # Of a folder that may not be read, glob says nothing: it belongs to somebody else.
    found = [own]
    for folder, names in _places():
        found += [folder / name for name in sorted(glob(names, root_dir=folder))]  # noqa: PTH207 - see above
    resolved = (path.resolve() for path in found if "shims" not in path.parts)
    return tuple(dict.fromkeys(path for path in resolved if os.access(path, os.X_OK)))


def _places() -> Iterator[tuple[Path, str]]:
    """Where to look, and for which names."""
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    managed = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")
    yield managed, f"*/bin/{_NAMES}"
    yield Path(os.environ.get("PYENV_ROOT") or home / ".pyenv"), f"versions/*/bin/{_NAMES}"
    for folder in filter(None, os.environ.get("PATH", "").split(os.pathsep)):
        yield Path(folder), _NAMES
    for folder in ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"):
        yield Path(folder), _NAMES


def find_interpreters(paths: Iterable[Path]) -> list[Interpreter]:
    """One interpreter of each minor version among the files, newest first."""
    newest: dict[tuple[int, int], Interpreter] = {}
    for path in paths:
        version = _version(path)
        if version is None or version < OLDEST:
            continue
        best = newest.setdefault(version[:2], Interpreter(version, path))
        if version > best.version:
            newest[version[:2]] = Interpreter(version, path)
    return sorted(newest.values(), key=lambda each: each.version, reverse=True)


@cache
def _version(path: Path) -> tuple[int, int, int] | None:
    """The version of a CPython, or None if the file is something else."""
    try:
        said = subprocess.run(
            [path, "-I", "-c", _QUERY],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=10,
            check=True,
        )
        plain, major, minor, patch = json.loads(said.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return (major, minor, patch) if plain else None
