"""What each implementation was measured to do with the cases of a proposal, and each lineage.

A lineage is a code base: bindings and tools that stand on it are no second witness, so that what is
counted is lineages. Disputed cases count for nobody and against nobody.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from zarr_conformance.report.evidence.contestants import Contestant
from zarr_conformance.report.evidence.round_trips import RoundTrips
from zarr_conformance.report.marks import Mark, mark_of
from zarr_conformance.report.matrix import Share
from zarr_conformance.results import Result
from zarr_fixtures.case import Case, Refused

KINDS = ("must", "should", "may", "mandated", "implied")  # the order of the shares
BAD = (Mark.WRONG, Mark.BROKE, Mark.REJECTED, Mark.ACCEPTED)


def is_decided(case: Case) -> bool:
    """Whether there is a right answer: the text is neither open nor disputed."""
    return case.polarity != "observe" and case.status != "contested"


@dataclass(frozen=True)
class Standing:
    """One implementation and some cases.

    ``lacking`` are the features of the proposal that it does not support, or, where it has none,
    the plainest cases that it fails; ``supports`` is whether nothing is lacking, and of a mere
    selection whether it passes any case.
    ``failed_must`` counts the cases at the level MUST among the ``marks`` that are failures.
    ``unasked`` is whether none of the plainest cases could be put to it at all, so that nothing is
    known: as who only writes, or only knows the other version of the format.
    """

    who: Contestant
    lacking: tuple[str, ...]
    supports: bool
    shares: tuple[Share, ...]
    marks: Mapping[Mark, int]
    failed_must: int
    unasked: bool

    def count(self, name: str) -> int:
        """How many cases have the mark of this name."""
        return self.marks.get(Mark[name], 0)


def standing(who: Contestant, cases: Sequence[Case], plainest: Mapping[str, str]) -> Standing:
    """Hold one implementation against cases that can fail.

    ``plainest`` is the case that shows that it has a thing, by what the thing is called.
    """
    answers = {case.id: who.answers[case.id] for case in cases if case.id in who.answers}
    marks = {case_id: mark_of(result.verdict) for case_id, result in answers.items()}
    lacking = tuple(each for each, case_id in plainest.items() if not passes(who, case_id))
    proven = not lacking if plainest else Mark.PASSED in marks.values()
    return Standing(
        who,
        lacking,
        proven and bool(answers),
        _shares(cases, answers),
        Counter(marks.values()),
        sum(case.level == "must" and marks.get(case.id) in BAD for case in cases),
        bool(plainest) and all(_unasked(who, case_id) for case_id in plainest.values()),
    )


def _unasked(who: Contestant, case_id: str) -> bool:
    """Whether a case could not be put to it at all."""
    result = who.answers.get(case_id)
    return result is None or result.verdict.reason == "question_unsupported"


def _shares(cases: Iterable[Case], answers: Mapping[str, Result]) -> tuple[Share, ...]:
    """What passed of what could show anything: valid data by level, refusals by their error."""
    passed: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    for case in cases:
        verdict = answers[case.id].verdict.verdict if case.id in answers else ""
        passed[_kind(case)] += verdict == "pass"
        judged[_kind(case)] += verdict in ("pass", "fail", "lenient")
    return tuple(Share(passed[kind], judged[kind]) for kind in KINDS)


def _kind(case: Case) -> str:
    match case.expect:
        case Refused(mandated=mandated):
            return "mandated" if mandated else "implied"
    return case.level


def passes(who: Contestant, case_id: str) -> bool:
    """Whether it passes a case."""
    result = who.answers.get(case_id)
    return result is not None and result.verdict.verdict == "pass"


@dataclass(frozen=True)
class Lineage:
    """What the counted implementations of one lineage can do, each of them by at least one.

    ``reads`` and ``writes`` are of what the proposal brings; ``..._all`` without failing any case
    at the level MUST; ``never_read`` and ``never_wrote`` say that none could be asked, so that
    nothing is known; ``round_trips`` is both in the same implementation, which also read its own
    stores back if there was a cross-check. ``read_by`` are the other lineages that read them.
    """

    name: str
    members: tuple[str, ...]
    reads: bool
    reads_all: bool
    writes: bool
    writes_all: bool
    never_read: bool
    never_wrote: bool
    round_trips: bool
    read_by: tuple[str, ...]


def lineages(
    readers: Iterable[Standing], writers: Iterable[Standing], trips: RoundTrips | None
) -> list[Lineage]:
    """The lineages of those who are counted, by name."""
    writing = {each.who.key: each for each in writers}
    counted = [each for each in readers if each.who.counts]
    counted.sort(key=lambda each: each.who.implementation.lineage)
    return [
        _lineage(name, [(each, writing[each.who.key]) for each in members], trips)
        for name, members in groupby(counted, key=lambda each: each.who.implementation.lineage)
    ]


def _lineage(
    name: str, members: Sequence[tuple[Standing, Standing]], trips: RoundTrips | None
) -> Lineage:
    both = [reader.who for reader, writer in members if reader.supports and writer.supports]
    return Lineage(
        name,
        tuple(reader.who.label for reader, _ in members),
        any(reader.supports for reader, _ in members),
        any(reader.supports and not reader.failed_must for reader, _ in members),
        any(writer.supports for _, writer in members),
        any(writer.supports and not writer.failed_must for _, writer in members),
        all(reader.unasked for reader, _ in members),
        all(writer.unasked for _, writer in members),
        any(trips is None or trips.came_back(who.key, who.key) for who in both),
        () if trips is None else trips.others_who_read(name),
    )


@dataclass(frozen=True)
class Newcomer:
    """What one that does not support a proposal does with valid data of it, in numbers of cases.

    ``never_asked`` is whether none of the plainest cases could be put to it; ``wrong`` are the
    cases whose data it reads wrongly without a word.
    """

    who: Contestant
    lacking: tuple[str, ...]
    never_asked: bool
    refused: int
    right: int
    broke: int
    unasked: int
    wrong: tuple[str, ...]


def newcomers(everybody: Iterable[Standing], cases: Sequence[Case]) -> list[Newcomer]:
    """Those in any released version who meet the data of the proposal as something new."""
    found = (each for each in everybody if not each.supports)
    return [_newcomer(each, cases) for each in found if not each.who.why_apart]


def _newcomer(each: Standing, cases: Sequence[Case]) -> Newcomer:
    valid = [case for case in cases if case.polarity == "positive" and case.id in each.who.answers]
    lacking = set(each.lacking)
    new = [case for case in valid if not lacking.isdisjoint(case.features)] or valid
    results = [(case.id, each.who.answers[case.id]) for case in new]
    kinds = Counter(result.observation.kind for _, result in results)
    right = sum(result.verdict.verdict == "pass" for _, result in results)
    wrong = (case for case, result in results if mark_of(result.verdict) is Mark.WRONG)
    return Newcomer(
        each.who,
        each.lacking,
        each.unasked,
        kinds["refused"],
        right,
        kinds["broken"],
        kinds["unsupported"],
        tuple(wrong),
    )
