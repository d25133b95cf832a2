"""What the implementations said to one case: those that said the same together, the worst first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from zarr_conformance.expectations import Expectations, Known
from zarr_conformance.judge import Stored, parse_answer
from zarr_conformance.report.difference import (
    Contrast,
    contrasts,
    describe_said,
    nearest,
    remarks,
)
from zarr_conformance.report.failures import reproduction
from zarr_conformance.report.html.grid import Grid, grid
from zarr_conformance.report.html.places import anchor
from zarr_conformance.report.html.stored import Value, stored_values
from zarr_conformance.report.marks import Mark, finding
from zarr_conformance.report.matrix import Answers, Key
from zarr_conformance.results import Result, Results
from zarr_fixtures.case import Answer, Case, Elements, Items, StoredValue

ALL_BYTES = 1000  # of an answer that no reading has: it has to be told from the others
ORDER = (
    *list(Mark)[: list(Mark).index(Mark.UNSUPPORTED)],
    None,
    *(Mark.UNSUPPORTED, Mark.INCONCLUSIVE, Mark.ABSENT),
)
TOLD_APART = (Mark.WRONG, Mark.BROKE, Mark.ACCEPTED, Mark.REJECTED, Mark.LENIENT)
DOCUMENTS = ("zarr.json", ".zarray", ".zgroup", ".zattrs", ".zmetadata")
WORDS = {
    "equal": "as expected",
    "refused": "refused, as it has to be",
    "accepted_invalid": "accepts what is invalid",
    "feature_unsupported": "does not support what the data needs",
    "question_unsupported": "cannot be asked this",
    "control_failed": "refuses what is invalid, and the valid data that it was made from too",
    "unexpected_pass": "as expected, though it is known to fail",
    "damaged": "damages what it was not asked to change",
    "invalid_store": "leaves a store that is not valid",
    "stray_keys": "leaves keys that do not belong there",
    "opened": "opens it, and tells no more",
    "not_opened": "does not open it, and tells no more",
    "other": "by no reading",
}


@dataclass(frozen=True)
class Member:
    """One implementation: what it said besides, what is known of that, how to see it again."""

    key: Key
    anchor: str
    remarks: tuple[str, ...]
    missing: tuple[str, ...]  # the features of the case that it does not support
    known: Known | None
    command: str


@dataclass(frozen=True)
class Group:
    """Implementations that said the same.

    ``mark`` is None where the specification is silent and nothing is judged. ``grids`` are the
    expected elements and those that were returned instead, each marked where it differs;
    ``store`` are the values that were changed in the store, or are new.
    """

    mark: Mark | None
    words: str
    contrasts: tuple[Contrast, ...]
    grids: tuple[Grid, ...]
    store: tuple[Value, ...]
    members: tuple[Member, ...]

    @property
    def known(self) -> bool:
        """Whether all of it is known, with a reason and evidence."""
        return all(member.known is not None for member in self.members)


def supported(baselines: Mapping[str, str], answers: Answers) -> dict[Key, frozenset[str]]:
    """The features whose baselines each implementation passes."""
    return {
        key: frozenset(
            feature
            for feature, case_id in baselines.items()
            if case_id in results and results[case_id].verdict.verdict == "pass"
        )
        for key, results in answers.items()
    }


def groups(
    case: Case,
    results: Results,
    known: Mapping[Key, Expectations],
    supports: Mapping[Key, frozenset[str]],
) -> list[Group]:
    """The answers to a case."""
    alike: dict[tuple[object, ...], list[Result]] = {}
    for answers in results.answers.values():
        if case.id in answers:
            result = answers[case.id]
            alike.setdefault(_alike(case, result), []).append(result)
    found = (_group(case, each, results, known, supports) for each in alike.values())
    return sorted(found, key=lambda group: ORDER.index(group.mark))


def mark_in(result: Result) -> Mark | None:
    """The mark of a result, whatever was expected of it; None where nothing can fail."""
    return None if result.verdict.verdict == "observed" else finding(result.verdict)


def _alike(case: Case, result: Result) -> tuple[object, ...]:
    """Equal for results that are shown together."""
    mark = mark_in(result)
    known = result.verdict.verdict == "known"
    return mark, known, result.verdict.reason, _contrasts(case, result, mark)


def _contrasts(case: Case, result: Result, mark: Mark | None) -> tuple[Contrast, ...]:
    if mark in TOLD_APART:
        return tuple(contrasts(case, result.observation))
    if mark is None and not result.verdict.reason.startswith("reading "):
        answer = _answer(case, result)
        return (Contrast("", "", describe_said(result.observation, answer, ALL_BYTES)),)
    return ()


def _answer(case: Case, result: Result) -> Answer | Stored | None:
    if result.observation.kind != "returned":
        return None
    return parse_answer(case.ask.question, result.observation.content)


def _group(
    case: Case,
    alike: Sequence[Result],
    results: Results,
    known: Mapping[Key, Expectations],
    supports: Mapping[Key, frozenset[str]],
) -> Group:
    first = alike[0]
    mark = mark_in(first)
    reason = first.verdict.reason
    return Group(
        mark,
        WORDS.get(reason, reason.replace("_", " ")),
        _contrasts(case, first, mark),
        tuple(_grids(case, first, mark)),
        _store(case, first, mark),
        tuple(_member(case, each, results, known, supports) for each in alike),
    )


def _grids(case: Case, result: Result, mark: Mark | None) -> Iterator[Grid]:
    answer = _answer(case, result)
    if not _is_other(mark, result) or not isinstance(answer, Elements | Items):
        return
    expected = nearest(case, answer)
    if not isinstance(expected, Elements | Items):
        yield grid(answer)
        return
    yield grid(expected, answer)
    yield grid(answer, expected)


def _store(case: Case, result: Result, mark: Mark | None) -> tuple[Value, ...]:
    answer = _answer(case, result)
    if not _is_other(mark, result) or not isinstance(answer, Stored):
        return ()
    values = {key: _stored(key, answer.values[key]) for key in sorted(answer.values)}
    shown = stored_values(replace(case, store=values), f"{anchor(result.key)}-")
    before = {key: value.to_bytes() for key, value in case.store.items()}
    return tuple(
        value
        for key, value in zip(values, shown, strict=True)
        if before.get(key) != answer.values[key]
    )


def _stored(key: str, data: bytes) -> StoredValue:
    """A value that was written: a document as text, if it is one, and anything else as bytes."""
    text = data.decode("utf-8", "replace")
    if key.rpartition("/")[2] in DOCUMENTS and text.encode() == data:
        return StoredValue("text", text)
    return StoredValue("hex", data.hex())


def _is_other(mark: Mark | None, result: Result) -> bool:
    """Whether the answer is none that is expected, and so has to be seen."""
    return mark in TOLD_APART or (mark is None and result.verdict.reason == "other")


def _member(
    case: Case,
    result: Result,
    results: Results,
    known: Mapping[Key, Expectations],
    supports: Mapping[Key, frozenset[str]],
) -> Member:
    expectations = known.get(result.key, Expectations())
    entry = None
    if result.verdict.verdict == "known":
        entry = expectations.about(case.id, result.verdict.reason)
    missing: Iterable[str] = ()
    if result.verdict.reason == "feature_unsupported":
        missing = (each for each in case.features if each not in supports[result.key])
    return Member(
        result.key,
        anchor(result.key),
        tuple(remarks(result.observation)),
        tuple(missing),
        entry,
        reproduction(results.implementations[result.key], case.id),
    )
