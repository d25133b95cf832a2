"""What a run comes to: where its results are, what is shown of them, and the exit code."""

import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from zarr_conformance.cli.consoles import output
from zarr_conformance.errors import ExitCode, Interrupted, ResultsError, UsageError
from zarr_conformance.implementations import find_implementations
from zarr_conformance.rejudge import known_failures
from zarr_conformance.report.failures import show_failures
from zarr_conformance.report.outcomes import FailOn
from zarr_conformance.report.terminal import supporting_nothing
from zarr_conformance.results import NotRun, Results, require_results_file
from zarr_fixtures.case import Case

WHOLE = Path("results.jsonl")
SELECTED = Path("selected.jsonl")  # so that a look at a few cases does not cost the results of all


def results_path(path: Path | None, *, selected: bool, resume: bool) -> Path:
    """Where results go.

    Raises ``UsageError`` if that would overwrite a file of another kind, or if a file stands where
    the folder should be.
    """
    path = path or (SELECTED if selected else WHOLE)
    there = next((each for each in path.parents if each.exists()), None)
    if there is not None and not there.is_dir():
        raise UsageError(
            f"{path} cannot be written: {there} is a file, and no folder. "
            "Name another place with --results."
        )
    if path.exists() and path.stat().st_size and not resume:
        try:
            require_results_file(path)
        except ResultsError as error:
            raise UsageError(
                f"{error} It is not overwritten: name another with --results."
            ) from error
    return path


def show_each_failure(
    results: Results, cases: Mapping[str, Case], expected: Path | None = None
) -> None:
    """Show each failure, and of those that are known the reason and the evidence."""
    known = known_failures(results, cases, find_implementations(), expected)
    show_failures(output(), results, cases, known)


def any_red(results: Results, cases: Mapping[str, Case], fail_on: FailOn) -> bool:
    """Whether anything failed that turns a run red."""
    return any(
        fail_on.counts(cases[case_id], result)
        for answers in results.results.values()
        for case_id, result in answers.items()
    )


def exit_code(
    results: Results, missed: Iterable[NotRun], red: bool, *, named: bool, selected: bool
) -> ExitCode:
    """The exit code of a run.

    ``red`` if it holds failures that are not tolerated, ``named`` if implementations were asked
    for by name, ``selected`` if not all cases were. Who passes nothing of the whole corpus was not
    really run: no adapter that is broken looks green.
    """
    if not any(results.results.values()) or (named and list(missed)):
        return ExitCode.NOT_RUN
    if supporting_nothing(results) and not selected:
        return ExitCode.NOT_RUN
    return ExitCode.UNEXPECTED_FAILURES if red else ExitCode.NOTHING_UNEXPECTED


def stopped(path: Path) -> Interrupted:
    """What to say when a run was stopped: this command, with ``--resume``, goes on with it."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--resume"]
    again = shlex.join(["zarr-conformance", *arguments, "--resume"])
    return Interrupted(f"Stopped. The answers so far are in {path}; to go on: {again}")
