"""Tables with a column for each implementation, abbreviated until they fit the terminal."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.columns import Columns
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from zarr_conformance.report.marks import Mark
from zarr_conformance.report.matrix import Key

WIDE_ENOUGH = 10_000


@dataclass(frozen=True)
class Layout:
    """Whether columns carry names, or numbers that a key explains, and cells their counts."""

    named: bool
    counted: bool


LAYOUTS = (Layout(named=True, counted=True), Layout(False, True), Layout(False, False))


def fits(table: Table, console: Console) -> bool:
    """Whether the console is wide enough for the table as it is."""
    options = console.options.update(width=WIDE_ENOUGH)
    return Measurement.get(console, options, table).maximum <= console.width


def show_columns(
    console: Console, columns: Sequence[Key], build: Callable[[Table, Layout], None]
) -> None:
    """Print the most talkative layout that fits. ``build`` fills in the rows of a table."""
    for layout in LAYOUTS:
        table = _empty(columns, layout)
        build(table, layout)
        if fits(table, console):
            break
    if not layout.named:
        key = (Text(f"{n:>2} {name} {version}") for n, (name, version) in enumerate(columns, 1))
        console.print(Columns(key, padding=(0, 3, 0, 0)))
        console.print()
    console.print(table)


def _empty(columns: Sequence[Key], layout: Layout) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2 if layout.named else 1, 0, 0))
    table.add_column(overflow="ellipsis", no_wrap=True)
    for number, (name, version) in enumerate(columns, 1):
        heading = f"{name}\n{version}" if layout.named else str(number)
        table.add_column(Text(heading, style="bold"), no_wrap=True)
    return table


def legend(console: Console, marks: Iterable[Mark], *more: str) -> Table:
    """The marks that occur, and what they mean, as many in a line as fit."""
    entries = [
        Text.assemble((symbol(mark, console), mark.style), f" {mark.meaning}")
        for mark in sorted(marks, key=list(Mark).index)
    ]
    entries.extend(map(Text, more))
    table = Table.grid(padding=(0, 3, 0, 0))
    across = 3 if console.width >= 110 else 2
    for start in range(0, len(entries), across):
        table.add_row(*entries[start : start + across])
    return table


def symbol(mark: Mark, console: Console) -> str:
    """The symbol of a mark, in ASCII where the terminal knows nothing else."""
    return mark.ascii_symbol if console.options.ascii_only else mark.symbol
