"""What follows from an observation: a pure function of the case and of what passed before it.

Capabilities are measured, not claimed. Each feature has one baseline, its plainest positive case,
and an implementation supports a feature if and only if it passes the baseline. Each negative case
has a control, the valid case that it was made from by one change, and a refusal proves something
only if the control was read: an implementation that refuses everything never passes.

A ``Judge`` serves one implementation and remembers which cases it passed, so it must see baselines
and controls first: ``ordered`` sees to that. It does no I/O; the same code judges while a run goes
on, when one is resumed, and when an old results file is judged again.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any, Literal, TypeAlias, TypeGuard, get_args

from zarr_fixtures.case import (
    CHANGES,
    STRING,
    Answer,
    AnyOf,
    Case,
    Children,
    Elements,
    Items,
    Metadata,
    Observe,
    Reading,
    Refused,
    Written,
)
from zarr_fixtures.changes import Contents, faults_of, same_json

ObservationKind: TypeAlias = Literal["returned", "refused", "unsupported", "broken"]
OBSERVATIONS: tuple[str, ...] = get_args(ObservationKind)
Comparison: TypeAlias = Literal["equal", "different", "untold"]
# Reads a store that an adapter was asked to change, by its keys and their values.
ReadBack: TypeAlias = Callable[[Case, Mapping[str, bytes]], Contents]

# The data types whose elements travel one by one, since each has a length of its own.
VARIABLE_LENGTH = (STRING, "bytes")
NOTHING = b"\xff"  # where the library left a place for a text empty; no text in UTF-8 has this byte

VERDICTS = (
    "pass",
    "fail",
    "unsupported",
    "inconclusive",
    "lenient",
    "observed",
    "known",
    "skipped",
)

# The reason of a failure where a question is answered wrongly; of a change the store tells it.
WRONG = {
    "read": "wrong_elements",
    "read_region": "wrong_elements",
    "list": "wrong_children",
    "metadata": "wrong_metadata",
}


@dataclass(frozen=True)
class Observation:
    """What an adapter said to one question, or how it broke. ``content`` is as in the protocol."""

    kind: ObservationKind
    content: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The observation as an object with one member, which names its kind."""
        return {self.kind: self.content}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Observation":
        """The inverse of ``to_json``. Raises ``ValueError`` if the document is no observation."""
        kind: Any = next(iter(document), None)
        content = document.get(kind)
        if len(document) != 1 or kind not in OBSERVATIONS or not isinstance(content, dict):
            raise ValueError("an observation is returned, refused, unsupported or broken")
        if kind == "broken" and not isinstance(content.get("reason"), str):
            raise ValueError("an observation is broken for a reason")
        return cls(kind, content)


@dataclass(frozen=True)
class Verdict:
    """What follows from an observation, and the kind of reason it follows from."""

    verdict: str
    reason: str


@dataclass(frozen=True)
class Stored:
    """The answer to a question that changes a store: all its keys and their values."""

    values: Mapping[str, bytes]


