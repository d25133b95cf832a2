"""``zarr-conformance history``: keep what each version came to, and show how it goes."""

from pathlib import Path

import click

from zarr_conformance.cli.consoles import output
from zarr_conformance.report.trend import entries_of, read_history, show_trends, write_history
from zarr_conformance.results import Results
from zarr_fixtures.corpus import load

EPILOG = """\
\b
Examples:
  zarr-conformance history add results.jsonl
  zarr-conformance history show
  zarr-conformance history show zarr-python --history ci/history.jsonl
"""

file = click.Path(dir_okay=False, path_type=Path)
kept = click.option(
    "--history",
    "path",
    type=file,
    default="history.jsonl",
    show_default=True,
    metavar="FILE",
    help="Where the history is kept: a small file, to be committed or cached.",
)


@click.group(short_help="Keep what each version came to.", epilog=EPILOG)
def history() -> None:
    """Keep what each version of an implementation came to, and show how it goes."""


@history.command("add")
@click.argument("file", type=file)
@kept
def add(file: Path, path: Path) -> None:
    """Add a results FILE: a line for each version of each implementation in it.

    A version that was measured with the same corpus before is measured anew.
    """
    corpus = load()
    results = Results.read(file)
    results.require_corpus(corpus.hash, corpus.cases)
    new = entries_of(results, corpus.cases)
    entries = read_history(path) if path.exists() else []
    write_history(path, [*entries, *new])
    output().print(f"{len(new)} added to {path}", soft_wrap=True)


@history.command("show")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@kept
def show(names: tuple[str, ...], path: Path) -> None:
    """Show how each implementation goes, or those named: its versions, oldest first."""
    show_trends(output(), read_history(path), names)
