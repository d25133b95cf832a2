"""``zarr-conformance generate``: write the corpus from its recipes."""

import click

from zarr_conformance.cli.consoles import output
from zarr_conformance.errors import ExitCode
from zarr_fixtures import generate as corpus

EPILOG = """\
\b
Examples:
  zarr-conformance generate
  zarr-conformance generate --check
"""


@click.command(short_help="Write the corpus from its recipes.", epilog=EPILOG)
@click.option("--check", is_flag=True, help="Write nothing; fail if a case file would change.")
def generate(check: bool) -> ExitCode:
    """Write the case files from the recipes, after the reference has answered every case."""
    console = output()
    differences = corpus.check() if check else corpus.write()
    for difference in differences:
        console.print(f"{difference.kind:8} {difference.id}", soft_wrap=True)
    if not differences:
        console.print("The corpus is what the recipes make.")
    elif check:
        console.print("To write these: zarr-conformance generate")
    failed = check and differences
    return ExitCode.UNEXPECTED_FAILURES if failed else ExitCode.NOTHING_UNEXPECTED
