"""Metadata documents as JSON text: what the chapter "Metadata" takes over from RFC 8259.

Python's ``json`` module reads more than RFC 8259 allows, and rounds what it reads. This module
allows exactly the standard's grammar and keeps every number as it is written, so that a fill value
can later be rounded once, from the exact decimal, to its data type:

- a number without fraction and exponent becomes an ``int``, and ``-0`` a ``NegativeZero``;
- any other number becomes a ``decimal.Decimal``.

https://zarr-specs.readthedocs.io/en/latest/v3/core/#metadata
"""

import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn, TypeGuard

from zarr_reference.errors import InvalidMetadata, InvalidRequest, LimitExceeded, MalformedMetadata

# RFC 8259 § 9: "An implementation may set limits on the maximum depth of nesting [and] on the
# range and precision of numbers." These keep Python's own limits out of reach: its recursion
# limit, the 4,300 digits that int and str convert, and the exponents that Decimal holds.
MAX_DEPTH = 100
MAX_NUMBER_LENGTH = 4000
MAX_EXPONENT = 10**15

# A length beyond this could not be an index on a 64-bit machine.
MAX_LENGTH = 2**63 - 1

_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


class NegativeZero(int):
    """The number written ``-0``: an integer equal to 0 that a float type keeps the sign of."""


def parse_json(data: bytes, place: str) -> Any:
    """The JSON value in ``data``; ``place`` names the document, for messages.

    Raises ``MalformedMetadata`` if ``data`` is not one JSON text in UTF-8 with unique member names,
    and ``LimitExceeded`` for nesting or numbers beyond what Python itself can take.
    """
    text = _decode_utf8(data, place)
    _check_depth(text, place)

    def refuse_constant(constant: str) -> NoReturn:
        # core.metadata.json.no_bare_nan: NaN, Infinity and -Infinity are no JSON numbers.
        raise MalformedMetadata(
            "core.metadata.json.no_bare_nan", place, f"{constant} is not JSON; write it as a string"
        )

    try:
        return json.loads(
            text,
            parse_int=lambda number: _parse_integer(number, place),
            parse_float=lambda number: _parse_decimal(number, place),
            parse_constant=refuse_constant,
            object_pairs_hook=lambda members: _parse_members(members, place),
        )
    except json.JSONDecodeError as error:
        # core.metadata.json.rfc8259: a metadata document is JSON text.
        raise MalformedMetadata(
            "core.metadata.json.rfc8259",
            f"{place}, line {error.lineno} column {error.colno}",
            f"this is not JSON: {error.msg}",
        ) from error


def parse_object(data: bytes, place: str) -> dict[str, Any]:
    """The JSON object in ``data``; raises as ``parse_json`` does, and if it is no object."""
    document = parse_json(data, place)
    # core.metadata.array.single_object: the document is one JSON object.
    if not isinstance(document, dict):
        raise MalformedMetadata(
            "core.metadata.array.single_object",
            place,
            f"a metadata document is a JSON object, not {shown(document)}",
        )
    return document


def _decode_utf8(data: bytes, place: str) -> str:
    # core.metadata.json.utf8: JSON text is encoded in UTF-8.
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedMetadata(
            "core.metadata.json.utf8", f"{place}, byte {error.start}", "this is not UTF-8"
        ) from error
    # core.metadata.json.no_bom_written: a byte order mark is no part of JSON text. A reader may
    # ignore it, or refuse it as here.
    if text.startswith("\ufeff"):
        raise MalformedMetadata(
            "core.metadata.json.no_bom_written",
            f"{place}, byte 0",
            "the document starts with a byte order mark; remove it",
        )
    return text


def _check_depth(text: str, place: str) -> None:
    """Refuses nesting beyond ``MAX_DEPTH`` before any recursive code meets it."""
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        if match.group() in ("[", "{"):
            depth += 1
        elif match.group() in ("]", "}"):
            depth -= 1
        if depth > MAX_DEPTH:
            raise LimitExceeded(
                "limit", place, f"arrays and objects are nested more than {MAX_DEPTH} deep"
            )


def _check_number_length(number: str, place: str) -> None:
    if len(number) > MAX_NUMBER_LENGTH:
        raise LimitExceeded(
            "limit",
            place,
            f"the number {number[:20]}... has {len(number)} characters, {MAX_NUMBER_LENGTH} are "
            "allowed",
        )


def _parse_integer(number: str, place: str) -> int:
    _check_number_length(number, place)
    return NegativeZero(0) if number == "-0" else int(number)


