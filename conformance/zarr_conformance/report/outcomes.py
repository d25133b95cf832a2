"""Verdicts in the words of test runners: passed, failed, expected to fail, or skipped.

What JUnit, TAP, a job summary, annotations and pytest say of a case is decided here, so that they
say the same. A known failure and a lenient answer are expected to fail. What proves nothing is
skipped, with the reason: an observed case can neither pass nor fail.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from rich.console import Console

from zarr_conformance.expectations import Expectations
from zarr_conformance.report.difference import describe_reading
from zarr_conformance.report.failures import show_failure
from zarr_conformance.report.marks import Mark, mark_of
from zarr_conformance.report.matrix import Key
from zarr_conformance.results import Implementation, Result, Results
from zarr_conformance.visible import visible
from zarr_fixtures.case import AnyOf, Case, Observe

WIDTH = 100  # columns of the details, which no terminal wraps


class Kind(Enum):
    """What a test runner knows."""

    PASSED = "passed"
    FAILED = "failed"
    EXPECTED = "expected to fail"
    SKIPPED = "skipped"


KINDS = {
    "pass": Kind.PASSED,
    "fail": Kind.FAILED,
    "known": Kind.EXPECTED,
    "lenient": Kind.EXPECTED,
}


class FailOn(Enum):
    """Which unexpected failures turn a run red.

    A pass that a file of known failures rules out always does, for then the file is wrong.
    """

    WRONG_DATA = "wrong-data"
    MUST = "must"
    ANY = "any"

    def counts(self, case: Case, result: Result) -> bool:
        """Whether a result turns a run red."""
        if result.verdict.verdict != "fail":
            return False
        if self is FailOn.ANY or result.verdict.reason == "unexpected_pass":
            return True
        if self is FailOn.MUST:
            return case.level == "must"
        return mark_of(result.verdict) is Mark.WRONG


@dataclass(frozen=True)
class Outcome:
    """What came of one case: the kind, and a sentence without line breaks, empty if it passed."""

    implementation: Implementation
    case: Case
    result: Result
    kind: Kind
    sentence: str


class Outcomes:
    """The outcomes in results, and the details of each."""

    def __init__(
        self, results: Results, cases: Mapping[str, Case], known: Mapping[Key, Expectations]
    ) -> None:
        self.results = results
        self._cases = cases
        self._known = known
        self._baselines = {feature: case for case in cases.values() for feature in case.baseline_of}

    def of(self, key: Key) -> Iterator[Outcome]:
        """The outcomes of one implementation, by case."""
        for case_id in sorted(answers := self.results.results[key]):
            yield self.of_result(answers[case_id])

    def failed(self, key: Key) -> list[Outcome]:
        """The unexpected failures of one implementation, the gravest first."""
        gravity = list(Mark)
        failed = (each for each in self.of(key) if each.kind is Kind.FAILED)
        return sorted(failed, key=lambda each: gravity.index(mark_of(each.result.verdict)))

    def of_result(self, result: Result) -> Outcome:
        """The outcome of one case."""
        case, kind = self._cases[result.case], KINDS.get(result.verdict.verdict, Kind.SKIPPED)
        sentence = visible(self._sentence(case, result)).replace("\n", " ")
        return Outcome(self.results.implementations[result.key], case, result, kind, sentence)

    def details(self, outcome: Outcome) -> str:
        """What is demanded, expected and got, and how to see it again, in several lines."""
        text = io.StringIO()
        console = Console(
            file=text, width=WIDTH, highlight=False, markup=False, emoji=False, color_system=None
        )
        show_failure(console, outcome.implementation, outcome.result, outcome.case, self._known)
        return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())

    def _sentence(self, case: Case, result: Result) -> str:
        reason = result.verdict.reason
        match result.verdict.verdict:
            case "pass":
                return ""
            case "known":
                known = self._known[result.key].about(case.id, reason)
                return f"known failure: {known.reason if known else reason.replace('_', ' ')}"
            case "lenient":
                return "accepts data that is invalid, but that no text orders to refuse"
            case "observed":
                return f"observed only, the specification is silent: {_reading(case, reason)}"
            case "inconclusive":
                return f"a refusal proves nothing: its control {case.control} does not pass"
            case "skipped":
                return f"not asked: {result.observation.content.get('message', reason)}"
            case "unsupported":
                return self._unsupported(case, result)
        if reason == "unexpected_pass":
            return "passes, but is known to fail: remove it from the known failures"
        return reason.replace("_", " ")

    def _unsupported(self, case: Case, result: Result) -> str:
        if result.verdict.reason == "question_unsupported":
            return "the adapter cannot be asked this"
        answers = self.results.results[result.key]
        missing = [name for name in case.features if not self._supports(name, answers)]
        return f"needs what is not supported: {', '.join(missing)}"

    def _supports(self, feature: str, answers: Mapping[str, Result]) -> bool:
        baseline = self._baselines.get(feature)
        result = answers.get(baseline.id) if baseline else None
        if result is None:
            return False
        return result.verdict.verdict == "pass" or result.verdict.reason == "unexpected_pass"


def _reading(case: Case, reason: str) -> str:
    """The reading of the specification that an answer follows."""
    match case.expect, reason.split():
        case ((AnyOf(readings) | Observe(readings)), ["reading", number]):
            return describe_reading(readings[int(number) - 1])
    return "refused" if reason == "refused" else "another answer than any reading gives"
