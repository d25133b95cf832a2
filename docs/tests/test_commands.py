"""Every command that the documentation shows is run, in the order of its page.

Each page has a directory of its own, with nothing in it but the `results.jsonl` of an earlier run.
`zarr-conformance` is on PATH and in `.venv/bin`, and `$CHECKOUT` is this checkout. `asks_little.py`
lets runs be short. A page can say more in comments, which no reader sees:

    <!-- first:                          commands that prepare what the page takes for granted
    <!-- instead, as tox takes long:     the block below is not run, but these commands are
    <!-- exit code 1, as one fails -->   what the block below exits with
    <!-- prints -->                      each line of the block below is in what was just printed,
                                         in this order; `...` stands for anything

"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from zarr_conformance.cli.root import root

ROOT = Path(__file__).parents[2]
READMES = ["README.md", "CONTRIBUTING.md", *(f"{each}/README.md" for each in (
    "reference", "fixtures", "implementations"))]  # fmt: skip
PAGES = [*READMES, *(str(page.relative_to(ROOT)) for page in sorted(ROOT.glob("docs/**/*.md")))]

COMMENT_OR_BLOCK = re.compile(
    r"<!--(?P<comment>.*?)-->|^(?P<indent> *)```(?P<language>\S*)\n(?P<block>.*?)^ *```$",
    re.DOTALL | re.MULTILINE,
)
FIRST = re.compile(r"first:\n(.*)", re.DOTALL)
INSTEAD = re.compile(r"instead, as [^\n]+(?:\n[^\n:]+)*:\n(.*)", re.DOTALL)
EXIT_CODE = re.compile(r"exit code (\d+), as .+", re.DOTALL)
NO_NETWORK = "cannot be reached"


@dataclass(frozen=True)
class Step:
    """A block of commands, or of what the commands before it print."""

    line: int
    commands: str = ""
    code: int = 0
    prints: str = ""


def steps(page: str) -> Iterator[Step]:
    """What is run for a page, and held to what was printed, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    comment = ""
    for found in COMMENT_OR_BLOCK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        if found["comment"] is not None:
            comment = found["comment"].strip()
            if first := FIRST.fullmatch(comment):
                yield Step(line, first[1])
            continue
        if found["language"] in {"sh", "bash", "console", "shell-session"}:
            raise ValueError(f"{page}:{line}: call the block `shell`, so that it is run")
        if found["language"] == "shell":
            instead, code = INSTEAD.fullmatch(comment), EXIT_CODE.fullmatch(comment)
            yield Step(line, instead[1] if instead else found["block"], int(code[1]) if code else 0)
        elif comment == "prints":
            yield Step(line, prints=found["block"])
        comment = ""


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What commands see of the world: among other things, the programs of a new environment."""
    programs = tmp_path_factory.mktemp("programs")
    little = Path(__file__).with_name("asks_little.py")
    for name, command in {"python": "", "zarr-conformance": f'"{little}"'}.items():
        script = programs / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {command} "$@"\n')
        script.chmod(0o755)
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "CHECKOUT": str(ROOT), "COLUMNS": "80"}


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> bytes:
    """The file that an earlier run has left."""
    directory = tmp_path_factory.mktemp("earlier")
    run_commands(Step(0, "zarr-conformance run"), directory, environment)
    return (directory / "results.jsonl").read_bytes()


@pytest.fixture
def directory(tmp_path: Path, environment: dict[str, str], results: bytes) -> Path:
    """Where the commands of a page start."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(environment["PATH"].split(os.pathsep)[0])
    (tmp_path / "results.jsonl").write_bytes(results)
    return tmp_path


def run_commands(step: Step, directory: Path, environment: dict[str, str]) -> str:
    """What the commands print. Fails if their exit code is another one than the page says."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", step.commands],
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    if done.returncode == 3 and NO_NETWORK in done.stdout:
        pytest.skip(done.stdout)
    said = f"{step.commands}exits with {done.returncode}:\n{done.stdout}"
    assert done.returncode == step.code, said
    return done.stdout


def missing_line(shown: str, printed: str) -> str:
    """The first line that is ``shown`` but was not ``printed`` behind those above it, or ``""``."""
    lines = iter(printed.splitlines())
    for wanted in filter(str.strip, shown.splitlines()):
        parts = (re.escape(" ".join(part.split())) for part in wanted.split("..."))
        pattern = re.compile(r"\s*.*".join(parts) + r"\s*")
        if not any(pattern.fullmatch(" ".join(line.split())) for line in lines):
            return wanted
    return ""


@pytest.mark.parametrize("page", [page for page in PAGES if any(steps(page))])
def test_the_commands_of_a_page(page: str, directory: Path, environment: dict[str, str]) -> None:
    printed = ""
    for step in steps(page):
        if step.commands:
            printed = run_commands(step, directory, environment)
        else:
            missing = missing_line(step.prints, printed)
            assert not missing, f"{page}:{step.line}: {missing!r} is not in\n{printed}"


def words_of_commands(page: str) -> Iterator[list[str]]:
    """The commands that a page mentions within a sentence."""
    prose = COMMENT_OR_BLOCK.sub("", (ROOT / page).read_text(encoding="utf-8"))
    for command in re.findall(r"`zarr-conformance ([a-z][^`|&]*)`", prose):
        yield shlex.split(command)


@pytest.mark.parametrize("page", [page for page in PAGES if any(words_of_commands(page))])
def test_the_commands_that_a_page_mentions_exist(page: str) -> None:
    for words in words_of_commands(page):
        command: click.Command = root
        arguments = list(words)
        while isinstance(command, click.Group) and arguments:
            command = command.commands[arguments.pop(0)]
        context = click.Context(command, info_name=" ".join(words))
        command.make_parser(context).parse_args(arguments)
