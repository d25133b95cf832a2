"""The versions of one implementation side by side: which release fixed or broke which case.

What is known to fail fails here too, and observed cases count for nothing, for nothing can be
broken where the specification is silent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby, pairwise

from rich.console import Console
from rich.table import Table
from rich.text import Text

from zarr_conformance.errors import UsageError
from zarr_conformance.report.marks import Mark, finding
from zarr_conformance.report.matrix import Key
from zarr_conformance.report.tables import Layout, legend, show_columns, symbol
from zarr_conformance.results import Result, Results
from zarr_conformance.versions import age
from zarr_fixtures.case import Case
from zarr_fixtures.words import counted

UNANSWERED = (Mark.UNSUPPORTED, Mark.INCONCLUSIVE, Mark.ABSENT)


class Event(Enum):
    """What a release did to a case, and the words for it, the gravest first."""

    BROKE = "Broken in"
    FAILED_OTHERWISE = "Fails otherwise since"
    FIXED = "Fixed in"
    DROPPED = "Not supported since"
    SUPPORTED = "Supported since"


@dataclass(frozen=True)
class Change:
    """A case whose mark is not the same in all versions; the last change of it, and its release."""

    case: str
    marks: tuple[Mark, ...]
    event: Event
    release: int  # the number of the version, from the oldest on

    @property
    def chapter(self) -> str:
        """The cases of one chapter that come in with their feature have one row together."""
        return self.case.rpartition("/")[0]


def versions_of(name: str, results: Results) -> list[Key]:
    """The versions of an implementation in the results, oldest first.

    Raises ``UsageError`` if there are not two at least.
    """
    keys = [key for key in results.only([name]).answers if key[0] == name]
    if len(keys) < 2:
        raise UsageError(
            f"{results.path} holds answers of {len(keys)} version of {name}: "
            f"`zarr-conformance run {name}@all` asks several."
        )
    return sorted(keys, key=by_age)


def by_age(key: Key) -> tuple[object, ...]:
    """What sorts the versions of an implementation, oldest first."""
    return age(key[1])


def history(
    cases: Mapping[str, Case], answers: Sequence[Mapping[str, Result]]
) -> tuple[list[Change], int]:
    """What changed from version to version, in the order of the report, and how many did not.

    ``answers`` are those of each version, oldest first.
    """
    asked = sorted({case_id for each in answers for case_id in each})
    judged = [case_id for case_id in asked if cases[case_id].polarity != "observe"]
    changes = [
        change
        for case_id in judged
        if (change := _change(case_id, [each.get(case_id) for each in answers])) is not None
    ]
    events = list(Event)
    changes.sort(key=lambda each: (events.index(each.event), -each.release, each.case))
    return changes, len(judged) - len(changes)


def _change(case_id: str, results: Sequence[Result | None]) -> Change | None:
    marks = tuple(map(mark_of_answer, results))
    steps = [
        (release, before, after)
        for release, (before, after) in enumerate(pairwise(marks), 1)
        if _answered(before) != _answered(after)
    ]
    if not steps:
        return None
    release, before, after = steps[-1]
    return Change(case_id, marks, _event(_answered(before), _answered(after)), release)


def mark_of_answer(result: Result | None) -> Mark:
    """The mark of a case, whatever was expected of it."""
    return Mark.ABSENT if result is None else finding(result.verdict)


def _answered(mark: Mark) -> Mark | None:
    return None if mark in UNANSWERED else mark


def _event(before: Mark | None, after: Mark | None) -> Event:
    if before is None:
        return Event.SUPPORTED
    if after is None:
        return Event.DROPPED
    if after is Mark.PASSED:
        return Event.FIXED
    return Event.BROKE if before is Mark.PASSED else Event.FAILED_OTHERWISE


def show_history(console: Console, name: str, results: Results, cases: Mapping[str, Case]) -> None:
    """Print the changes as a table: a row for each case, a column for each version."""
    versions = versions_of(name, results)
    changes, unchanged = history(cases, [results.results[key] for key in versions])

    def build(table: Table, _layout: Layout) -> None:
        for (event, release), members in groupby(changes, lambda each: (each.event, each.release)):
            title = f"{event.value} {versions[release][1]}"
            table.add_row(Text(title, style="bold"))
            for label, marks in _rows(event, list(members)):
                cells = (Text(symbol(mark, console), style=mark.style) for mark in marks)
                table.add_row(Text(f"  {label}"), *cells)

    if changes:
        show_columns(console, versions, build)
        console.print()
        console.print(legend(console, {mark for each in changes for mark in each.marks}))
        console.print()
    console.print(
        f"{counted(len(changes), 'case changes', 'cases change')} from version to version, "
        f"{counted(unchanged, 'does', 'do')} not. "
        "A change is laid to the first version here that shows it."
    )


def _rows(event: Event, changes: Sequence[Change]) -> Iterator[tuple[str, tuple[Mark, ...]]]:
    """A row for each case, but one for all of a chapter that come or go together."""
    if event not in (Event.SUPPORTED, Event.DROPPED):
        yield from ((each.case, each.marks) for each in changes)
        return
    together: dict[tuple[str, tuple[Mark, ...]], list[str]] = {}
    for each in changes:
        together.setdefault((each.chapter, each.marks), []).append(each.case)
    for (chapter, marks), members in together.items():
        several = f"{chapter}/... ({len(members)} cases)"
        yield members[0] if len(members) == 1 else several, marks