class Judge:
    """Judges the observations of one implementation.

    ``read_back`` is what reads a changed store: the judge itself knows no format.
    """

    def __init__(self, cases: Mapping[str, Case], read_back: ReadBack) -> None:
        self._read_back = read_back
        self._baselines = {
            feature: case.id for case in cases.values() for feature in case.baseline_of
        }
        self._passed: set[str] = set()
        self._opened: set[str] = set()  # as was told, without the elements

    def verdict(self, case: Case, observation: Observation) -> Verdict:
        """The verdict on a case whose baselines and control, if it has any, came before."""
        verdict = self._verdict(case, observation)
        if verdict.verdict == "pass":
            self._passed.add(case.id)
        return verdict

    def supports(self, feature: str) -> bool:
        """Whether the baseline of the feature passed. What nothing measured is not supported."""
        return self._baselines.get(feature) in self._passed

    def _verdict(self, case: Case, observation: Observation) -> Verdict:
        match observation.kind:
            case "returned":
                opened = told_only(case.ask.question, observation.content)
                if opened is None:
                    return self._returned(case, observation.content)
                return self._told_only(case, opened)
            case "refused":
                return self._refused(case)
            case "unsupported":
                return Verdict("unsupported", "question_unsupported")
        return Verdict("fail", str(observation.content["reason"]))

    def _refused(self, case: Case) -> Verdict:
        match case.expect:
            case Refused():
                return self._rightly_refused(case, "refused")
            case AnyOf(readings) if (which := _refusal(readings)) is not None:
                return self._rightly_refused(case, which)
            case Observe(readings):
                return Verdict("observed", _refusal(readings) or "refused")
        if all(map(self.supports, case.features)):
            return Verdict("fail", "rejected_valid")
        return Verdict("unsupported", "feature_unsupported")

    def _told_only(self, case: Case, opened: bool) -> Verdict:
        """Whether the array was opened is all that is known: no elements, and no refusal either.

        So nothing passes. But who opens the plainest array of each feature has to open any other
        valid one, and nobody may open what is wrong before an element is read.
        """
        reason = "opened" if opened else "not_opened"
        match case.expect:
            case Observe():
                return Verdict("observed", reason)
            case Refused("open", mandated) if opened:
                return Verdict("fail" if mandated else "lenient", "accepted_invalid")
            case Refused() | AnyOf():
                return Verdict("inconclusive", reason)
        if opened:
            self._opened.add(case.id)
            return Verdict("inconclusive", reason)
        shown = self._passed | self._opened
        if all(self._baselines.get(feature) in shown for feature in case.features):
            return Verdict("fail", "rejected_valid")
        return Verdict("unsupported", "feature_unsupported")

    def _rightly_refused(self, case: Case, reason: str) -> Verdict:
        """A refusal counts only if what it refuses is the one thing that is wrong."""
        if case.control is not None:
            proved = case.control in self._passed
            return Verdict("pass", reason) if proved else Verdict("inconclusive", "control_failed")
        if all(map(self.supports, case.features)):
            return Verdict("pass", reason)
        return Verdict("unsupported", "feature_unsupported")

    def _returned(self, case: Case, content: Mapping[str, Any]) -> Verdict:
        answer = parse_answer(case.ask.question, content)
        if answer is None:
            return Verdict("fail", "bad_answer")
        if isinstance(answer, Stored):
            return _answered(case, self._read_back(case, answer.values))
        return _answered(case, answer)


def _answered(case: Case, answer: Answer | Contents) -> Verdict:
    match case.expect:
        case Refused(mandated=mandated):
            return Verdict("fail" if mandated else "lenient", "accepted_invalid")
        case Observe(readings):
            comparisons = [compare(reading.answer, answer) for reading in readings]
            return Verdict("observed", _first_equal(comparisons) or "other")
        case AnyOf(readings):
            comparisons = [compare(reading.answer, answer) for reading in readings]
            reason = _first_equal(comparisons)
        case expected:
            comparisons = [compare(expected, answer)]
            reason = "equal" if comparisons == ["equal"] else None
    if reason is not None:
        return Verdict("pass", reason)
    if "untold" in comparisons:
        return Verdict("unsupported", "question_unsupported")
    return Verdict("fail", _fault(case, answer))


def _fault(case: Case, answer: Answer | Contents) -> str:
    """The reason of a failure: of a change the gravest fault, by the first reading of the text."""
    if not isinstance(answer, Contents):
        return WRONG[case.ask.question]
    readings = case.expect.readings if isinstance(case.expect, AnyOf) else ()
    expected = next(filter(_is_written, (case.expect, *(each.answer for each in readings))))
    return next(faults_of(expected, answer)).kind


def _is_written(expected: object) -> TypeGuard[Written]:
    return isinstance(expected, Written)


def _first_equal(comparisons: Iterable[Comparison]) -> str | None:
    numbers = (n for n, comparison in enumerate(comparisons, 1) if comparison == "equal")
    return next((f"reading {n}" for n in numbers), None)


def _refusal(readings: Iterable[Reading]) -> str | None:
    numbers = (n for n, reading in enumerate(readings, 1) if isinstance(reading.answer, Refused))
    return next((f"reading {n}" for n in numbers), None)


def compare(expected: Answer | None, answer: Answer | Contents) -> Comparison:
    """Compare what is expected with what was returned, to the last bit.

    Of metadata only the expected members are compared. They are ``"untold"`` if one is missing
    and none differs: an adapter leaves out what its library cannot tell.
    """
    match expected, answer:
        case Metadata(expected_members), Metadata(members):
            told = expected_members.keys() & members.keys()
            if any(not same_json(expected_members[name], members[name]) for name in told):
                return "different"
            return "equal" if len(told) == len(expected_members) else "untold"
        case Written(), Contents():
            return "different" if any(faults_of(expected, answer)) else "equal"
        case _:
            return "equal" if expected == answer else "different"


