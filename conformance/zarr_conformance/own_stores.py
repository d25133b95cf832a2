"""Stores that an adapter may change: one for each question that asks for it, and for it alone.

Each is laid out anew just before its question is sent, for a process that broke may have begun to
work on questions after the one that it broke on. When the answer is there the whole store becomes a
part of it, so that a results file alone can be judged again. What an adapter leaves is not trusted:
a link, a file beside the store, or more than a case can need is a bad answer.
"""

import os
import shutil
import stat
from base64 import b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from zarr_conformance.judge import Observation
from zarr_conformance.protocol import Question
from zarr_fixtures.case import Case
from zarr_fixtures.layout import lay_out_store

MOST_ENTRIES = 2000  # files and directories; cases have a few dozen
MOST_BYTES = 4 * 2**20  # of all values together; cases have a few thousand


class _Own(NamedTuple):
    """A directory in which nothing but a store may be, the store, and its case."""

    directory: Path
    store: Path
    case: Case


class _UnfitError(Exception):
    """What is wrong with a store, in a clause that follows "the adapter"."""


class OwnStores:
    """The stores of the cases that ask for a change, below a directory."""

    def __init__(self, cases: Iterable[Case], directory: Path) -> None:
        self._own = {}
        for number, case in enumerate(case for case in cases if case.ask.changes):
            own = directory / str(number)
            self._own[case.id] = _Own(own, own / "stores" / case.id, case)
        self._of_store = {str(own.store): own for own in self._own.values()}

    def path(self, case: Case) -> Path | None:
        """Where the store of the case is, once it is laid out; None if it is not to be changed."""
        own = self._own.get(case.id)
        return None if own is None else own.store

    def prepare(self, question: Question) -> None:
        """Lay out the store of a question that asks for a change. Raises ``OSError``."""
        own = self._of_store.get(question.parameters["store"])
        if own is not None:
            shutil.rmtree(own.directory, ignore_errors=True)
            lay_out_store(own.case.store, own.store)

    def collected(self, case: Case, observation: Observation) -> Observation:
        """The observation with the store in it, if there is one; the store is removed."""
        own = self._own.get(case.id)
        if own is None:
            return observation
        try:
            if observation.kind != "returned":
                return observation
            return Observation("returned", {"store": dict(_values(own))})
        except _UnfitError as reason:
            content = {"reason": "bad_answer", "detail": str(reason), "stderr": ""}
            return Observation("broken", content)
        finally:
            shutil.rmtree(own.directory, ignore_errors=True)


def _values(own: _Own) -> Iterator[tuple[str, str]]:
    """Each key of the store with its value in base64, sorted. Raises ``_UnfitError``."""
    room = MOST_BYTES
    for path in sorted(_files(own.directory)):
        if not path.is_relative_to(own.store):
            raise _UnfitError(f"wrote {path.name!r} beside the store")
        key = path.relative_to(own.store).as_posix()
        try:
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode):
                raise _UnfitError(f"left something at {key!r} that is no file, such as a link")
            room -= status.st_size
            if room < 0:
                raise _UnfitError(f"left more than {MOST_BYTES} bytes in the store")
            with path.open("rb") as file:
                yield key, b64encode(file.read(status.st_size)).decode("ascii")
        except OSError as error:
            raise _UnfitError(f"left {key!r}, which cannot be read: {error.strerror}") from error


def _files(directory: Path) -> Iterator[Path]:
    """Everything below a directory but directories. Raises ``_UnfitError`` if it is too much."""
    waiting, left = [directory], MOST_ENTRIES
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    left -= 1
                    if left < 0:
                        raise _UnfitError(f"left more than {MOST_ENTRIES} files and directories")
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
                    else:
                        yield Path(entry.path)
        except OSError as error:
            raise _UnfitError(f"left a store that cannot be listed: {error.strerror}") from error
