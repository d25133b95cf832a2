"""The built wheel holds everything that a checkout has: the corpus, the schemas, the adapters."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "zarr_reference": ROOT / "reference" / "zarr_reference",
    "zarr_fixtures": ROOT / "fixtures" / "zarr_fixtures",
    "zarr_conformance": ROOT / "conformance" / "zarr_conformance",
    "zarr_conformance/implementations": ROOT / "implementations",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    directory = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = directory.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def tracked(directory: Path) -> set[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--", "."], cwd=directory, check=True, capture_output=True
    )
    names = listing.stdout.decode().split("\0")
    return {directory / name for name in names if name and (directory / name).exists()}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_of_a_package_is_in_the_wheel(package: str, wheel: dict[str, bytes]) -> None:
    directory = PACKAGES[package]
    files = tracked(directory)
    assert files, f"git knows no file in {directory}"
    missing = [
        str(file.relative_to(directory))
        for file in sorted(files)
        if wheel.get(f"{package}/{file.relative_to(directory).as_posix()}") != file.read_bytes()
    ]
    assert missing == []


def test_the_wheel_holds_the_whole_corpus(wheel: dict[str, bytes]) -> None:
    cases = {
        file.relative_to(PACKAGES["zarr_fixtures"])
        for file in PACKAGES["zarr_fixtures"].glob("cases/**/*.json")
    }
    packed = {
        Path(name).relative_to("zarr_fixtures")
        for name in wheel
        if name.startswith("zarr_fixtures/cases/")
    }
    assert len(cases) > 300
    assert packed == cases
