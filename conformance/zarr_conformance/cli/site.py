"""Writes the report as pages, with progress on a terminal."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.progress import track

from zarr_conformance.cli.consoles import errors, output
from zarr_conformance.implementations import find_implementations
from zarr_conformance.rejudge import entries_about, expectations_among
from zarr_conformance.report.findings import catalogue
from zarr_conformance.report.html.places import MATRIX
from zarr_conformance.report.html.site import Site, require_ours, write_file
from zarr_conformance.report.trend import Entry
from zarr_conformance.results import Results
from zarr_fixtures.corpus import Corpus
from zarr_fixtures.coverage import coverage
from zarr_fixtures.profile import profiles
from zarr_fixtures.uncovered import read_reasons
from zarr_fixtures.words import counted


def write_site(
    directory: Path, results: Results, corpus: Corpus, trends: Mapping[str, Sequence[Entry]]
) -> None:
    """Write all pages, with the trends of a history, and tell where they begin.

    Raises ``UsageError`` if the directory holds something else, ``StorageError`` if it cannot be
    written.
    """
    require_ours(directory)
    entries = entries_about(results, corpus.cases, find_implementations())
    known = expectations_among(entries, results)
    findings = catalogue([results], corpus.cases, entries).seen
    covered = coverage(corpus, read_reasons())
    site = Site(results, corpus, known, covered, list(profiles().values()), trends, findings)
    console = errors()
    for place, text in track(
        site.files(),
        "Writing pages",
        len(site),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ):
        write_file(directory, place, text)
    output().print(
        f"{counted(len(site), 'file')}. Open {directory / MATRIX}", soft_wrap=True, highlight=False
    )
