"""Metadata documents are exactly RFC 8259, and numbers keep what is written."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_reference.errors import (
    InvalidMetadata,
    InvalidRequest,
    LimitExceeded,
    MalformedMetadata,
    Refusal,
)
from zarr_reference.v3.json_documents import (
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_NUMBER_LENGTH,
    NegativeZero,
    format_json,
    is_integer,
    parse_integers,
    parse_json,
    parse_lengths,
    parse_object,
    shown,
)

PLACE = "zarr.json"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
    max_leaves=10,
)


def refusal_of(call: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("18446744073709551615", 2**64 - 1),
        ("-9223372036854775808", -(2**63)),
        ("9007199254740993", 2**53 + 1),
        ("0.1", Decimal("0.1")),
        ("1e400", Decimal("1e400")),
        ("1E-2", Decimal("0.01")),
        ('"\\u0061\\n"', "a\n"),
        (' \t\r\n{"b": [], "a": {}} ', {"a": {}, "b": []}),
        ("null", None),
        ('"\\ud800"', "\ud800"),
    ],
)
def test_values_are_exact(text: str, value: Any) -> None:
    """core.metadata.json.rfc8259, string_escapes, whitespace_irrelevant, member_order_irrelevant"""
    parsed = parse_json(text.encode(), PLACE)
    assert parsed == value
    assert type(parsed) is type(value)


def test_the_sign_of_zero_survives() -> None:
    """dtype.float.fill.negative_zero"""
    assert isinstance(parse_json(b"-0", PLACE), NegativeZero)
    assert parse_json(b"-0.0", PLACE).is_signed()
    assert not isinstance(parse_json(b"0", PLACE), NegativeZero)


@pytest.mark.parametrize(
    ("data", "requirement", "place"),
    [
        # Where the comma is to blame: Python 3.13 says column 8, earlier ones say 9.
        (b'{"a": 1,}', "core.metadata.json.rfc8259", "zarr.json, line 1 column"),
        (b"\n  [1 2]", "core.metadata.json.rfc8259", "zarr.json, line 2 column 6"),
        (b"", "core.metadata.json.rfc8259", "zarr.json, line 1 column 1"),
        (b"{} {}", "core.metadata.json.rfc8259", "zarr.json, line 1 column 4"),
        (b"01", "core.metadata.json.rfc8259", "zarr.json, line 1 column 2"),
        (b"{'a': 1}", "core.metadata.json.rfc8259", "zarr.json, line 1 column 2"),
        (b'"\t"', "core.metadata.json.rfc8259", "zarr.json, line 1 column 2"),
        (b'"open', "core.metadata.json.rfc8259", "zarr.json, line 1 column 1"),
        (b"// comment", "core.metadata.json.rfc8259", "zarr.json, line 1 column 1"),
        ("\u0661".encode(), "core.metadata.json.rfc8259", "zarr.json, line 1 column 1"),
        (b"[NaN]", "core.metadata.json.no_bare_nan", "zarr.json"),
        (b"-Infinity", "core.metadata.json.no_bare_nan", "zarr.json"),
        (b'"\xff"', "core.metadata.json.utf8", "zarr.json, byte 1"),
        ('"ä"'.encode("latin-1"), "core.metadata.json.utf8", "zarr.json, byte 1"),
        ("{}".encode("utf-16"), "core.metadata.json.utf8", "zarr.json, byte 0"),
        (b"\xef\xbb\xbf{}", "core.metadata.json.no_bom_written", "zarr.json, byte 0"),
        (b'[{"a": 1, "a": 1}]', "core.metadata.json.unique_member_names", "zarr.json"),
        (b'{"a": 1, "\\u0061": 2}', "core.metadata.json.unique_member_names", "zarr.json"),
    ],
)
def test_what_is_not_json_is_refused(data: bytes, requirement: str, place: str) -> None:
    refusal = refusal_of(lambda: parse_json(data, PLACE))
    assert type(refusal) is MalformedMetadata
    assert refusal.requirement == requirement
    assert refusal.place.startswith(place)


@pytest.mark.parametrize("data", [b"[]", b"null", b'"text"', b"3"])
def test_a_document_is_an_object(data: bytes) -> None:
    """core.metadata.array.single_object"""
    assert parse_object(b'{"a": 1}', PLACE) == {"a": 1}
    refusal = refusal_of(lambda: parse_object(data, PLACE))
    assert type(refusal) is MalformedMetadata
    assert refusal.requirement == "core.metadata.array.single_object"


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        b"1" * (MAX_NUMBER_LENGTH + 1),
        b"0." + b"1" * 100_000,
        b"1e" + b"9" * 20,
        b"1e-1000000000000001",
    ],
)
def test_what_python_cannot_take_is_refused(data: bytes) -> None:
    """RFC 8259 section 9: an implementation may set limits."""
    assert type(refusal_of(lambda: parse_json(data, PLACE))) is LimitExceeded


def test_the_limits_themselves_are_allowed() -> None:
    assert parse_json(b"1" * MAX_NUMBER_LENGTH, PLACE) == int("1" * MAX_NUMBER_LENGTH)
    assert parse_json(b"1e1000000000000000", PLACE).is_finite()
    deep = parse_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, PLACE)
    assert parse_json(format_json(deep), PLACE) == deep


def test_brackets_in_strings_are_not_nesting() -> None:
    text = '"' + r"[[\"[" * 1000 + '"'
    assert parse_json(text.encode(), PLACE) == '[["[' * 1000


@given(JSON)
def test_text_is_what_the_json_module_writes(value: Any) -> None:
    assert format_json(value).decode() == json.dumps(value, indent=2) + "\n"
    assert parse_json(format_json(value), PLACE) == value


@pytest.mark.parametrize("text", ["-0", "-0.0", "0.10", "1E+5", "1.50", "12345678901234567890"])
def test_numbers_are_written_as_they_were_read(text: str) -> None:
    assert format_json(parse_json(text.encode(), PLACE)).decode() == text + "\n"


def test_a_number_with_an_exponent_is_not_written_as_an_integer() -> None:
    assert format_json(parse_json(b"1.00e2", PLACE)) == b"100.0\n"


def test_python_numbers_and_tuples_are_written() -> None:
    assert format_json((1, 0.1)) == b"[\n  1,\n  0.1\n]\n"


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [float("nan"), Decimal("Infinity"), {1: 2}, {1, 2}, b"", object(), nested(200), [10**5000]],
    ids=lambda value: type(value).__name__,
)
def test_what_json_cannot_hold_is_not_written(value: Any) -> None:
    """core.metadata.json.no_bare_nan: a writer must not let it slip through"""
    assert type(refusal_of(lambda: format_json([value]))) is InvalidRequest


def test_long_values_are_shown_in_part() -> None:
    assert shown({"a": [1, 2]}) == '{ "a": [ 1, 2 ] }'
    assert shown("x" * 1000) == '"' + "x" * 56 + "..."


def test_true_is_no_integer() -> None:
    assert is_integer(1)
    assert not is_integer(True)
    assert not is_integer(Decimal("1.0"))


@pytest.mark.parametrize("document", [None, 3, "12", {"0": 1}, [1, True], [Decimal("2.0")]])
def test_only_arrays_of_integers_are_arrays_of_integers(document: Any) -> None:
    assert parse_integers([1, -2], "$", "r") == (1, -2)
    refusal = refusal_of(lambda: parse_integers(document, "$", "r"))
    assert (type(refusal), refusal.requirement) == (InvalidMetadata, "r")


def test_lengths_have_bounds() -> None:
    def parse(document: Any) -> tuple[int, ...]:
        return parse_lengths(document, "$", "type", minimum=1, minimum_requirement="range")

    assert parse([1, MAX_LENGTH]) == (1, MAX_LENGTH)
    assert refusal_of(lambda: parse([1.5])).requirement == "type"
    refusal = refusal_of(lambda: parse([1, 0]))
    assert (refusal.requirement, refusal.place) == ("range", "$[1]")
    assert type(refusal_of(lambda: parse([MAX_LENGTH + 1]))) is LimitExceeded
