"""``zarr-conformance generate``: write the corpus from its recipes."""

from pathlib import Path

import click

from zarr_conformance.cli.consoles import output
from zarr_conformance.cli.zep import draft_option
from zarr_conformance.errors import ExitCode, UsageError
from zarr_fixtures import generate as corpus
from zarr_fixtures.corpus import load
from zarr_fixtures.draft import open_draft
from zarr_fixtures.releases import fault_of_version, write_release

EPILOG = """\
\b
Examples:
  zarr-conformance generate
  zarr-conformance generate --check
  zarr-conformance generate --release
"""


@click.command(short_help="Write the corpus from its recipes.", epilog=EPILOG)
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; fail if a case file would change, or if the version does not tell what "
    "changed since the last release.",
)
@click.option(
    "--release",
    is_flag=True,
    help="Remember the corpus as it is as the last release, which later versions are held to.",
)
@draft_option
def generate(check: bool, release: bool, draft_directory: Path | None) -> ExitCode:
    """Write the case files from the recipes, after the reference has answered every case."""
    console = output()
    if check and release:
        raise UsageError("--check writes nothing, and --release does: give one of them.")
    if draft_directory is not None:
        if check or release:
            raise UsageError("A draft is written, and neither checked nor released.")
        differences = corpus.write_draft(open_draft(draft_directory))
    else:
        differences = corpus.check() if check else corpus.write()
    for difference in differences:
        console.print(f"{difference.kind:8} {difference.id}", soft_wrap=True)
    if not differences:
        console.print("The corpus is what the recipes make.")
    elif check:
        console.print("To write these: zarr-conformance generate")
    fault = fault_of_version(load()) if check else None
    if fault is not None:
        console.print(f"The version: {fault}.", soft_wrap=True)
    if release:
        write_release(load())
        console.print("This corpus is the last release now.")
    failed = check and (differences or fault)
    return ExitCode.UNEXPECTED_FAILURES if failed else ExitCode.NOTHING_UNEXPECTED
