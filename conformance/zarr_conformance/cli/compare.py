"""``zarr-conformance compare``: what changed from one results file to another."""

from pathlib import Path

import click

from zarr_conformance.cli.consoles import errors, output
from zarr_conformance.errors import ExitCode
from zarr_conformance.report.comparison import Kind, lost, show_comparison
from zarr_conformance.report.comparison import compare as compare_results
from zarr_conformance.results import Results

EPILOG = """\
\b
Examples:
  zarr-conformance compare main.jsonl branch.jsonl
  zarr-conformance compare old.jsonl new.jsonl zarr-python tensorstore
"""

file = click.Path(dir_okay=False, path_type=Path)


@click.command(short_help="Compare two results files, case by case.", epilog=EPILOG)
@click.argument("old", type=file)
@click.argument("new", type=file)
@click.argument("names", nargs=-1, metavar="[NAME]...")
def compare(old: Path, new: Path, names: tuple[str, ...]) -> ExitCode:
    """Tell regressions, fixes, new and retired cases from the results OLD to NEW.

    The files may be of different corpora, and of different versions of the implementations. A
    case regressed if its answer changed for the worse. The exit code is 1 if any case of any
    implementation did, and 3 if an implementation of OLD could not be run in NEW.
    """
    before, after = Results.read(old).only(names), Results.read(new).only(names)
    comparisons = compare_results(before, after)
    for comparison in comparisons:
        show_comparison(output(), comparison)
    missed = lost(before, after)
    for name in missed:
        errors().print(f"{name} did not run in {new}.", style="yellow", soft_wrap=True)
    if any(comparison.counts.get(Kind.REGRESSED) for comparison in comparisons):
        return ExitCode.UNEXPECTED_FAILURES
    return ExitCode.NOT_RUN if missed else ExitCode.NOTHING_UNEXPECTED
