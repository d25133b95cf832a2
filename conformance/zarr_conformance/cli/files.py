"""The files that CI systems read: options for them, and how they are written."""

import functools
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from zarr_conformance.errors import StorageError, told
from zarr_conformance.implementations import find_implementations
from zarr_conformance.rejudge import known_failures
from zarr_conformance.report.job_summary import job_summary
from zarr_conformance.report.junit import junit
from zarr_conformance.report.outcomes import Outcomes
from zarr_conformance.report.tap import tap
from zarr_conformance.results import Results
from zarr_fixtures.case import Case

HELP = {
    "junit": "Write JUnit's XML.",
    "tap": "Write TAP, the Test Anything Protocol.",
    "markdown": "Write a job summary in Markdown; to $GITHUB_STEP_SUMMARY it is appended.",
}


@dataclass(frozen=True)
class Files:
    """Where each is to be written, if it is."""

    junit: Path | None
    tap: Path | None
    markdown: Path | None

    def __bool__(self) -> bool:
        return any((self.junit, self.tap, self.markdown))

    def write(self, outcomes: Outcomes, cases: Mapping[str, Case]) -> None:
        """Write what was asked for. Raises ``StorageError`` where that is not possible."""
        if self.junit:
            _write(self.junit, junit(outcomes))
        if self.tap:
            _write(self.tap, tap(outcomes))
        if self.markdown:
            _write(self.markdown, job_summary(outcomes, cases))


def file_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options, which it gets together as ``files``."""

    @functools.wraps(command)
    def with_files(
        *args: Any, junit: Path | None, tap: Path | None, markdown: Path | None, **more: Any
    ) -> Any:
        return command(*args, files=Files(junit, tap, markdown), **more)

    form = click.Path(dir_okay=False, path_type=Path)
    decorated: Callable[..., Any] = with_files
    for name in reversed(HELP):
        decorated = click.option(f"--{name}", type=form, metavar="FILE", help=HELP[name])(decorated)
    return decorated


def outcomes_of(
    results: Results, cases: Mapping[str, Case], expected: Path | None = None
) -> Outcomes:
    """The outcomes, in view of what is known to fail."""
    known = known_failures(results, cases, find_implementations(), expected)
    return Outcomes(results, cases, known)


def _write(path: Path, text: str) -> None:
    """Write a file, or add to GitHub's summary, which other steps of the job write to as well."""
    append = str(path) == os.environ.get("GITHUB_STEP_SUMMARY")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a" if append else "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {told(error)}.") from error
