"""``zarr-conformance cases``: look at the corpus, and take it elsewhere."""

from dataclasses import replace
from pathlib import Path

import click
from rich.table import Table

from zarr_conformance.cli.consoles import output
from zarr_conformance.errors import UsageError
from zarr_fixtures.archive import archive
from zarr_fixtures.corpus import load
from zarr_fixtures.export import export
from zarr_fixtures.selection import select, suggestion
from zarr_fixtures.show import show
from zarr_fixtures.words import counted

EPILOG = """\
\b
Examples:
  zarr-conformance cases list
  zarr-conformance cases list --select "v3/codecs polarity:negative"
  zarr-conformance cases show v3/codecs/bytes/big-endian
  zarr-conformance cases export corpus/
  zarr-conformance cases archive corpus.tar.gz
"""

selection = click.option(
    "--select", "expression", default="*", metavar="EXPR", help="Only these cases; see `run`."
)


@click.group(short_help="Look at cases, or take them elsewhere.", epilog=EPILOG)
def cases() -> None:
    """Look at the cases of the corpus, or take them elsewhere."""


@cases.command("list")
@selection
def list_cases(expression: str) -> None:
    """List cases: id, what can be shown with them, and title."""
    console = output()
    selected = select(load(), expression)
    if not console.is_terminal:
        for case in selected:
            click.echo(f"{case.id}\t{case.polarity}\t{case.title}")
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    for case in selected:
        table.add_row(case.id, case.polarity, case.title)
    console.print(table)
    console.print(counted(len(selected), "case"))


@cases.command("show")
@click.argument("case_id", metavar="ID")
def show_case(case_id: str) -> None:
    """Show one case: the store with its bytes explained, the question, the answer, and why."""
    corpus = load()
    if case_id not in corpus.cases:
        hint = suggestion(case_id, corpus.cases) or ": see `zarr-conformance cases list`"
        raise UsageError(f"There is no case {case_id!r}{hint}")
    case = corpus[case_id]
    control = None if case.control is None else corpus[case.control]
    output().print(show(case, control), soft_wrap=True, end="")


@cases.command("export")
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@selection
def export_cases(directory: Path, expression: str) -> None:
    """Write the stores as they lie on disk into DIR, each with its question and answer.

    DIR must be new or empty. README.txt in it explains the rest, to people without Python.
    """
    corpus = load()
    selected = {case.id: case for case in select(corpus, expression)}
    manifest = export(replace(corpus, cases=selected), directory)
    output().print(f"{counted(len(selected), 'case')}, listed in {manifest}", soft_wrap=True)


@cases.command("archive")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
def archive_cases(file: Path) -> None:
    """Pack the corpus into FILE, a .zip or .tar.gz, with its SHA-256 in a file beside it.

    It holds what `export` writes. The same corpus makes the same archive, to the last byte.
    """
    corpus = load()
    digest = archive(corpus, file)
    output().print(f"{len(corpus)} cases in {file}, its SHA-256 in {digest}", soft_wrap=True)
