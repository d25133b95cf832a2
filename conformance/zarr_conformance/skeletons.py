"""New adapters: what `adapters new` writes, so that one talks before any of it is written.

The skeletons are in ``implementations/skeletons/LANGUAGE``, filled in by Jinja; beside them goes a
copy of the language's kit, and a README that says how to build and ask the adapter.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from zarr_conformance.errors import UsageError
from zarr_conformance.implementations import directory

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
README = "README.md"


@dataclass(frozen=True)
class Skeleton:
    """What a language needs: ``build`` and ``run`` are commands, with ``NAME`` for the directory.

    ``kit`` is where its file goes in the new directory.
    """

    source: str
    kit: str
    run: str
    build: str = ""


SKELETONS: Mapping[str, Skeleton] = {
    "python": Skeleton("adapter.py", "zarr_adapter.py", "python NAME/adapter.py"),
    "rust": Skeleton(
        "adapter.rs",
        "zarr_adapter.rs",
        "NAME/target/debug/adapter",
        "cargo build --manifest-path NAME/Cargo.toml",
    ),
    "javascript": Skeleton("adapter.mjs", "zarr_adapter.mjs", "node NAME/adapter.mjs"),
    "java": Skeleton(
        "Adapter.java",
        "ZarrAdapter.java",
        "java -cp NAME/target/classes:NAME/target/dependency/* Adapter",
        "mvn --quiet --file NAME/pom.xml package",
    ),
    "go": Skeleton(
        "adapter.go",
        "zarr_adapter/zarr_adapter.go",
        "NAME/adapter",
        "go build -C NAME -o adapter .",
    ),
    "c": Skeleton(
        "adapter.c", "zarr_adapter.h", "NAME/adapter", "cc -o NAME/adapter NAME/adapter.c"
    ),
}


@dataclass(frozen=True)
class Written:
    """A new adapter: its directory, and the commands that build and start it."""

    directory: Path
    build: str
    run: str


def write_skeleton(name: str, language: str, here: Path) -> Written:
    """Write a skeleton into the directory ``here / name``, which must not exist yet.

    Raises ``UsageError`` if it does, or if the name is no name of a directory.
    """
    if NAME.fullmatch(name) is None:
        raise UsageError(
            f"{name!r} cannot be the name of an adapter: begin with a letter or a digit, and go on "
            "with letters, digits, '.', '_' and '-'."
        )
    place = here / name
    if place.exists():
        raise UsageError(
            f"{place.name} is there already. It is left as it is: choose another name."
        )
    skeleton = SKELETONS[language]
    build, run = (command.replace("NAME", name) for command in (skeleton.build, skeleton.run))
    for path, content in _files(name, language, skeleton, build, run).items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(content)
    return Written(place, build, run)


def _files(name: str, language: str, skeleton: Skeleton, build: str, run: str) -> dict[str, bytes]:
    """The content of each file, by its path in the new directory."""
    folder = directory() / "skeletons"
    templates = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        autoescape=False,  # noqa: S701 - this is source code, filled in with a checked name
    )
    names = sorted(each.name for each in (folder / language).iterdir() if each.is_file())
    filled_in = {each: f"{language}/{each}" for each in names} | {README: README}
    known = {
        "name": name,
        "source": skeleton.source,
        "kit": skeleton.kit,
        "build": build,
        "run": run,
        "toml": "adapter.toml" in names,
    }
    kit = directory() / "kit" / language / Path(skeleton.kit).name
    written = {
        path: templates.get_template(template).render(known).encode()
        for path, template in filled_in.items()
    }
    return written | {skeleton.kit: kit.read_bytes()}
