"""Runs a command, and turns every error into one sentence and an exit code."""

import errno
import os
import sys
from collections.abc import Sequence

import click

from zarr_conformance.cli.consoles import errors
from zarr_conformance.cli.root import root
from zarr_conformance.errors import ConformanceError, ExitCode, Interrupted, told
from zarr_fixtures.errors import (
    CorpusError,
    DraftError,
    ExportError,
    GenerationError,
    LayoutError,
    ProposalError,
    SelectionError,
    UncoveredError,
)

# The errors of the corpus, which knows no exit codes.
OF_THE_CORPUS = {
    CorpusError: ExitCode.BAD_FILE,
    DraftError: ExitCode.BAD_USAGE,
    ExportError: ExitCode.BAD_USAGE,
    GenerationError: ExitCode.UNEXPECTED_FAILURES,
    LayoutError: ExitCode.NO_STORAGE,
    ProposalError: ExitCode.BAD_FILE,
    SelectionError: ExitCode.BAD_USAGE,
    UncoveredError: ExitCode.BAD_FILE,
}


def run_command(arguments: Sequence[str]) -> int:
    """Run a command, and return its exit code."""
    try:
        code = root.main(list(arguments), prog_name="zarr-conformance", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return ExitCode.BAD_USAGE
    except click.Abort:
        return _ended("Stopped.", ExitCode.INTERRUPTED)
    except Interrupted as interrupted:
        return _ended(str(interrupted), ExitCode.INTERRUPTED)
    except ConformanceError as error:
        return _ended(f"Error: {error}", error.exit_code)
    except tuple(OF_THE_CORPUS) as error:
        return _ended(f"Error: {error}", OF_THE_CORPUS[type(error)])
    except OSError as error:
        return _ended(f"Error: {_sentence(error)}", ExitCode.NO_STORAGE)
    return int(code or ExitCode.NOTHING_UNEXPECTED)


def _ended(sentence: str, code: ExitCode) -> ExitCode:
    errors().print(sentence, style="red", soft_wrap=True)
    return code


def _sentence(error: OSError) -> str:
    """What the system would not do. Nothing more is written to an output that is full."""
    if error.filename is None and error.errno == errno.ENOSPC:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return "The output cannot be written: no space is left there."
    place = "" if error.filename is None else f"{os.fspath(error.filename)}: "
    return f"{place}{told(error)}."
