"""The implementations that come with an adapter: where they are, and what ``adapter.toml`` says.

::

    name = "zarr-python"
    language = "python"
    lineage = "zarr-python"                   # the core library that it stands on
    homepage = "https://zarr.readthedocs.io"
    versions = ["3.4.2", "3.1.6"]             # newest first; the first that installs is taken

    [python]
    requirements = ["zarr=={version}"]        # nothing: run with our own Python and its packages
    run = ["{python}", "adapter.py"]

``expected.toml`` beside it tells its known failures.
"""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zarr_conformance.errors import UsageError

MEMBERS = {"name": str, "language": str, "lineage": str, "homepage": str, "python": dict}
OPTIONAL = {"versions": list}
PYTHON_MEMBERS = {"requirements": list, "run": list}


@dataclass(frozen=True)
class Implementation:
    """One ``adapter.toml``, and the directory that it lies in."""

    name: str
    language: str
    lineage: str
    homepage: str
    versions: tuple[str, ...]
    requirements: tuple[str, ...]
    run: tuple[str, ...]
    directory: Path

    @property
    def expectations(self) -> Path:
        """Where its known failures are told, if there are any."""
        return self.directory / "expected.toml"


def directory() -> Path:
    """Where the implementations are: in an installed package, or in a checkout."""
    package = Path(__file__).parent
    packaged = package / "implementations"
    return packaged if packaged.is_dir() else package.parents[1] / "implementations"


def find_implementations(folder: Path | None = None) -> dict[str, Implementation]:
    """All implementations by name. Raises ``UsageError`` if an ``adapter.toml`` is wrong."""
    files = sorted((folder or directory()).glob("*/adapter.toml"))
    return {each.name: each for each in map(_read, files)}


def named(names: tuple[str, ...], known: Mapping[str, Implementation]) -> list[Implementation]:
    """The implementations with these names. Raises ``UsageError`` for one that does not exist."""
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known)}."
            raise UsageError(f"There is no implementation called {name!r}. {hint}")
    return [known[name] for name in dict.fromkeys(names)]


def _read(path: Path) -> Implementation:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
    _check(document, MEMBERS, OPTIONAL, f"{path}")
    python = document["python"]
    _check(python, PYTHON_MEMBERS, {}, f"{path}: [python]")
    return Implementation(
        name=document["name"],
        language=document["language"],
        lineage=document["lineage"],
        homepage=document["homepage"],
        versions=_strings(document.get("versions", []), f"{path}: versions"),
        requirements=_strings(python["requirements"], f"{path}: requirements"),
        run=_strings(python["run"], f"{path}: run"),
        directory=path.parent,
    )


def _check(
    table: Mapping[str, Any],
    mandatory: Mapping[str, type],
    optional: Mapping[str, type],
    place: str,
) -> None:
    for name in mandatory.keys() - table.keys():
        raise UsageError(f"{place}: `{name}` is missing.")
    for name, value in table.items():
        expected = mandatory.get(name) or optional.get(name)
        if expected is None:
            raise UsageError(f"{place}: {name!r} is not a member.")
        if not isinstance(value, expected):
            raise UsageError(f"{place}: `{name}` must be a {expected.__name__}.")


def _strings(values: list[Any], place: str) -> tuple[str, ...]:
    if not all(isinstance(value, str) for value in values):
        raise UsageError(f"{place} must hold strings.")
    return tuple(values)
