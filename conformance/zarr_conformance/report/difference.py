"""What was expected and what was said, side by side, down to the first byte that differs.

NumPy and the reference, which take half a second to load, are loaded where something has to be told
with them: most reports have no need of them.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

from zarr_conformance.judge import NOTHING, Observation, Stored, parse_answer
from zarr_conformance.read_written import read_back
from zarr_conformance.visible import visible
from zarr_fixtures.case import (
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
from zarr_fixtures.changes import faults_of
from zarr_fixtures.words import counted

LONGEST = 500  # characters of a document or message that are shown
FIRST_BYTES = 12
STDERR_LINES = 10


class Contrast(NamedTuple):
    """One line: what it is about, what was expected, what was said."""

    about: str
    expected: str
    said: str


def contrasts(case: Case, observation: Observation) -> Iterator[Contrast]:
    """The lines that tell expected from said."""
    answer = None
    if observation.kind == "returned":
        answer = parse_answer(case.ask.question, observation.content)
    match nearest(case, answer), answer:
        case Written() as expected, Stored(values):
            yield from _changes(case, expected, values)
        case Children(expected), Children(said):
            yield from _members(expected, said)
        case Metadata(expected), Metadata(said):
            yield from _members(expected, {name: said[name] for name in said if name in expected})
        case expected_answer, _:
            yield Contrast("", describe_expected(case), describe_said(observation, answer))
            if isinstance(expected_answer, Elements | Items) and isinstance(
                answer, Elements | Items
            ):
                yield from _elements(expected_answer, answer)


def nearest(case: Case, answer: Answer | Stored | None) -> Answer | None:
    """The expected answer to hold an answer against: of several, the first of the same form."""
    match case.expect:
        case AnyOf(readings) | Observe(readings):
            form = Written if isinstance(answer, Stored) else type(answer)
            same = (each.answer for each in readings if type(each.answer) is form)
            return next(same, None)
        case expected:
            return expected


def describe_expected(case: Case) -> str:
    """What a case expects, in a few words for each answer that is allowed."""
    match case.expect:
        case AnyOf(readings) | Observe(readings):
            return " or\n".join(map(describe_reading, readings))
        case expected:
            return describe(expected)


def describe_reading(reading: Reading) -> str:
    """A reading of the specification, and the answer that follows from it, if one does."""
    answer = "" if reading.answer is None else f" ({describe(reading.answer)})"
    return f"{reading.text}{answer}"


def describe_said(
    observation: Observation, answer: Answer | Stored | None, first_bytes: int = FIRST_BYTES
) -> str:
    """What an adapter said, in a few words and, of elements, so many bytes."""
    content = observation.content
    match observation.kind:
        case "refused":
            return f"refused at {content.get('stage')}"
        case "unsupported":
            return "cannot be asked"
        case "broken":
            reason = str(content["reason"]).replace("_", " ")
            return f"{reason}: {shortened(str(content.get('detail')))}"
    if isinstance(opened := content.get("opened"), bool):
        return "opened, and no more is told" if opened else "not opened, and no more is told"
    if answer is None:
        return f"no proper answer: {shortened(json.dumps(content))}"
    return describe(answer, first_bytes)


def describe(answer: Answer | Stored, first_bytes: int = FIRST_BYTES) -> str:
    """An answer in a few words and, of elements, so many bytes."""
    match answer:
        case Elements(data_type, shape, data):
            dots = " ..." if len(data) > first_bytes else ""
            return f"{data_type} {list(shape)}: {data[:first_bytes].hex(' ')}{dots}"
        case Items(data_type, shape, items):
            texts = " ".join(value_of(item, data_type) or repr(item)[1:] for item in items)
            return f"{data_type} {list(shape)}: {shortened(texts)}"
        case Children(nodes):
            return shortened(json.dumps(nodes)) if nodes else "no children"
        case Metadata(members):
            return shortened(json.dumps(members))
        case Written(elements):
            return "written" if elements is None else f"written: {describe(elements, first_bytes)}"
        case Stored(values):
            sizes = " ".join(f"{key} ({len(values[key])})" for key in sorted(values))
            return shortened(f"a store with these keys (and bytes): {sizes}")
        case Refused(stage, mandated):
            why = "the text orders an error" if mandated else "an error is implied"
            return f"a refusal at {stage}: {why}"


def remarks(observation: Observation) -> Iterator[str]:
    """What was said besides, line by line: a message, or the end of standard error."""
    said = shortened(str(observation.content.get("message", "")))
    yield from (f"said | {line}" for line in said.splitlines())
    stderr = visible(str(observation.content.get("stderr", "")))
    yield from (f"stderr | {line}" for line in stderr.splitlines()[-STDERR_LINES:])


def shortened(text: str) -> str:
    """A text without what is beyond ``LONGEST`` characters, and fit for a terminal."""
    return visible(text) if len(text) <= LONGEST else f"{visible(text[:LONGEST])}..."


def _changes(case: Case, expected: Written, values: Mapping[str, bytes]) -> Iterator[Contrast]:
    """What is wrong with a changed store, the gravest first, and the keys that it has."""
    for fault in faults_of(expected, read_back(case, values)):
        match fault.expected, fault.found:
            case Elements() | Items() as left, Elements() | Items() as right:
                yield Contrast("elements", describe(left), describe(right))
                yield from _elements(left, right)
            case left, right:
                yield Contrast(visible(fault.about), _told(left), _told(right))
    before = " ".join(sorted(case.store)) or "none"
    yield Contrast("keys", f"before: {shortened(before)}", shortened(" ".join(sorted(values))))


def _told(value: Any) -> str:
    """What was expected or found: words as they are, JSON as text."""
    return shortened(value if isinstance(value, str) else json.dumps(value))


def _elements(expected: Elements | Items, said: Elements | Items) -> Iterator[Contrast]:
    if expected.data_type != said.data_type:
        yield Contrast("data type", expected.data_type, said.data_type)
    if expected.shape != said.shape:
        yield Contrast("shape", str(list(expected.shape)), str(list(said.shape)))
    left_items, right_items = items_of(expected), items_of(said)
    if expected.data_type != said.data_type or len(left_items) != len(right_items):
        return
    pairs = list(zip(left_items, right_items, strict=True))
    different = [number for number, (left, right) in enumerate(pairs) if left != right]
    if not different or expected.shape != said.shape:
        return
    left, right = pairs[different[0]]
    import numpy as np

    index = [int(i) for i in np.unravel_index(different[0], expected.shape)]
    yield Contrast("differ", f"{len(different)} of {counted(len(pairs), 'element')}", "")
    if (value := value_of(left, said.data_type)) is not None:
        yield Contrast(f"at {index}", value, str(value_of(right, said.data_type)))
    if not is_nothing(right, said.data_type):
        yield Contrast("in bytes", _marked(left, right), _marked(right, left))


def items_of(elements: Elements | Items) -> Sequence[bytes]:
    """The elements one by one."""
    if isinstance(elements, Items):
        return elements.items
    size = len(elements.data) // (prod(elements.shape) or 1)
    starts = range(0, len(elements.data), size or 1)
    return [elements.data[start : start + size] for start in starts]


def is_nothing(item: bytes, data_type: str) -> bool:
    """Whether the library left the place of this element empty, so that it has no bytes."""
    return data_type == "string" and item == NOTHING


def value_of(item: bytes, data_type: str) -> str | None:
    """An element as a text, a boolean or a number, or None if its type is none of these."""
    if is_nothing(item, data_type):
        return "nothing"
    if data_type == "string":
        return visible(repr(item.decode(errors="backslashreplace")))
    if data_type == "bool":
        return {0: "false", 1: "true"}.get(item[0], "neither true nor false")
    if re.fullmatch("(u?int|float|complex)[0-9]+", data_type) is None:
        return None
    import numpy as np

    try:
        return str(np.frombuffer(item, np.dtype(data_type).newbyteorder("<"))[0])
    except TypeError:  # NumPy has no number of this type
        return None


def _marked(item: bytes, other: bytes) -> str:
    """The bytes of an element in hex, the first that differs, or is missing, in brackets."""
    pairs = zip(item, other, strict=False)
    shorter = min(len(item), len(other))
    first = next((i for i, (left, right) in enumerate(pairs) if left != right), shorter)
    marked = [f"{byte:02x}" for byte in item]
    marked[first : first + 1] = ["[" + "".join(marked[first : first + 1]) + "]"]
    return shortened(" ".join(marked))


def _members(expected: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[Contrast]:
    """The names whose values differ, or that only one side has."""
    for name in [*expected, *(name for name in said if name not in expected)]:
        left, right = _member(expected, name), _member(said, name)
        if left != right:
            yield Contrast(visible(name), left, right)


def _member(members: Mapping[str, Any], name: str) -> str:
    return shortened(json.dumps(members[name])) if name in members else "absent"
