"""Two results files side by side, case by case: what regressed, what was fixed, what came and went.

An implementation can regress at a case only if what it *said* has changed. Where the same answer
got another verdict, the cause lies elsewhere: another case that it depends on, the known failures,
the rules, or a case that changed with the corpus. Such cases are told apart. What is known to fail
fails here too, for it is behaviour that is compared and not what was expected of it.

A results file names the hash of its corpus. If two files name the same, a case that is missing was
not asked; otherwise it may be new, or retired.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from rich.console import Console
from rich.text import Text

from zarr_conformance.errors import UsageError
from zarr_conformance.report.history import by_age, mark_of_answer
from zarr_conformance.report.marks import Mark
from zarr_conformance.report.matrix import Key
from zarr_conformance.report.tables import symbol
from zarr_conformance.results import Result, Results
from zarr_conformance.visible import visible
from zarr_fixtures.words import counted

# How bad it is. To refuse valid data is loud, be the feature supported or not.
GRAVITY = dict.fromkeys(Mark, 1) | {
    Mark.WRONG: 4,
    Mark.BROKE: 3,
    Mark.ACCEPTED: 2,
    Mark.PASSED: 0,
}


class Kind(Enum):
    """What became of a case, and the words for it."""

    REGRESSED = "Regressions"
    FIXED = "Fixes"
    OTHERWISE = "Other changes"
    JUDGED = "The same answer, judged otherwise"
    NEW = "New cases"
    GONE = "Retired cases"
    UNASKED = "Asked in one of the files only"


# What there is one of, where that has another word.
ONE = {
    Kind.REGRESSED: "regression",
    Kind.FIXED: "fix",
    Kind.OTHERWISE: "other change",
    Kind.NEW: "new case",
    Kind.GONE: "retired case",
}


@dataclass(frozen=True)
class Difference:
    """A case that is not the same in both files, and its results there."""

    kind: Kind
    case: str
    old: Result | None
    new: Result | None


@dataclass(frozen=True)
class Comparison:
    """One implementation: its keys in the old and the new file, what differs, and what does not."""

    old: Key
    new: Key
    differences: Sequence[Difference]
    unchanged: int

    def __str__(self) -> str:
        (name, old), (_, new) = self.old, self.new
        versions = new if old == new else f"{old} -> {new}"
        counts = [
            counted(number, ONE.get(kind, kind.value).lower(), kind.value.lower())
            for kind in Kind
            if (number := self.counts.get(kind, 0)) or kind in (Kind.REGRESSED, Kind.FIXED)
        ]
        return (
            f"{name} {versions}: {', '.join(counts)}, {counted(self.unchanged, 'case')} unchanged"
        )

    @property
    def counts(self) -> Mapping[Kind, int]:
        """How many differences there are of each kind."""
        return Counter(each.kind for each in self.differences)


Pair: TypeAlias = tuple[Key, Key]


def compare(old: Results, new: Results) -> list[Comparison]:
    """Compare each implementation of the new results with its predecessor in the old ones.

    Raises ``UsageError`` if there is none that both have.
    """
    pairs = list(_pairs(old, new))
    if not pairs:
        raise UsageError(
            f"{old.path} and {new.path} have no implementation in common: "
            f"{_names(old)} there, {_names(new)} here."
        )
    same = old.run.corpus["hash"] == new.run.corpus["hash"]
    return [_compare(pair, old.results[pair[0]], new.results[pair[1]], same) for pair in pairs]


def lost(old: Results, new: Results) -> list[str]:
    """Implementations that answered in the old results and did not run in the new ones."""
    answered = {name for name, _ in new.answers}
    missed = {asked_for.partition("@")[0] for asked_for in new.not_run}
    return sorted({name for name, _ in old.answers if name in missed - answered})


def _names(results: Results) -> str:
    return ", ".join(sorted({name for name, _ in results.answers})) or "nobody"


def _pairs(old: Results, new: Results) -> Iterator[Pair]:
    """Each new one with the same version in the old file, or else with the newest version there."""
    for key in new.answers:
        ancestors = sorted((each for each in old.answers if each[0] == key[0]), key=by_age)
        if ancestors:
            yield (key if key in ancestors else ancestors[-1]), key


def _compare(
    pair: Pair, old: Mapping[str, Result], new: Mapping[str, Result], same_corpus: bool
) -> Comparison:
    differences = [
        Difference(kind, case, old.get(case), new.get(case))
        for case in sorted(old.keys() | new.keys())
        if (kind := _kind(old.get(case), new.get(case), same_corpus)) is not None
    ]
    in_both = len(old.keys() & new.keys())
    changed = sum(each.old is not None and each.new is not None for each in differences)
    return Comparison(*pair, differences, in_both - changed)


def _kind(old: Result | None, new: Result | None, same_corpus: bool) -> Kind | None:
    if old is None or new is None:
        if same_corpus:
            return Kind.UNASKED
        return Kind.NEW if old is None else Kind.GONE
    same_answer = _said(old) == _said(new)
    if "observed" in (old.verdict.verdict, new.verdict.verdict):
        return None if same_answer else Kind.OTHERWISE
    before, after = mark_of_answer(old), mark_of_answer(new)
    if before is after:
        return None
    if same_answer:
        return Kind.JUDGED
    if GRAVITY[after] > GRAVITY[before]:
        return Kind.REGRESSED
    return Kind.FIXED if after is Mark.PASSED else Kind.OTHERWISE


def _said(result: Result) -> tuple[str, Any]:
    """What was said, without the words: a message may change with every release."""
    observation = result.observation
    match observation.kind:
        case "returned":
            return "returned", observation.content
        case "broken":
            return "broken", observation.content["reason"]
    return observation.kind, None


def show_comparison(console: Console, comparison: Comparison) -> None:
    """Print each case that differs, the regressions first."""
    console.print(Text(visible(str(comparison)), style="bold"), soft_wrap=True)
    for kind in Kind:
        members = [each for each in comparison.differences if each.kind is kind]
        if members:
            console.print(Text(f"  {kind.value}"))
        for each in members:
            console.print(_line(each, console), soft_wrap=True)


def _line(difference: Difference, console: Console) -> Text:
    """A case: its mark there and here, its id, and what came of it now."""
    marks = [mark_of_answer(each) for each in (difference.old, difference.new)]
    old, new = (Text(symbol(each, console), each.style) for each in marks)
    latest = difference.new or difference.old
    came = latest.verdict.reason if latest else ""
    told = f"  {visible(difference.case)}  {visible(came).replace('_', ' ')}"
    return Text.assemble("    ", old, " ", new, told)