def told_only(question: str, content: Mapping[str, Any]) -> bool | None:
    """Whether the array was opened, if no more than that was returned; otherwise None."""
    match question, content:
        case "read", {"opened": bool(opened)}:
            return opened
    return None


def parse_answer(question: str, content: Mapping[str, Any]) -> Answer | Stored | None:
    """The answer that was returned to a question, or None if it does not have the form of one."""
    parse = _parse_store if question in CHANGES else PARSERS.get(question)
    return parse(content) if parse else None


def _parse_elements(content: Mapping[str, Any]) -> Elements | Items | None:
    data_type, shape, data = map(content.get, ("data_type", "shape", "elements"))
    if not (isinstance(data_type, str) and isinstance(shape, list)):
        return None
    if any(type(length) is not int or length < 0 for length in shape):
        return None
    if data_type in VARIABLE_LENGTH:
        items = _parse_items(data_type, data)
        if items is None or len(items) != prod(shape):
            return None
        return Items(data_type, tuple(shape), items)
    decoded, size = _parse_base64(data), item_size(data_type)
    if decoded is None or (size is not None and len(decoded) != prod(shape) * size):
        return None
    return Elements(data_type, tuple(shape), decoded)


def _parse_children(content: Mapping[str, Any]) -> Children | None:
    match content:
        case {"children": dict(nodes)} if all(
            kind in ("array", "group") for kind in nodes.values()
        ):
            return Children(nodes)
    return None


def _parse_metadata(content: Mapping[str, Any]) -> Metadata | None:
    match content:
        case {"metadata": dict(members)}:
            return Metadata(members)
    return None


def _parse_store(content: Mapping[str, Any]) -> Stored | None:
    match content:
        case {"store": dict(values)}:
            decoded = {key: _parse_base64(value) for key, value in values.items()}
            if None not in decoded.values():
                return Stored({key: value for key, value in decoded.items() if value is not None})
    return None


PARSERS: Mapping[str, Callable[[Mapping[str, Any]], Answer | None]] = {
    "read": _parse_elements,
    "read_region": _parse_elements,
    "list": _parse_children,
    "metadata": _parse_metadata,
}


def _parse_items(data_type: str, items: Any) -> tuple[bytes, ...] | None:
    """The elements in a list of strings or of base64, None if there is anything else."""
    if not isinstance(items, list):
        return None
    decode = _encode_string if data_type == STRING else _parse_base64
    decoded = [item for item in map(decode, items) if item is not None]
    return tuple(decoded) if len(decoded) == len(items) else None


def _encode_string(text: Any) -> bytes | None:
    if text is None:
        return NOTHING
    # UTF-8 has no form for a lone surrogate, but JSON has: an answer with one equals no other text.
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else None


def _parse_base64(text: Any) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except (TypeError, ValueError):  # binascii.Error is a ValueError
        return None


_SIZED = re.compile(r"(?:u?int|float|complex|r)(?P<bits>[0-9]{1,9})|\|S(?P<bytes>[0-9]{1,9})")


@lru_cache(maxsize=256)  # there are few, but anybody may answer any
def item_size(data_type: str) -> int | None:
    """The size of one element in bytes, or None if the name does not tell it."""
    if data_type == "bool":
        return 1
    name = _SIZED.fullmatch(data_type)
    if name is None:
        return None
    return (int(name["bits"]) + 7) // 8 if name["bits"] else int(name["bytes"])


def ordered(cases: Iterable[Case], corpus: Mapping[str, Case]) -> list[Case]:
    """The cases in an order in which they can be judged: baselines first, a control before its own.

    Baselines of their features and controls that are missing are added from the corpus.
    """
    baselines = {feature: case for case in corpus.values() for feature in case.baseline_of}
    wanted: dict[str, Case] = {}
    for case in cases:
        for link in reversed(_controls(case, corpus)):
            wanted.setdefault(link.id, link)
    needed = {feature: None for case in wanted.values() for feature in case.features}
    first = {
        baselines[feature].id: baselines[feature] for feature in needed if feature in baselines
    }
    return list((first | wanted).values())


def _controls(case: Case, corpus: Mapping[str, Case]) -> list[Case]:
    """The case, its control, the control of that, and so on."""
    chain = [case]
    while (control := chain[-1].control) is not None:
        chain.append(corpus[control])
    return chain
