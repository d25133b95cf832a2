"""``zarr-conformance coverage``: which requirements of the specifications have cases."""

import json

import click

from zarr_conformance.cli.consoles import output
from zarr_conformance.errors import ExitCode
from zarr_fixtures.corpus import load
from zarr_fixtures.coverage import coverage as coverage_of
from zarr_fixtures.uncovered import read_reasons

EPILOG = """\
\b
Examples:
  zarr-conformance coverage
  zarr-conformance coverage --check
  zarr-conformance coverage --json | jq '.missing'
"""


@click.command(short_help="Tell which requirements have cases.", epilog=EPILOG)
@click.option("--json", "as_json", is_flag=True, help="Print all of it as one JSON document.")
@click.option(
    "--check",
    is_flag=True,
    help="Fail if a firm, testable requirement has neither a case nor a reason, or a case and a "
    "reason why there is none.",
)
def coverage(as_json: bool, check: bool) -> ExitCode:
    """Tell which requirements have at least one case, by chapter.

    A requirement is firm if the text itself states it, and testable if stored bytes can show it.
    Where such a one has no case, uncovered.toml gives the reason.
    """
    counted = coverage_of(load(), read_reasons())
    faults = list(counted.faults()) if check else []
    if as_json:
        click.echo(json.dumps(counted.to_json(), indent=2))
    elif not check:
        output().print(counted.table())
    elif not faults:
        click.echo("Every firm, testable requirement has a case, or a reason why there is none.")
    else:
        click.echo("\n".join(faults))
    return ExitCode.UNEXPECTED_FAILURES if faults else ExitCode.NOTHING_UNEXPECTED
