"""``zarr-conformance adapters``: the implementations that come with an adapter."""

import click
from rich.table import Table

from zarr_conformance.cli.consoles import output
from zarr_conformance.implementations import find_implementations


@click.command(short_help="List the implementations with an adapter.")
def adapters() -> None:
    """List the implementations that `run` knows by name.

    The lineage is the library that an implementation stands on: bindings share that of their core.
    Of the versions the first that installs here is run; NAME@VERSION runs another, NAME@all each.
    """
    table = Table("name", "language", "lineage", "versions", box=None, pad_edge=False)
    table.add_column("homepage", overflow="fold")
    for each in find_implementations().values():
        versions = ", ".join(each.releases) or "here"
        table.add_row(each.name, each.language, each.lineage, versions, each.homepage)
    output().print(table)
