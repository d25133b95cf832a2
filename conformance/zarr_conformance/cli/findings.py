"""``zarr-conformance findings``: the catalogue of root causes."""

from pathlib import Path

import click

from zarr_conformance.cli.consoles import output
from zarr_conformance.expectations import read_known
from zarr_conformance.implementations import find_implementations
from zarr_conformance.report.catalogue import show, write
from zarr_conformance.report.findings import catalogue
from zarr_conformance.results import Results
from zarr_fixtures.corpus import load
from zarr_fixtures.words import counted

EPILOG = """\
\b
Examples:
  zarr-conformance findings results.jsonl
  zarr-conformance findings results.jsonl versions.jsonl -o docs/findings
"""


@click.command(short_help="Gather failures by root cause.", epilog=EPILOG)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(dir_okay=False, path_type=Path),
)
@click.option(
    "-o",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write the catalogue there, in Markdown: an index, and a page for each implementation.",
)
def findings(files: tuple[Path, ...], folder: Path | None) -> None:
    """Gather the failures in results FILEs by root cause, the worst first.

    Which failures have one cause, and what shows it, is told in each implementation's
    expected.toml. Failures that it does not know are listed apart.
    """
    corpus = load()
    results = [Results.read(file) for file in files]
    for each in results:
        each.require_corpus(corpus.hash, corpus.cases)
    known = {
        name: read_known(each.expectations, corpus.cases)
        for name, each in find_implementations().items()
    }
    found = catalogue(results, corpus.cases, known)
    if folder is None:
        show(output(), found)
    else:
        write(found, folder)
        output().print(
            f"{counted(len(found.findings), 'finding')}: {folder / 'index.md'}", soft_wrap=True
        )
