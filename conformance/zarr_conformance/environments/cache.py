"""Where environments are kept from run to run: one directory each, and a lock beside it.

A directory is marked when it is whole: what a stopped preparation leaves behind is made anew.
"""

import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

from zarr_conformance.process import Stopped

MARK = "prepared.json"
WAIT = 0.1  # seconds between two looks at a lock


def cache_directory() -> Path:
    """The cache: ``$ZARR_CONFORMANCE_CACHE``, or a directory where the platform keeps caches."""
    if chosen := os.environ.get("ZARR_CONFORMANCE_CACHE"):
        return Path(chosen).absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "zarr-conformance"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "zarr-conformance"


def mark(directory: Path, version: str) -> None:
    """Note that an environment is whole, and which version of the library is in it."""
    unfinished = directory / (MARK + ".part")
    unfinished.write_text(json.dumps({"version": version}))
    unfinished.replace(directory / MARK)


def is_whole(directory: Path) -> bool:
    """Whether a directory holds an environment that was finished."""
    try:
        return "version" in json.loads((directory / MARK).read_bytes())
    except (OSError, ValueError, TypeError):
        return False


@contextmanager
def lock(path: Path, stopping: Event) -> Iterator[None]:
    """Hold a lock that another run may hold for as long as it prepares the same environment."""
    with path.open("w") as file:
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            if stopping.wait(WAIT):
                raise Stopped
        yield
