"""What can go wrong outside the implementations that are tested: one sentence and an exit code.

Every error that a user can meet derives from ``ConformanceError``. ``__main__`` prints its
sentence, which says what is wrong, where, and what to do next, and exits with its code; nothing
else in the package prints errors or calls ``sys.exit``.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of ``zarr-conformance``."""

    NOTHING_UNEXPECTED = 0
    UNEXPECTED_FAILURES = 1
    BAD_USAGE = 2
    NOT_RUN = 3
    BAD_FILE = 4
    NO_STORAGE = 5
    INTERRUPTED = 130


class ConformanceError(Exception):
    """Base of the errors that a user can meet."""

    exit_code = ExitCode.BAD_USAGE


class UsageError(ConformanceError):
    """An argument names nothing that exists, or makes no sense."""


class ResultsError(ConformanceError):
    """A results file cannot be used."""

    exit_code = ExitCode.BAD_FILE


class StorageError(ResultsError):
    """A results file cannot be written: no space, no permission, no such directory."""

    exit_code = ExitCode.NO_STORAGE


class ExpectationsError(ConformanceError):
    """An ``expected.toml`` is malformed, or expects something of a case that does not exist."""

    exit_code = ExitCode.BAD_FILE


class Interrupted(ConformanceError):
    """Somebody stopped the run."""

    exit_code = ExitCode.INTERRUPTED


def told(error: OSError) -> str:
    """What the system would not do, for a sentence: what it calls "File exists" is no help."""
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return "a file stands where a folder has to be"
    return error.strerror or str(error)
