"""The programs that install and build: found, run so that they can be stopped, and understood."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Event
from typing import NamedTuple

from zarr_conformance.environments.variables import clean_environment
from zarr_conformance.process import Stopped

SLICE = 0.1  # seconds between two looks whether the run is being stopped


class Missing(Exception):
    """A program is not on this machine: why nothing can be made, and what to do, a clause each."""

    def __init__(self, why: str, what_to_do: str) -> None:
        super().__init__(why, what_to_do)
        self.why = why
        self.what_to_do = what_to_do


class Failed(Exception):
    """A program failed. The message is all that it wrote."""


class Cause(NamedTuple):
    """What is wrong with the machine if a program's words match, and what can be done about it."""

    pattern: str
    why: str
    what_to_do: str


NETWORK = "check the network and run again; what is prepared already runs without it"
MACHINE = (
    Cause(
        r"No space left|os error 28\b|os error 122\b|ENOSPC|EDQUOT|Disk quota exceeded",
        "the disk is full",
        "make room in {cache}, or let ZARR_CONFORMANCE_CACHE name another directory",
    ),
    Cause(
        r"Permission denied|Read-only file system|os error 13\b|os error 30\b|EACCES|EROFS",
        "the cache directory {cache} cannot be written",
        "let ZARR_CONFORMANCE_CACHE name another directory",
    ),
)


def cause(output: str, causes: Sequence[Cause]) -> Cause | None:
    """What is wrong with the machine, if that is why a program failed."""
    return next((each for each in (*causes, *MACHINE) if re.search(each.pattern, output)), None)


def find(program: str, what_to_do: str) -> Path:
    """Where a program is. Raises ``Missing``."""
    found = shutil.which(program)
    if found is None:
        raise Missing(f"{program} was not found", what_to_do)
    return Path(found)


@cache
def version_of(program: Path, argument: str) -> str:
    """What a program says of itself: the first line. Raises ``Missing`` if it says nothing."""
    try:
        said = subprocess.run(
            [program, argument],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=clean_environment(),
            timeout=30,
            check=True,
            text=True,
            errors="replace",
        )
        return _COLOUR.sub("", said.stdout).strip().splitlines()[0]
    except (OSError, IndexError, subprocess.SubprocessError) as error:
        raise Missing(
            f"{program} does not work", f"see what `{program} {argument}` says"
        ) from error


def run(
    command: Sequence[str],
    stopping: Event,
    directory: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> None:
    """Run a program and wait for it, in slices.

    Raises ``Failed`` with what it wrote, and ``Stopped`` after ending it if the run is stopped.
    """
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=directory,
        env=clean_environment() | {"NO_COLOR": "1"} | dict(variables or {}),
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        while True:
            with suppress(subprocess.TimeoutExpired):
                output, _ = process.communicate(timeout=SLICE)
                break
            if stopping.is_set():
                os.killpg(process.pid, signal.SIGKILL)
                raise Stopped
    if process.returncode != 0:
        raise Failed(_COLOUR.sub("", output))


_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
