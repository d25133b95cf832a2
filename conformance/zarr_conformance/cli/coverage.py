"""``zarr-conformance coverage``: which requirements of the specifications have cases."""

import json

import click

from zarr_conformance.cli.consoles import output
from zarr_fixtures.corpus import load
from zarr_fixtures.coverage import coverage as coverage_of

EPILOG = """\
\b
Examples:
  zarr-conformance coverage
  zarr-conformance coverage --json | jq '.missing'
"""


@click.command(short_help="Tell which requirements have cases.", epilog=EPILOG)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, with the missing.")
def coverage(as_json: bool) -> None:
    """Tell which requirements have at least one case, by chapter.

    A requirement is firm if the text itself states it, and testable if stored bytes can show it.
    """
    counted = coverage_of(load())
    if as_json:
        click.echo(json.dumps(counted.to_json(), indent=2))
    else:
        output().print(counted.table())
