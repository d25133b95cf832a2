"""The implementations that come with an adapter: where they are, and what ``adapter.toml`` says.

::

    name = "zarr-python"
    language = "python"
    lineage = "zarr-python"                   # the core library that it stands on
    homepage = "https://zarr.readthedocs.io"
    versions = ["3.4.2", "3.1.6"]             # newest first; the first that installs is taken
    one_processor = true                      # its threads wait for each other: false if not said

    [python]                                  # the toolchain: what ``environments`` makes it with
    requirements = ["zarr=={version}"]        # nothing: run with our own Python and its packages
    run = ["{python}", "adapter.py"]

    [[python.older]]                          # run if asked for only, as in ``zarr-python@2.18.7``
    versions = ["2.18.7"]
    requirements = ["zarr=={version}"]
    run = ["{python}", "adapter_2.py"]

Where a library comes within a package that counts otherwise, ``versions`` is a table of the
package's versions by the library's. A ``[program]`` is what this machine has: it lists none.
``expected.toml`` beside it tells its known failures.
"""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import UnionType
from typing import Any

from packaging.version import InvalidVersion

from zarr_conformance.errors import UsageError
from zarr_conformance.versions import parse_version

TOOLCHAINS = ("python", "node", "cargo", "maven", "go", "program")
MEMBERS = {"name": str, "language": str, "lineage": str, "homepage": str}
OPTIONAL = {"versions": list | dict, "one_processor": bool, **dict.fromkeys(TOOLCHAINS, dict)}
TOOLCHAIN_MEMBERS = {"requirements": list, "run": list}
TOOLCHAIN_OPTIONAL = {"older": list}
OLDER_MEMBERS = {"versions": list | dict, **TOOLCHAIN_MEMBERS}

ALL = "all"  # what NAME@all stands for: each listed version


@dataclass(frozen=True)
class Release:
    """How one version of an implementation is installed and run."""

    package: str  # what the package calls this version
    requirements: tuple[str, ...]
    run: tuple[str, ...]


@dataclass(frozen=True)
class Implementation:
    """One ``adapter.toml``, and the directory that it lies in.

    ``versions`` are those of the package: the first one that installs is run. ``releases`` are all
    that are listed, newest first, by the version of the library. If one was asked for, it is
    ``version``, and the only one of ``versions``.
    """

    name: str
    language: str
    lineage: str
    homepage: str
    versions: tuple[str, ...]
    requirements: tuple[str, ...]
    run: tuple[str, ...]
    directory: Path
    releases: Mapping[str, Release] = field(default_factory=dict)
    version: str = ""
    toolchain: str = "python"
    one_processor: bool = False

    @property
    def asked_for(self) -> str:
        """What to call it on the command line to get it again."""
        return f"{self.name}@{self.version}" if self.version else self.name

    def at(self, version: str) -> "Implementation":
        """This implementation in one version. Raises ``UsageError`` if it cannot be had."""
        release = self.releases.get(version) or self._unlisted(version)
        return replace(
            self,
            version=version,
            versions=(release.package,),
            requirements=release.requirements,
            run=release.run,
        )

    def _unlisted(self, version: str) -> Release:
        """How a version that is not listed is run: as the next newer one that is."""
        listed = list(self.releases.items())
        if not listed:
            which = "this machine has" if self.toolchain == "program" else "comes with the harness"
            raise UsageError(
                f"Of {self.name} no version can be chosen: it is the one that {which}. "
                f"Leave @{version} out."
            )
        there_are = f"there are: {', '.join(self.releases)}"
        try:
            wanted = parse_version(version)
            newer = [each for each in listed if parse_version(each[0]) > wanted]
        except InvalidVersion as error:
            raise UsageError(f"{self.name}@{version} is no version; {there_are}.") from error
        like, release = newer[-1] if newer else listed[0]
        if release.package != like:  # it has a name of its own, and so would this one
            raise UsageError(f"There is no {self.name}@{version}; {there_are}.")
        return replace(release, package=version)

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
    """The implementations that are asked for: ``NAME``, ``NAME@VERSION``, or ``NAME@all``.

    Raises ``UsageError`` for one that does not exist.
    """
    found = (each for name in names for each in _asked_for(name, known))
    return list({each.asked_for: each for each in found}.values())


def _asked_for(asked: str, known: Mapping[str, Implementation]) -> Iterator[Implementation]:
    name, at, version = asked.partition("@")
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known)}."
        raise UsageError(f"There is no implementation called {name!r}. {hint}")
    if not at:
        yield known[name]
    elif version == ALL and known[name].releases:
        yield from map(known[name].at, known[name].releases)
    else:
        yield known[name].at(version)


def _read(path: Path) -> Implementation:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
    _check(document, MEMBERS, OPTIONAL, f"{path}")
    toolchain = _toolchain(document, path)
    table = document[toolchain]
    _check(table, TOOLCHAIN_MEMBERS, TOOLCHAIN_OPTIONAL, f"{path}: [{toolchain}]")
    newest = _releases({"versions": [], **document, **table}, f"{path}: [{toolchain}]")
    releases = dict(newest)
    for number, older in enumerate(table.get("older", []), 1):
        place = f"{path}: [[{toolchain}.older]] {number}"
        _check(older, OLDER_MEMBERS, {}, place)
        releases |= _releases(older, place)
    return Implementation(
        name=document["name"],
        language=document["language"],
        lineage=document["lineage"],
        homepage=document["homepage"],
        versions=tuple(release.package for release in newest.values()),
        requirements=_strings(table["requirements"], f"{path}: requirements"),
        run=_strings(table["run"], f"{path}: run"),
        directory=path.parent,
        releases=releases,
        toolchain=toolchain,
        one_processor=document.get("one_processor", False),
    )


def _releases(table: Mapping[str, Any], place: str) -> dict[str, Release]:
    """The versions in a table, each with how it is installed and run."""
    versions = _strings(list(table["versions"]), f"{place}: versions")
    packages = versions
    if isinstance(table["versions"], dict):
        packages = _strings(list(table["versions"].values()), f"{place}: versions")
    requirements = _strings(table["requirements"], f"{place}: requirements")
    run = _strings(table["run"], f"{place}: run")
    return {
        version: Release(package, requirements, run)
        for version, package in zip(versions, packages, strict=True)
    }


def _toolchain(document: Mapping[str, Any], path: Path) -> str:
    """The one toolchain that an implementation has a table for."""
    found = [name for name in TOOLCHAINS if name in document]
    if len(found) != 1:
        tables = " or ".join(f"[{name}]" for name in TOOLCHAINS)
        raise UsageError(f"{path}: there must be one table {tables}, and there are {len(found)}.")
    return found[0]


def _check(
    table: Mapping[str, Any],
    mandatory: Mapping[str, type | UnionType],
    optional: Mapping[str, type | UnionType],
    place: str,
) -> None:
    if not isinstance(table, Mapping):
        raise UsageError(f"{place} must be a table.")
    for name in mandatory.keys() - table.keys():
        raise UsageError(f"{place}: `{name}` is missing.")
    for name, value in table.items():
        expected = mandatory.get(name) or optional.get(name)
        if expected is None:
            raise UsageError(f"{place}: {name!r} is not a member.")
        if not isinstance(value, expected):
            kind = getattr(expected, "__name__", expected)
            raise UsageError(f"{place}: `{name}` must be a {kind}.")


def _strings(values: list[Any], place: str) -> tuple[str, ...]:
    if not all(isinstance(value, str) for value in values):
        raise UsageError(f"{place} must hold strings.")
    return tuple(values)
