"""``zarr-conformance zep``: start a proposal that is in no specification yet."""

from pathlib import Path

import click

from zarr_conformance.cli.consoles import output
from zarr_fixtures.draft import new_draft

EPILOG = """\
\b
Examples:
  zarr-conformance zep new xor
  zarr-conformance generate --draft xor
  zarr-conformance run zarr-python --adapter "python xor/adapter.py" --draft xor
  zarr-conformance evidence xor selected.jsonl --draft xor
"""

draft_option = click.option(
    "--draft",
    "draft_directory",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Take in the draft in this folder; see `zep`.",
)


@click.group(short_help="Draft a proposal, with cases and evidence.", epilog=EPILOG)
def zep() -> None:
    """Draft a proposal, with cases and evidence, before it is in any specification."""


@zep.command("new")
@click.argument("name")
@click.option(
    "--in",
    "place",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    metavar="DIR",
    help="Where the folder goes.  [default: here]",
)
def new(name: str, place: Path) -> None:
    """Write a folder NAME with a codec of this name, its cases, requirements and evidence.

    It works as it is: generate makes its cases, run asks them, evidence makes a page. Then make it
    yours: README.md is its specification, codec.py the reference of it.
    """
    for path in new_draft(name, place):
        output().print(str(path), soft_wrap=True)
    folder = place / name
    output().print(f"\nNext: zarr-conformance generate --draft {folder}", soft_wrap=True)
