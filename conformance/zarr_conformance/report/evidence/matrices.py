"""The matrices of a page: who stands where, and how each does chapter by chapter.

A column, or a kind of figure, in which nobody has anything is left out: a page is read by people.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from zarr_conformance.report.evidence.contestants import Contestant
from zarr_conformance.report.evidence.standings import Standing, standing
from zarr_conformance.report.marks import Mark, mark_of, mark_of_all
from zarr_conformance.report.matrix import Cell
from zarr_fixtures.case import Case

FEW = 2  # a row with fewer cases is not worth its line
NOTHING = (Mark.UNSUPPORTED, Mark.INCONCLUSIVE, Mark.ABSENT)
SHARES = ("valid, MUST", "SHOULD", "MAY", "refuses mandated", "implied")  # in the order of KINDS
COUNTS = {
    Mark.WRONG: "wrong data",
    Mark.BROKE: "broke",
    Mark.REJECTED: "refuses valid",
    Mark.ACCEPTED: "accepts invalid",
    Mark.LENIENT: "implied",
    Mark.UNSUPPORTED: "not supported",
    Mark.INCONCLUSIVE: "proves nothing",
}


@dataclass(frozen=True)
class Figure:
    """One kind of figure: its title, the mark that it counts, if it does, and each one's value."""

    title: str
    mark: Mark | None
    values: Sequence[str]


@dataclass(frozen=True)
class Matrix:
    """Rows of cases, and a cell in each for each of the ``columns``; and who stands where.

    ``silent`` have no column, as no case shows anything of them.
    """

    standings: Sequence[Standing]
    columns: Sequence[Contestant]
    silent: Sequence[Contestant]
    rows: Mapping[str, Sequence[Cell]]
    cases: int

    @property
    def figures(self) -> Sequence[Figure]:
        """The figures that somebody has, in the order of the standings."""
        shares = [
            Figure(title, None, [str(each.shares[n]) for each in self.standings])
            for n, title in enumerate(SHARES)
        ]
        counts = [
            Figure(
                f"{mark.symbol} {title}",
                mark,
                [str(each.count(mark.name)) for each in self.standings],
            )
            for mark, title in COUNTS.items()
        ]
        return [each for each in (*shares, *counts) if {*each.values} - {"-", "0"}]


def matrix_of(
    standings: Sequence[Standing], cases: Sequence[Case], columns: Sequence[Contestant]
) -> Matrix:
    """The matrix of these cases, with the columns of those of whom they show anything."""
    rows = _rows(cases, columns)
    telling = {
        who.key
        for cells in rows.values()
        for who, each in zip(columns, cells, strict=True)
        if each.mark not in NOTHING
    }
    shown = [n for n, who in enumerate(columns) if who.key in telling]
    return Matrix(
        standings,
        [columns[n] for n in shown],
        [who for who in columns if who.key not in telling],
        {name: [cells[n] for n in shown] for name, cells in rows.items()},
        len(cases),
    )


def standings_of(
    who: Iterable[Contestant],
    columns: Sequence[Contestant],
    cases: Sequence[Case],
    plainest: Mapping[str, str],
) -> list[Standing]:
    """Where each stands, in the order of the columns; those who have none come last."""
    ordered = [*columns, *(each for each in who if each not in columns)]
    return [standing(each, cases, plainest) for each in ordered]


def _rows(cases: Sequence[Case], columns: Sequence[Contestant]) -> dict[str, Sequence[Cell]]:
    """The cases by the chapter of their first requirement, one finer where that says little."""
    chapters = Counter(_chapter(case, 2) for case in cases)
    groups: dict[str, list[Case]] = {}
    for case in cases:
        chapter = _chapter(case, 2)
        fine = 2 * chapters[chapter] > len(cases)
        groups.setdefault(_chapter(case, 3) if fine else chapter, []).append(case)
    small = [name for name, group in groups.items() if len(group) < FEW]
    others = [case for name in small for case in groups.pop(name)]
    ordered = {name: groups[name] for name in sorted(groups)}
    if others:
        ordered["chapters of one case"] = others
    return {name: [_cell(group, who) for who in columns] for name, group in ordered.items()}


def _chapter(case: Case, parts: int) -> str:
    return ".".join(case.requirements[0].split(".")[:parts])


def _cell(cases: Sequence[Case], who: Contestant) -> Cell:
    marks = [mark_of(who.answers[case.id].verdict) for case in cases if case.id in who.answers]
    return Cell(mark_of_all(marks), marks.count(Mark.PASSED), len(marks))
