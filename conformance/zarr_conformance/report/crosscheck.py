"""Who reads what others wrote: a matrix of writers and readers, and who is at fault."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from zarr_conformance.crosscheck import Key, Pair
from zarr_conformance.report.history import by_age
from zarr_conformance.report.tables import Layout, show_columns
from zarr_fixtures.words import counted

ALL = ""  # the feature that stands for all together


@dataclass
class Cell:
    """How often a reader read what a writer wrote, and whose fault it was if not."""

    agree: int = 0
    writer: int = 0
    reader: int = 0
    unsupported: int = 0

    @property
    def asked(self) -> int:
        """How often it should have worked."""
        return self.agree + self.writer + self.reader


def table(pairs: Iterable[Pair]) -> dict[tuple[str, Key, Key], Cell]:
    """The cells by feature, writer and reader; those of ``ALL`` count each store once."""
    cells: dict[tuple[str, Key, Key], Cell] = {}
    for pair in pairs:
        for feature in (ALL, *pair.making.features):
            place = (feature, pair.making.writer, pair.reader)
            cell = cells.setdefault(place, Cell())
            setattr(cell, pair.outcome, getattr(cell, pair.outcome) + 1)
    return cells


def show_crosscheck(console: Console, pairs: Iterable[Pair]) -> None:
    """Print the matrix of all features, one for each feature that fails, and the failing pairs."""
    pairs = list(pairs)
    cells = table(pairs)
    if not cells:
        console.print("Nobody wrote a store in these results, or nobody was asked to read it.")
        return
    failing = {feature for (feature, _, _), cell in cells.items() if cell.asked > cell.agree}
    for feature in sorted(failing | {ALL}):
        console.print(Text(f"{feature or 'All that was written'}", style="bold"))
        _show_matrix(console, feature, cells)
        console.print()
    console.print(
        "Rows wrote, columns read. ✓ all of it; ✗ or a number: not all, so many in a hundred"
    )
    console.print("– not supported")
    _show_failing(console, pairs)


def _show_matrix(
    console: Console, feature: str, cells: Mapping[tuple[str, Key, Key], Cell]
) -> None:
    writers = sorted({w for f, w, _ in cells if f == feature}, key=_in_order)
    readers = sorted({r for _, _, r in cells}, key=_in_order)

    def build(rows: Table, layout: Layout) -> None:
        for writer in writers:
            marks = [_mark(cells.get((feature, writer, each)), layout) for each in readers]
            rows.add_row(Text(" ".join(writer)), *marks)

    show_columns(console, readers, build)


def _in_order(key: Key) -> tuple[object, ...]:
    return key[0], by_age(key)


def _mark(cell: Cell | None, layout: Layout) -> Text:
    if cell is None:
        return Text("·", style="dim")
    if not cell.asked:
        return Text("–", style="dim")
    if cell.agree == cell.asked:
        return Text(f"✓ {cell.asked}" if layout.counted else "✓", style="green")
    share = 100 * cell.agree // cell.asked  # two digits: what is narrow stays so
    text = f"✗ {cell.agree}/{cell.asked}" if layout.counted else f"{share}"
    return Text(text, style="bold red")


@dataclass
class Failing:
    """The cases of a chapter in which one at fault fails in the same way, and with whom."""

    cases: set[str] = field(default_factory=set)
    others: set[Key] = field(default_factory=set)


def _show_failing(console: Console, pairs: Iterable[Pair]) -> None:
    """Who is at fault, for what in each chapter, and who read or wrote it on the other side."""
    groups: dict[tuple[str, Key, str, str], Failing] = {}
    for pair in pairs:
        if pair.outcome in ("writer", "reader"):
            sides = pair.making.writer, pair.reader
            guilty, other = sides if pair.outcome == "writer" else sides[::-1]
            chapter = pair.making.case.id.rpartition("/")[0]
            group = groups.setdefault((pair.outcome, guilty, chapter, pair.said), Failing())
            group.cases.add(pair.making.case.id)
            group.others.add(other)
    for fault, by in (("writer", "read by"), ("reader", "written by")):
        if fault in {group[0] for group in groups}:
            console.print(Text(f"\nThe {fault} is at fault", style="bold"))
        for (whose, guilty, _chapter, said), group in sorted(groups.items(), key=itemgetter(0)):
            if whose == fault:
                others = ", ".join(" ".join(each) for each in sorted(group.others, key=_in_order))
                what = f"{said}, {counted(len(group.cases), 'case')}, {min(group.cases)}"
                console.print(Text(f"  {' '.join(guilty)}: {what}, {by} {others}"), soft_wrap=True)
