"""Writes a results file line by line while a run goes on, so that nothing measured is ever lost."""

import json
import os
from pathlib import Path
from threading import Lock

from zarr_conformance.errors import StorageError, told
from zarr_conformance.results import Cost, Implementation, Line, NotRun, Result, Run


class ResultsWriter:
    """Writes lines to a results file, each with one system call, from any thread.

    With ``append`` the file is continued, and a last line that was cut off is removed first.
    Raises ``StorageError`` if the file cannot be written.
    """

    def __init__(self, path: Path, *, append: bool = False) -> None:
        self.path = path
        self._lock = Lock()
        self._encode = json.JSONEncoder(check_circular=False, separators=(",", ":")).encode
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if append:
                _remove_torn_end(path)
            self._file = path.open("ab" if append else "wb", buffering=0)
        except OSError as error:
            raise _not_written(path, error) from error

    def __enter__(self) -> "ResultsWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Every line is on it already."""
        self._file.close()

    def write_run(self, run: Run) -> None:
        """Write the first line."""
        self._write(run)

    def write_implementation(self, implementation: Implementation) -> None:
        """Write the line that comes before the first result of an implementation."""
        self._write(implementation)

    def write_cost(self, cost: Cost) -> None:
        """Write what an implementation took for its answers."""
        self._write(cost)

    def write_not_run(self, not_run: NotRun) -> None:
        """Write that an adapter was not run."""
        self._write(not_run)

    def write_result(self, result: Result) -> None:
        """Write what an implementation said to a case."""
        self._write(result)

    def _write(self, line: Line) -> None:
        rest = memoryview(self._encode(line.to_json()).encode() + b"\n")
        with self._lock:
            try:
                while rest:
                    rest = rest[self._file.write(rest) :]
            except OSError as error:
                raise _not_written(self.path, error) from error


def _remove_torn_end(path: Path) -> None:
    data = path.read_bytes()
    os.truncate(path, data.rfind(b"\n") + 1)


def _not_written(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{path} cannot be written: {told(error)}. Make room, or name another file; "
        "what a run has written stays, and --resume goes on with it."
    )
