"""Every finding has a script of a few lines, and the script shows what it says.

That each is there is held here. That it shows what it says is held by ``tox -e findings``, which
runs them: each with the library alone, in the environment of the newest release that it is about.
"""

import json
import re
import resource
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from zarr_conformance.environments import NotPrepared, cache_directory, prepare
from zarr_conformance.expectations import Known, read_known
from zarr_conformance.implementations import Implementation, find_implementations
from zarr_conformance.process import Launch
from zarr_fixtures import corpus

LINES = 15
SECONDS = 180
PATIENCE = 20  # seconds after which there is no answer
MEMORY = 6 * 2**30
SUFFIXES = {"python": ".py", "program": ".py", "node": ".mjs", "cargo": ".rs"}
IMPLEMENTATIONS = find_implementations(Path(__file__).parents[1])
CASES = corpus.load().cases
KNOWN = {name: read_known(each.expectations, CASES) for name, each in IMPLEMENTATIONS.items()}


@dataclass(frozen=True)
class Script:
    """A script, and the release of the library that it is run with."""

    implementation: Implementation
    known: Known

    def __str__(self) -> str:
        return f"{self.implementation.asked_for}-{self.known.finding}"


def scripts() -> Iterator[Script]:
    """All scripts, each once."""
    for name, entries in KNOWN.items():
        for known in {each.reproduce: each for each in entries if each.reproduce}.values():
            yield Script(_release(IMPLEMENTATIONS[name], known), known)


def _release(implementation: Implementation, known: Known) -> Implementation:
    if not known.versions or not implementation.releases:
        return implementation
    return implementation.at(next(filter(known.holds_in, implementation.releases)))


SCRIPTS = list(scripts())


def test_every_finding_is_one_of_its_own_implementation_and_has_a_script() -> None:
    """Unless its authors should hear of it first, or have mended it and tell so."""
    owned: dict[str, list[Known]] = {}
    for name, entries in KNOWN.items():
        for known in entries:
            if known.finding.startswith(f"{name}/"):
                owned.setdefault(known.finding, []).append(known)
    for known in (each for entries in KNOWN.values() for each in entries):
        assert known.finding in owned, f"{known.finding} is nobody's finding"
        assert any(map(_is_shown, owned[known.finding])), known.finding


def _is_shown(known: Known) -> bool:
    return bool(known.reproduce or known.private or (known.versions and known.link))


def test_the_catalogue_has_every_finding_and_no_other() -> None:
    """Made anew by ``zarr-conformance findings RESULTS -o docs/findings``."""
    pages = Path(__file__).parents[2] / "docs" / "findings"
    published = {
        f"{page.stem}/{slug}"
        for page in pages.glob("*.md")
        for slug in re.findall(r"^## ([a-z0-9-]+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert published == {known.finding for entries in KNOWN.values() for known in entries}


@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_a_script_is_short_and_says_what_it_shows(script: Script) -> None:
    assert len(script.known.reproduce.splitlines()) <= LINES
    assert script.known.shows
    assert not script.known.private


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_a_script_shows_what_it_says(script: Script, tmp_path: Path) -> None:
    shows = " ".join(script.known.shows.split())
    said = " ".join(_said(script, tmp_path).split())
    assert re.search(rf"(?<!\w){re.escape(shows)}(?!\w)", said), said[-2000:]


def _said(script: Script, directory: Path) -> str:
    """What a script prints, or how it fails: the error, the signal, or that there is no answer."""
    try:
        launch = prepare(script.implementation)
    except NotPrepared as problem:
        pytest.skip(str(problem))
    toolchain = script.implementation.toolchain
    if toolchain == "program" and not script.known.holds_in(version := _version(launch)):
        pytest.skip(f"it is not about version {version}, which is what this machine has")
    file = directory / f"script{SUFFIXES[toolchain]}"
    file.write_text(script.known.reproduce)
    command = [launch.command[0], file.name]
    if toolchain == "node":
        (directory / "node_modules").symlink_to(launch.directory.parent / "node_modules")
    elif toolchain == "cargo":
        command = [_built(script, file, launch.environment)]
    return _output(command, directory, launch.environment, script.known.shows)


def _version(launch: Launch) -> str:
    """What the adapter says when it is asked who it is."""
    said = subprocess.run(
        launch.command,
        cwd=launch.directory,
        env=launch.environment,
        input='{"id": 1, "describe": {}}\n',
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    return str(json.loads(said)["returned"]["version"])


def _output(command: list[str], directory: Path, environment: Mapping[str, str], shows: str) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=directory,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE if shows == "no answer" else SECONDS,
            preexec_fn=None if command[0].endswith("node") else _limit_memory,
        )
    except subprocess.TimeoutExpired:
        return "no answer"
    if done.returncode < 0:
        return f"{done.stdout} {done.stderr} {signal.Signals(-done.returncode).name}"
    return f"{done.stdout} {done.stderr}" if done.returncode else done.stdout


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _built(script: Script, file: Path, environment: Mapping[str, str]) -> str:
    """The program that Cargo makes of a script; what the library compiles to is kept."""
    target = cache_directory() / "findings-target"
    quickly = {"CARGO_PROFILE_RELEASE_OPT_LEVEL": "1", "CARGO_TARGET_DIR": str(target)}
    name = script.known.finding.replace("/", "-")
    manifest = f'[package]\nname = "{name}"\nversion = "0.0.0"\nedition = "2024"\n[[bin]]\n'
    file.with_name("Cargo.toml").write_text(f'{manifest}name = "{name}"\npath = "{file.name}"\n')
    release = next(filter(script.known.holds_in, script.implementation.releases))
    crate = f"{script.implementation.name}@={release}"
    for command in (["add", "--quiet", crate], ["build", "--quiet", "--release"]):
        subprocess.run(
            ["cargo", *command], cwd=file.parent, env={**environment, **quickly}, check=True
        )
    return str(target / "release" / name)