def _parse_decimal(number: str, place: str) -> Decimal:
    _check_number_length(number, place)
    exponent = number.lower().partition("e")[2] or "0"
    if abs(int(exponent)) > MAX_EXPONENT:
        raise LimitExceeded(
            "limit", place, f"the exponent {exponent[:20]} is beyond {MAX_EXPONENT:.0e}"
        )
    return Decimal(number)


def _parse_members(members: list[tuple[str, Any]], place: str) -> dict[str, Any]:
    parsed: dict[str, Any] = {}
    for name, value in members:
        # core.metadata.json.unique_member_names: RFC 8259 § 4 makes the meaning of a repeated name
        # unpredictable, so there is no right answer to give.
        if name in parsed:
            raise MalformedMetadata(
                "core.metadata.json.unique_member_names",
                place,
                f"the member {shown(name)} appears twice in one object; keep one of them",
            )
        parsed[name] = value
    return parsed


def format_json(document: Any) -> bytes:
    """The JSON text of ``document``: ASCII, two spaces of indent, a line feed at the end.

    The inverse of ``parse_json``, and for documents without its number types the same text as
    ``json.dumps(document, indent=2)``. Raises ``InvalidRequest`` for what JSON cannot hold.
    """
    return (_format_value(document, 0) + "\n").encode("ascii")


def _format_value(value: Any, depth: int) -> str:
    if depth > MAX_DEPTH:
        raise InvalidRequest(
            "request", "the document", f"it is nested more than {MAX_DEPTH} deep; flatten it"
        )
    match value:
        case NegativeZero():
            return "-0"
        case None | bool() | str():
            return json.dumps(value)
        case int() if abs(value) < 10**MAX_NUMBER_LENGTH:
            return json.dumps(value)
        case Decimal() if value.is_finite():
            # 1.00e2 prints as 100, which would be read again as an integer.
            return str(value) if re.search("[.E]", str(value)) else f"{value}.0"
        case float() if math.isfinite(value):
            return repr(value)
        case Mapping() if all(isinstance(name, str) for name in value):
            members = [
                f"{json.dumps(name)}: {_format_value(member, depth + 1)}"
                for name, member in value.items()
            ]
            return _format_lines("{", members, "}", depth)
        case list() | tuple():
            items = [_format_value(item, depth + 1) for item in value]
            return _format_lines("[", items, "]", depth)
    raise InvalidRequest(
        "request", "the document", f"JSON cannot hold this {type(value).__name__}; leave it out"
    )


def _format_lines(opening: str, lines: list[str], closing: str, depth: int) -> str:
    if not lines:
        return opening + closing
    outer, inner = "\n" + "  " * depth, "\n" + "  " * (depth + 1)
    return opening + inner + ("," + inner).join(lines) + outer + closing


def shown(value: Any) -> str:
    """A JSON value as a refusal quotes it: on one line, and cut where it gets long."""
    text = re.sub(r"\s+", " ", format_json(value).decode("ascii").strip())
    return text if len(text) <= 60 else text[:57] + "..."


def is_integer(value: Any) -> TypeGuard[int]:
    """Whether a JSON value is a number written without fraction and exponent."""
    return isinstance(value, int) and not isinstance(value, bool)


def parse_integers(document: Any, place: str, requirement: str) -> tuple[int, ...]:
    """A JSON array of integers; anything else raises ``InvalidMetadata``."""
    if not isinstance(document, list):
        raise InvalidMetadata(
            requirement, place, f"this must be an array of integers, not {shown(document)}"
        )
    for position, value in enumerate(document):
        if not is_integer(value):
            raise InvalidMetadata(
                requirement, f"{place}[{position}]", f"this must be an integer, not {shown(value)}"
            )
    return tuple(int(value) for value in document)


def parse_lengths(
    document: Any, place: str, requirement: str, *, minimum: int, minimum_requirement: str
) -> tuple[int, ...]:
    """The lengths of an array or chunk, each at least ``minimum``.

    Raises ``InvalidMetadata`` with one of the two requirements, and ``LimitExceeded`` for a length
    beyond ``MAX_LENGTH``.
    """
    lengths = parse_integers(document, place, requirement)
    for dimension, length in enumerate(lengths):
        if length < minimum:
            raise InvalidMetadata(
                minimum_requirement,
                f"{place}[{dimension}]",
                f"a length must be at least {minimum}, not {length}",
            )
        if length > MAX_LENGTH:
            raise LimitExceeded(
                "limit", f"{place}[{dimension}]", f"lengths beyond {MAX_LENGTH} cannot be indexed"
            )
    return lengths
