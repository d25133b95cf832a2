"""``zarr-conformance results``: what to do with results files."""

from pathlib import Path

import click

from zarr_conformance.cli.consoles import output
from zarr_conformance.cli.outcome import results_path
from zarr_conformance.implementations import find_implementations
from zarr_conformance.merge import Part, merged
from zarr_conformance.rejudge import write
from zarr_conformance.results import Results
from zarr_fixtures.corpus import load
from zarr_fixtures.words import counted

EPILOG = """\
\b
Examples:
  zarr-conformance results merge results.jsonl from-their-ci.jsonl -o all.jsonl
  zarr-conformance report all.jsonl
"""


@click.group(short_help="Put results files together.")
def results() -> None:
    """Put results files together."""


@results.command(short_help="Put runs made elsewhere beside ours.", epilog=EPILOG)
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    "out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="OUT",
    help="Where the results go.",
)
def merge(files: tuple[Path, ...], out: Path) -> None:
    """Put the results in all FILEs into one, beside each other.

    Each must be of this corpus, whole, and as a run writes it. Verdicts are not taken over: all is
    judged again. Of the same implementation in the same version the file that is named first
    counts.
    """
    out = results_path(out, selected=False, resume=False)
    corpus = load()
    together, parts = merged(files, corpus, find_implementations(), out)
    write(together, out)
    for part in parts:
        _show(part, together, len(corpus.cases))
    output().print(f"Results: {out}", soft_wrap=True)


def _show(part: Part, together: Results, cases: int) -> None:
    console = output()
    otherwise = (
        f", {counted(part.changed, 'verdict')} otherwise than it claims" if part.changed else ""
    )
    console.print(f"{part.path}{otherwise}", soft_wrap=True)
    for key in part.taken:
        console.print(f"  {' '.join(key)}: {len(together.results[key])} of {cases} cases")
    for key in part.left_out:
        console.print(f"  {' '.join(key)}: left out, for an earlier file has it")
