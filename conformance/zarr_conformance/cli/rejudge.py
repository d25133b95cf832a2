"""``zarr-conformance rejudge``: judge what was said again, by the rules of today."""

from pathlib import Path

import click

from zarr_conformance.cli.consoles import output
from zarr_conformance.cli.outcome import any_red
from zarr_conformance.errors import ExitCode
from zarr_conformance.implementations import find_implementations
from zarr_conformance.rejudge import changes, rejudged, write
from zarr_conformance.report.outcomes import FailOn
from zarr_conformance.results import Results
from zarr_fixtures.corpus import load
from zarr_fixtures.words import counted

EPILOG = """\
\b
Examples:
  zarr-conformance rejudge results.jsonl
  zarr-conformance rejudge old.jsonl --results rejudged.jsonl
  zarr-conformance rejudge results.jsonl --expected expected.toml
"""


@click.command(short_help="Judge answers again, by the rules of today.", epilog=EPILOG)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--results",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="OUT",
    help="Where the results go.  [default: FILE itself]",
)
@click.option(
    "--expected",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="TOML",
    help="The known failures, where the adapter is one of your own.",
)
def rejudge(file: Path, path: Path | None, expected: Path | None) -> ExitCode:
    """Judge the answers in a results FILE again, and list the verdicts that change.

    Nothing is run: what was said stays as it is. The rules and the known failures are today's.
    """
    corpus = load()
    before = Results.read(file)
    before.require_corpus(corpus.hash, corpus.cases)
    after = rejudged(before, corpus.cases, find_implementations(), expected)
    write(after, path or file)
    console = output()
    lines = list(changes(before, after))
    for line in lines:
        console.print(line, soft_wrap=True)
    console.print(
        f"{counted(len(lines), 'verdict')} changed. Results: {path or file}", soft_wrap=True
    )
    failed = any_red(after, corpus.cases, FailOn.ANY)
    return ExitCode.UNEXPECTED_FAILURES if failed else ExitCode.NOTHING_UNEXPECTED
