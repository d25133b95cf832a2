"""``zarr-conformance adapters``: the implementations with an adapter, a new one, an ill one."""

from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from zarr_conformance.cli.consoles import output
from zarr_conformance.doctor import Kind, examine
from zarr_conformance.environments import NotPrepared
from zarr_conformance.errors import ExitCode
from zarr_conformance.implementations import find_implementations, named
from zarr_conformance.process import CannotStart
from zarr_conformance.run import external, installed
from zarr_conformance.skeletons import SKELETONS, write_skeleton
from zarr_fixtures.corpus import load

EPILOG = """\
\b
Examples:
  zarr-conformance adapters
  zarr-conformance adapters new mylibrary --language rust
  zarr-conformance adapters doctor "python mylibrary/adapter.py"
  zarr-conformance adapters doctor zarr-python@3.0.8
"""

MARKS: dict[Kind, tuple[str, str]] = {
    "step": ("\n", "bold"),
    "->": ("  -> ", "dim"),
    "<-": ("  <- ", "cyan"),
    "well": ("  \u2713 ", "green"),
    "ill": ("  \u2717 ", "bold red"),
    "note": ("    ", "yellow"),
}


@click.group(
    short_help="List, write and examine adapters.", epilog=EPILOG, invoke_without_command=True
)
@click.pass_context
def adapters(context: click.Context) -> None:
    """List the implementations with an adapter, begin a new one, find out what is wrong with one.

    Without a command, the list.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_adapters)


@adapters.command("list", short_help="List the implementations that `run` knows by name.")
def list_adapters() -> None:
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


@adapters.command(short_help="Write the skeleton of an adapter.")
@click.argument("name")
@click.option("--language", type=click.Choice(list(SKELETONS)), required=True)
def new(name: str, language: str) -> None:
    """Write the skeleton of an adapter into a new directory NAME, here.

    It talks at once, and says `unsupported` to every question until it is told how to ask. The
    README.md in it says what comes next.
    """
    written = write_skeleton(name, language, Path.cwd())
    console = output()
    console.print(f"{name}/ has an adapter in {language}. Next:", soft_wrap=True)
    doctor_line = f'zarr-conformance adapters doctor "{written.run}"'
    for line in filter(None, (written.build, doctor_line, f"less {name}/README.md")):
        console.print(Text(f"  {line}", "cyan"), soft_wrap=True)


@adapters.command(short_help="Find out what is wrong with an adapter.")
@click.argument("adapter", metavar="NAME|CMD")
def doctor(adapter: str) -> ExitCode:
    """Put a few questions to an adapter, show each message, and say in words what is wrong.

    NAME is that of an implementation, or NAME@VERSION; CMD the command that starts an adapter of
    your own.
    """
    every = find_implementations()
    ours = adapter.partition("@")[0] in every
    [contestant] = map(installed, named((adapter,), every)) if ours else [external(adapter)]
    console = output()

    def show(kind: Kind, text: str) -> None:
        mark, style = MARKS[kind]
        console.print(Text(mark + text, style), soft_wrap=True)

    try:
        well = examine(contestant, load(), show)
    except (NotPrepared, CannotStart) as reason:
        show("ill", f"{adapter} cannot be run here: {reason}.")
        return ExitCode.NOT_RUN
    console.print(
        "\nAll is well: it talks as the protocol wants." if well else "\nNot all is well."
    )
    return ExitCode.NOTHING_UNEXPECTED if well else ExitCode.UNEXPECTED_FAILURES
