"""The matrix for the browser: the rows as they are at first, and the data that filters work on.

What every implementation said to every case is one character each, so that 4,000 cases by 20
implementations are 80 KB, and a filter only counts characters. ``static/site.js`` counts as
``tally`` does here; a test holds the one to the other.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from zarr_conformance.report.html.answers import mark_in
from zarr_conformance.report.html.places import anchor, case_page, implementation_page
from zarr_conformance.report.marks import Mark, mark_of_all
from zarr_conformance.report.matrix import LEVELS, Answers, Key, Row, row_of
from zarr_conformance.results import Result, Results
from zarr_conformance.visible import visible
from zarr_fixtures.case import Case
from zarr_fixtures.profile import Profile

MARKS = tuple(Mark)
FAILURES = (Mark.WRONG, Mark.BROKE, Mark.ACCEPTED, Mark.REJECTED)
ABSENT = chr(ord("A") + MARKS.index(Mark.ABSENT))


def code(result: Result | None) -> str:
    """The character of a result.

    It is a capital letter for each mark, the same as a small one if the failure is known; of what
    is only observed it is the number of the reading, or 0.
    """
    mark = Mark.ABSENT if result is None else mark_in(result)
    if result is not None and mark is None:
        number = result.verdict.reason.removeprefix("reading ")
        return number if number in "123456789" else "0"
    letter = chr(ord("A") + MARKS.index(mark or Mark.ABSENT))
    known = result is not None and result.verdict.verdict == "known"
    return letter.lower() if known else letter


@dataclass(frozen=True)
class Count:
    """How many of the judged cases of one level pass, and how many fail."""

    level: str
    passed: int
    failed: int
    judged: int

    def __str__(self) -> str:
        """The numbers, after the level if it is not MUST."""
        level = "" if self.level == "must" else f"{self.level.upper()} "
        passed = "" if self.passed == self.judged else f"{self.passed}/"
        return f"{level}{passed}{self.judged}"


@dataclass(frozen=True)
class Cell:
    """A cell: its mark, a count for each level that has cases, whether all that fails is known."""

    mark: Mark
    counts: tuple[Count, ...]
    known: bool

    @property
    def told(self) -> tuple[Count, ...]:
        """The counts beside the symbol: none where they tell nothing."""
        silent = self.mark in (Mark.UNSUPPORTED, Mark.ABSENT, Mark.INCONCLUSIVE)
        return () if silent else self.counts

    @property
    def share(self) -> str:
        """The bar below, of the first count: where what passes ends, and where what fails does."""
        first = self.counts[0] if self.counts else Count("must", 0, 0, 1)
        passed, failed = first.passed, first.passed + first.failed
        return f"--p:{100 * passed // first.judged}%;--f:{100 * failed // first.judged}%"


def tally(results: Iterable[tuple[str, str]]) -> Cell:
    """The cell of these results, of each of which the level of the case and the code are given."""
    judged = [(level, each) for level, each in results if each.isalpha() and each != ABSENT]
    marks = {level: [_mark(each) for at, each in judged if at == level] for level in LEVELS}
    failures = [each for _, each in judged if _mark(each) in FAILURES]
    known = bool(failures) and all(each.islower() for each in failures)
    counts = (_count(level, each) for level, each in marks.items() if each)
    return Cell(mark_of_all([_mark(each) for _, each in judged]), tuple(counts), known)


def _mark(letter: str) -> Mark:
    return MARKS[ord(letter.upper()) - ord("A")]


def _count(level: str, marks: Sequence[Mark]) -> Count:
    failed = sum(mark in FAILURES for mark in marks)
    return Count(level, marks.count(Mark.PASSED), failed, len(marks))


@dataclass(frozen=True)
class Column:
    """An implementation, and where its page is."""

    key: Key
    lineage: str
    language: str
    anchor: str
    page: str


@dataclass(frozen=True)
class FeatureRow:
    """A row with its number, its address, and a cell for each column."""

    number: int
    id: str
    row: Row
    cases: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Chapter:
    """Rows that stand together under a title."""

    title: str
    rows: tuple[FeatureRow, ...]


@dataclass(frozen=True)
class Table:
    """The matrix as it is without filters, and the text of the script that holds the data."""

    columns: tuple[Column, ...]
    rows: int
    cases: int
    total: tuple[Cell, ...]
    chapters: tuple[Chapter, ...]
    marks: tuple[Mark, ...]
    zeps: tuple[int, ...]
    profiles: tuple[Profile, ...]
    data: str


def table(results: Results, cases: Mapping[str, Case], profiles: Sequence[Profile]) -> Table:
    """The matrix of all results, which can be filtered by these profiles."""
    answers = results.answers
    rows = _rows(cases, answers)
    listed = [case for members in rows.values() for case in members]
    codes = [
        [(case.level, code(each.get(case.id))) for case in listed] for each in answers.values()
    ]
    shown = list(_feature_rows(rows, codes))
    chapters = (Chapter(title, tuple(each)) for title, each in groupby(shown, _title))
    columns = tuple(_column(key, results) for key in answers)
    present = {cell.mark for row in shown for cell in row.cells}
    present |= {tally([each]).mark for column in codes for each in set(column)}
    return Table(
        columns,
        len(rows),
        len(listed),
        tuple(map(tally, codes)),
        tuple(chapters),
        tuple(mark for mark in Mark if mark in present),
        tuple(sorted({zep for case in listed for zep in case.zep})),
        tuple(profiles),
        _data(columns, rows, codes, profiles),
    )


def _rows(cases: Mapping[str, Case], answers: Answers) -> dict[Row, list[Case]]:
    """The cases that somebody was asked, by row. Rows in which nothing can fail are left out."""
    asked = {case_id for results in answers.values() for case_id in results}
    found: dict[Row, list[Case]] = {}
    for case_id in sorted(asked):
        found.setdefault(row_of(cases[case_id]), []).append(cases[case_id])
    judged = [row for row in found if any(each.polarity != "observe" for each in found[row])]
    return {row: found[row] for row in sorted(judged, key=lambda row: row.place)}


def _feature_rows(
    rows: Mapping[Row, Sequence[Case]], codes: Sequence[Sequence[tuple[str, str]]]
) -> Iterable[FeatureRow]:
    start = 0
    for number, (row, members) in enumerate(rows.items()):
        stop = start + len(members)
        cells = tuple(tally(column[start:stop]) for column in codes)
        yield FeatureRow(number, row_id(row), row, len(members), cells)
        start = stop


def row_id(row: Row) -> str:
    """What a row is called in the address bar."""
    return f"v{row.version}/{row.group}/{row.label}".replace(" ", "_")


def _title(row: FeatureRow) -> str:
    group = row.row.group
    return f"Zarr v{row.row.version}" + ("" if group == "format" else f" {group}")


def _column(key: Key, results: Results) -> Column:
    implementation = results.implementations[key]
    return Column(
        (visible(key[0]), visible(key[1])),
        visible(implementation.lineage),
        visible(implementation.language),
        anchor(key),
        str(implementation_page(key)),
    )


def _data(
    columns: Sequence[Column],
    rows: Mapping[Row, Sequence[Case]],
    codes: Sequence[Sequence[tuple[str, str]]],
    profiles: Sequence[Profile],
) -> str:
    """The script that holds the data: ASCII only, so that no text in it can end or change it."""
    listed = [case for members in rows.values() for case in members]
    data: dict[str, Any] = {
        "marks": [[mark.name.lower(), mark.symbol, mark.meaning] for mark in MARKS],
        "failures": [MARKS.index(mark) for mark in FAILURES],
        "columns": [[*each.key, each.lineage, each.anchor] for each in columns],
        "rows": [[row.version, row_id(row), len(members)] for row, members in rows.items()],
        "cases": [
            [case.id, case.title, str(case_page(case.id)), LEVELS.index(case.level), list(case.zep)]
            for case in listed
        ],
        "answers": ["".join(each for _, each in column) for column in codes],
        "profiles": {
            profile.name: [number for number, case in enumerate(listed) if profile.has(case)]
            for profile in profiles
        },
    }
    return f"window.MATRIX = {json.dumps(data, separators=(',', ':'))};\n"
