"""``zarr-conformance evidence``: a page on a proposal, to be attached to a vote."""

import shlex
from pathlib import Path

import click

from zarr_conformance.cli.consoles import output
from zarr_conformance.cli.zep import draft_option
from zarr_conformance.implementations import find_implementations
from zarr_conformance.rejudge import entries_about
from zarr_conformance.report.evidence.contestants import sources
from zarr_conformance.report.evidence.page import make_page, write_page
from zarr_conformance.results import Results
from zarr_fixtures.corpus import load
from zarr_fixtures.draft import open_draft
from zarr_fixtures.proposal import proposal
from zarr_fixtures.register import register
from zarr_fixtures.uncovered import read_reasons

EPILOG = """\
\b
Examples:
  zarr-conformance evidence ZEP0002 results.jsonl
  zarr-conformance evidence codec:zstd results.jsonl versions.jsonl --output evidence/
  zarr-conformance evidence strings results.jsonl crosscheck.jsonl
  zarr-conformance evidence "v3/codecs/gzip polarity:negative" results.jsonl
"""


@click.command(short_help="Write a page of evidence on a proposal.", epilog=EPILOG)
@click.argument("subject")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE...",
)
@click.option(
    "--output",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    metavar="DIR",
    help="Where the page is written.  [default: here]",
)
@draft_option
def evidence(
    subject: str, files: tuple[Path, ...], directory: Path, draft_directory: Path | None
) -> None:
    """Write one page, as Markdown and as HTML, on what results FILEs show of a proposal.

    SUBJECT is a ZEP such as ZEP0002, an extension such as codec:zstd or data_type:string, the name
    of the --draft, or any selection of cases; see `run`. The page tells who reads and writes it,
    where implementations part, what those do with it who do not know it, what is open, what was not
    tested, and how to repeat it. Several FILEs are put together; of the same question the later one
    counts. A FILE of `crosscheck` tells who reads what was written.
    """
    draft = None if draft_directory is None else open_draft(draft_directory)
    corpus = load() if draft is None else draft.corpus
    ours = find_implementations()
    releases = {each.name: each.releases for each in ours.values()}
    read = sources([Results.read(file) for file in files], corpus, releases)
    if draft is not None and subject == draft.directory.resolve().name:
        about = draft.proposal
    else:
        about = proposal(subject, corpus, register())
    also = "" if draft is None else f" --draft {shlex.quote(str(draft_directory))}"
    known = entries_about(read.together, corpus.cases, ours)
    page = make_page(about, corpus, read, read_reasons(), known=known, also=also)
    for path in write_page(page, directory):
        output().print(str(path), soft_wrap=True)
