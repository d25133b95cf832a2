"""Whether an implementation conforms to a profile, and what it lacks if it does not.

Who conforms supports every feature that the profile asks for, and fails none of its cases at the
level MUST. SHOULD and MAY are counted, but decide nothing; nor does data that is accepted although
it is invalid, where the text orders no error. Whatever was not measured is no conformity: neither a
refusal that proves nothing, nor a case that was never put.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeAlias

from zarr_conformance.judge import Verdict
from zarr_conformance.report.matrix import Key
from zarr_conformance.results import Result, Results
from zarr_fixtures.case import Case, Refused
from zarr_fixtures.profile import Profile

Kind: TypeAlias = Literal["must", "should", "may", "implied"]
KINDS: tuple[Kind, ...] = ("must", "should", "may", "implied")

Cases: TypeAlias = Mapping[str, Case]
Answers: TypeAlias = Mapping[str, Result]


class Outcome(Enum):
    """What can be said of one implementation and one profile."""

    CONFORMS = "conforms"
    FALLS_SHORT = "does not conform"
    UNSUPPORTED = "supports none of it"
    INCOMPLETE = "not all measured"
    UNMEASURED = "nothing measured"


@dataclass(frozen=True)
class Count:
    """How many cases there are of one kind, those apart that are excused, and how they went.

    ``lenient`` have data that is invalid, without an error being ordered, and that was accepted;
    ``unproven`` were refused, or could not be asked. What remains was not measured at all.
    """

    asked: int = 0
    passed: int = 0
    failed: int = 0
    lenient: int = 0
    unproven: int = 0

    @property
    def missing(self) -> int:
        """How many were not measured at all."""
        return self.asked - self.passed - self.failed - self.lenient - self.unproven

    def __str__(self) -> str:
        return f"{self.passed}/{self.asked}" if self.asked else "-"


@dataclass(frozen=True)
class Conformity:
    """One implementation, held against one profile.

    ``counts`` has the data apart that a MUST makes invalid without ordering an error: ``implied``.
    ``lacking`` are the features that are asked for and not supported; ``excused`` how many cases
    need features that are neither.
    """

    outcome: Outcome
    counts: Mapping[Kind, Count]
    lacking: tuple[str, ...]
    excused: int

    @property
    def failed(self) -> int:
        """How many cases failed, of any kind."""
        return sum(count.failed for count in self.counts.values())

    @property
    def measured(self) -> bool:
        """Whether every case that is asked for was put."""
        return not any(count.missing for count in self.counts.values())


def conformities(profile: Profile, cases: Cases, results: Results) -> dict[Key, Conformity]:
    """Hold everybody who answered anything against a profile."""
    members = profile.members(cases.values())
    baselines = {feature: case.id for case in cases.values() for feature in case.baseline_of}
    return {
        key: _conformity(profile, members, baselines, dict(_put(answers)))
        for key, answers in results.answers.items()
    }


def _put(answers: Answers) -> Iterator[tuple[str, Result]]:
    """The answers without the cases whose store this machine could not hold: nobody was asked."""
    return ((case, each) for case, each in answers.items() if each.verdict.verdict != "skipped")


def _conformity(
    profile: Profile, members: Sequence[Case], baselines: Mapping[str, str], answers: Answers
) -> Conformity:
    features = {*profile.features, *(feature for case in members for feature in case.features)}
    supports = {each: _supports(answers.get(baselines.get(each, ""))) for each in features}
    asked = [case for case in members if not _excused(case, profile, supports)]
    counts = {
        kind: _count([case for case in asked if _kind(case) == kind], answers) for kind in KINDS
    }
    lacking = tuple(each for each in profile.features if supports[each] is False)
    unmeasured = any(supports[each] is None for each in profile.features)
    outcome = _outcome(asked, answers, counts, lacking=bool(lacking), unmeasured=unmeasured)
    return Conformity(outcome, counts, lacking, len(members) - len(asked))


def _supports(baseline: Result | None) -> bool | None:
    """Whether a feature is supported, or None where its baseline was not put."""
    return None if baseline is None else _passes(baseline.verdict)


def _passes(verdict: Verdict) -> bool:
    """Whether it is right, even where nobody expected that."""
    return verdict.verdict == "pass" or verdict.reason == "unexpected_pass"


def _excused(case: Case, profile: Profile, supports: Mapping[str, bool | None]) -> bool:
    needed = (feature for feature in case.features if feature not in profile.features)
    return any(supports[feature] is False for feature in needed)


def _kind(case: Case) -> Kind:
    match case.expect:
        case Refused(mandated=False) if case.level == "must":
            return "implied"
    return case.level


def _count(cases: Iterable[Case], answers: Answers) -> Count:
    members = list(cases)
    verdicts = [answers[case.id].verdict for case in members if case.id in answers]
    passed = sum(map(_passes, verdicts))
    named = [verdict.verdict for verdict in verdicts if not _passes(verdict)]
    return Count(
        asked=len(members),
        passed=passed,
        failed=named.count("fail") + named.count("known"),
        lenient=named.count("lenient"),
        unproven=named.count("unsupported") + named.count("inconclusive"),
    )


def _outcome(
    asked: Iterable[Case],
    answers: Answers,
    counts: Mapping[Kind, Count],
    *,
    lacking: bool,
    unmeasured: bool,
) -> Outcome:
    put = [(case, answers[case.id].verdict) for case in asked if case.id in answers]
    if not put:
        return Outcome.UNMEASURED
    if lacking or any(_falls_short(case, verdict) for case, verdict in put):
        passed = any(count.passed for count in counts.values())
        return Outcome.FALLS_SHORT if passed else Outcome.UNSUPPORTED
    measured = len(put) == sum(count.asked for count in counts.values())
    return Outcome.CONFORMS if measured and not unmeasured else Outcome.INCOMPLETE


def _falls_short(case: Case, verdict: Verdict) -> bool:
    """Whether a case alone shows that the implementation does not conform."""
    if case.level != "must" or _passes(verdict):
        return False
    return _kind(case) != "implied" or verdict.verdict in ("fail", "known")
