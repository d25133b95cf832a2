"""Every implementation here is whole, and its adapter knows us only through the protocol."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from zarr_conformance.expectations import UNFILLED, read_known
from zarr_conformance.implementations import find_implementations
from zarr_conformance.versions import parse_version
from zarr_fixtures import corpus

HERE = Path(__file__).parents[1]
OURS = {"zarr_reference", "zarr_fixtures", "zarr_conformance"}
DIRECTORIES = sorted(
    each
    for each in HERE.iterdir()
    if each.is_dir() and each.name not in ("kit", "skeletons", "tests")
)
KIT = HERE / "kit" / "python" / "zarr_adapter.py"
OF_THE_KIT = {each.stem for each in KIT.parent.glob("*.py")}
IN_PYTHON = sorted(HERE.glob("*/adapter*.py"))


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda each: each.name)
def test_a_directory_is_an_implementation(directory: Path) -> None:
    implementation = find_implementations(HERE)[directory.name]
    assert implementation.homepage.startswith("https://")
    assert implementation.directory == directory
    installed = implementation.requirements and implementation.toolchain != "program"
    assert bool(implementation.versions) == bool(installed)


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda each: each.name)
def test_every_version_has_an_adapter(directory: Path) -> None:
    """And the newest that are listed come first."""
    releases = find_implementations(HERE)[directory.name].releases
    for version, release in releases.items():
        program = release.run[-1]
        there = directory.joinpath(program).is_file() or any(directory.rglob(f"{program}.java"))
        assert there or program.startswith("{"), version
    versions = list(map(parse_version, releases))
    assert versions == sorted(versions, reverse=True)


def test_a_requirement_for_python_is_a_package_or_names_one_to_be_built() -> None:
    """No other option of uv: all else is installed from wheels, which run nothing meanwhile."""
    python = [each for each in find_implementations(HERE).values() if each.toolchain == "python"]
    options = {
        (each.name, requirement)
        for each in python
        for requirement in each.requirements
        if requirement.startswith("-")
    }
    assert options == {("webknossos", "--no-binary=loxun")}


@pytest.mark.parametrize("path", IN_PYTHON, ids=lambda each: each.parent.name)
def test_the_kit_comes_before_the_library(path: Path) -> None:
    """Whatever a library prints when it is imported must not get into the protocol."""
    modules = [module for module in _imports(path) if not _standard(module)]
    kit = list(takewhile(OF_THE_KIT.__contains__, modules))
    assert KIT.stem in kit


@pytest.mark.parametrize("path", [KIT, *IN_PYTHON], ids=lambda each: each.parent.name)
def test_adapters_of_other_libraries_import_nothing_of_ours(path: Path) -> None:
    assert path.parent.name == "zarr-reference" or OURS.isdisjoint(_imports(path))


@pytest.mark.parametrize(
    "path", sorted({*KIT.parent.glob("*.py")} - {KIT}), ids=lambda each: each.stem
)
def test_what_is_beside_the_kit_imports_the_standard_library_alone(path: Path) -> None:
    """It may be imported before the kit has taken the protocol's output for itself."""
    assert all(map(_standard, _imports(path)))


def test_the_kit_imports_the_standard_library_alone() -> None:
    """Until ``values`` makes an array: whoever has a dtype to pass to it has NumPy."""
    body = ast.parse(KIT.read_text()).body
    there = [each for each in body if not isinstance(each, ast.FunctionDef)]
    [values] = [each for each in body if getattr(each, "name", "") == "values"]
    assert all(map(_standard, _imported(ast.Module(there, []))))
    assert list(_imported(values)) == ["numpy"]
    assert {each for each in _imports(KIT) if not _standard(each)} == {"numpy"}


@pytest.mark.parametrize(
    "path", sorted(HERE.glob("*/expected.toml")), ids=lambda each: each.parent.name
)
def test_known_failures_are_about_cases_and_have_evidence(path: Path) -> None:
    entries = read_known(path, corpus.load().cases)
    assert not [known for known in entries if UNFILLED in known.reason]
    for entry in tomllib.loads(path.read_text())["known"]:
        assert entry["reason"].endswith("."), entry
        assert entry.get("finding"), f"which root cause is it? {entry}"
        assert entry.get("link", "https://").startswith("https://"), entry
        assert len(entry.get("reproduce", "").splitlines()) <= 15, entry


def _imports(path: Path) -> Iterator[str]:
    """The top-level modules that a file imports, in order."""
    return _imported(ast.parse(path.read_text()))


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module)):
                yield module.partition(".")[0]


def _standard(module: str) -> bool:
    return module in sys.stdlib_module_names
