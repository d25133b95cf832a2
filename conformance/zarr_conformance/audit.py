"""The audit of the corpus: who else says what it claims.

The expected answers are the reference's, so the reference is no evidence for them. Evidence is that
implementations which share no code with it, or with each other, give the same answer: what counts
is the *lineage*, the library that an implementation stands on, not its name. Where nobody agrees,
or more lineages disagree than agree, the case itself must argue from the text, in its ``why``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from zarr_conformance.judge import Verdict
from zarr_conformance.results import Results
from zarr_fixtures.case import Case

REFERENCE = "zarr-reference"
# An adapter of somebody's own does not tell what it stands on.
UNKNOWN = "unknown"

Vote: TypeAlias = Literal["agrees", "disagrees", "abstains"]


@dataclass(frozen=True)
class Audited:
    """A positive case, and the independent lineages by what they say to its expected answer."""

    case: Case
    agree: tuple[str, ...]
    disagree: tuple[str, ...]
    abstain: tuple[str, ...]

    @property
    def needs_argument(self) -> bool:
        """Whether the expected answer has too few on its side to stand without an argument."""
        return not self.agree or len(self.disagree) > len(self.agree)

    @property
    def fault(self) -> str | None:
        """The sentence that says what is missing, if the needed argument is."""
        if not self.needs_argument or self.case.why:
            return None
        agree, disagree = (", ".join(each) or "nobody" for each in (self.agree, self.disagree))
        return (
            f"{self.case.id}: {agree} agrees, {disagree} disagrees: "
            "write into its `why` the argument from the text, or correct the case"
        )


def lineages(results: Results) -> tuple[str, ...]:
    """The independent lineages that answered anything, sorted."""
    found = {results.implementations[key].lineage for key in results.answers}
    return tuple(sorted(found - {REFERENCE, UNKNOWN}))


def audit(results: Results, cases: Mapping[str, Case]) -> Iterator[Audited]:
    """Every positive case, with the votes of those lineages that were asked."""
    independent = lineages(results)
    for case in cases.values():
        if case.polarity == "positive":
            votes = {each: _vote_of(each, case, results) for each in independent}
            yield Audited(
                case,
                *(
                    tuple(lineage for lineage in independent if votes[lineage] == vote)
                    for vote in ("agrees", "disagrees", "abstains")
                ),
            )


def _vote_of(lineage: str, case: Case, results: Results) -> Vote:
    """What a lineage says: it agrees if one of its implementations does, in any version."""
    votes = {
        _vote(answers[case.id].verdict)
        for key, answers in results.answers.items()
        if results.implementations[key].lineage == lineage and case.id in answers
    }
    order: tuple[Vote, ...] = ("agrees", "disagrees")
    return next((vote for vote in order if vote in votes), "abstains")


def _vote(verdict: Verdict) -> Vote:
    match verdict.verdict:
        case "pass":
            return "agrees"
        case "fail" | "known":
            return "agrees" if verdict.reason == "unexpected_pass" else "disagrees"
    return "abstains"
