"""Fill values of v2: the forms that the text prescribes, and those it is silent about."""

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata, Refusal
from zarr_reference.v2.data_types import NUMERIC, StoredType
from zarr_reference.v2.fill_values import parse_fill_value
from zarr_reference.v2.structured_types import parse_data_type
from zarr_reference.v3.extension_data_types.variable_length import BYTES, STRING
from zarr_reference.v3.json_documents import parse_json

PLACE = ".zarray: $.fill_value"


OBJECTS = {"string": StoredType(STRING), "bytes": StoredType(BYTES)}
MIXED = [["x", ">u2"], ["b", "|b1"], ["y", "<i2"]]


def parse(dtype: Any, text: str) -> bytes | None:
    stored = OBJECTS[dtype] if str(dtype) in OBJECTS else parse_data_type(dtype, "$.dtype")
    return parse_fill_value(parse_json(text.encode(), "x"), stored, PLACE)


@pytest.mark.parametrize(
    ("dtype", "text", "expected"),
    [
        # v2.array.fill_value.null
        ("<f8", "null", None),
        ("|S3", "null", None),
        # v2.fill.float.number, v2.fill.float.specials
        ("<f8", "1.5", struct.pack("<d", 1.5)),
        (">f8", "1.5", struct.pack("<d", 1.5)),
        ("<f4", "-0", struct.pack("<f", -0.0)),
        ("<f4", '"NaN"', bytes.fromhex("0000c07f")),
        ("<f2", '"Infinity"', bytes.fromhex("007c")),
        ("<f8", '"-Infinity"', struct.pack("<d", float("-inf"))),
        # v2.fill.complex
        ("<c8", '[1, "NaN"]', struct.pack("<f", 1) + bytes.fromhex("0000c07f")),
        (">c16", "[0.5, -2]", struct.pack("<dd", 0.5, -2)),
        # v2.fill.bool
        ("|b1", "true", b"\1"),
        ("|b1", "false", b"\0"),
        ("|b1", "1", b"\1"),
        ("|b1", "0.0", b"\0"),
        # v2.fill.int.float_token
        ("<i2", "-7", b"\xf9\xff"),
        ("<i2", "0.0", b"\0\0"),
        ("<u8", "18446744073709551615", b"\xff" * 8),
        ("|u1", "2.55e2", b"\xff"),
        # v2.fill.bytes.base64: zeros at the end of a string are left out by writers
        ("|S3", '"YWJj"', b"abc"),
        ("|S3", '"YQ=="', b"a\0\0"),
        ("|S3", '""', b"\0\0\0"),
        # v2.fill.void.base64
        ("|V3", '"AP8B"', b"\0\xff\1"),
        # v2.fill.struct.base64: the bytes are those that a chunk has
        (MIXED, '"AQIBAwQ="', b"\2\1\1\3\4"),
        (MIXED, "null", None),
        # v2.fill.datetime
        (">M8[s]", "5", b"\5" + bytes(7)),
        ("<m8[s]", "-1", b"\xff" * 8),
        ("<M8[s]", '"NaT"', bytes(7) + b"\x80"),
        ("<M8[s]", "-9223372036854775808", bytes(7) + b"\x80"),
        # v2.fill.unicode
        (">U2", '"\u00fc"', "\u00fc\0".encode("utf-32-le")),
        ("<U2", '""', bytes(8)),
        # objects
        ("string", '"\u00fc"', "\u00fc".encode()),
        ("string", '""', b""),
        ("string", "0", None),
        ("bytes", '"AP8="', b"\0\xff"),
        ("bytes", "0", None),
    ],
)
def test_what_is_read(dtype: str, text: str, expected: bytes | None) -> None:
    assert parse(dtype, text) == expected


@pytest.mark.parametrize(
    ("dtype", "text", "requirement"),
    [
        ("<f8", '"nan"', "v2.fill.float.specials"),
        ("<f8", '"0x7ff8000000000001"', "v2.fill.float.specials"),
        ("<f8", "true", "v2.fill.float.number"),
        ("<f8", "[1]", "v2.fill.float.number"),
        ("<c8", "1", "v2.fill.complex"),
        ("<c8", "[1]", "v2.fill.complex"),
        ("<c8", '[0, "0x7fc00001"]', "v2.fill.float.specials"),
        ("<c8", "[0, null]", "v2.fill.complex"),
        ("|b1", "2", "v2.fill.bool"),
        ("|b1", '"true"', "v2.fill.bool"),
        ("<i2", "0.5", "v2.fill.int.float_token"),
        ("<i2", "32768", "v2.fill.int.float_token"),
        ("<i2", "1e999999999", "v2.fill.int.float_token"),
        ("<i2", "1e-999999999", "v2.fill.int.float_token"),
        ("<i2", "false", "v2.fill.int.float_token"),
        ("<i2", '"0"', "v2.fill.int.float_token"),
        (MIXED, '"AQIBAw=="', "v2.fill.struct.base64"),
        (MIXED, '"AQICAwQ="', "v2.fill.struct.base64"),
        (MIXED, "0", "v2.fill.struct.base64"),
        (MIXED, '{"x": 1, "b": true, "y": 2}', "v2.fill.struct.base64"),
        ("<M8[s]", '"2000-01-01"', "v2.fill.datetime"),
        ("<M8[s]", "0.0", "v2.fill.datetime"),
        ("<U2", '"abc"', "v2.fill.unicode"),
        ("<U2", "0", "v2.fill.unicode"),
        ("string", "1", "v2.dtype.object_kind"),
        ("string", "false", "v2.dtype.object_kind"),
        ("string", '"\\ud800"', "v2.dtype.object_kind"),
        ("bytes", '"AP8"', "v2.dtype.object_kind"),
        ("bytes", "[0, 255]", "v2.dtype.object_kind"),
        ("|S3", "0", "v2.fill.bytes.base64"),
        ("|S3", '"YWJjZA=="', "v2.fill.bytes.base64"),
        ("|S3", '"YWJj\\n"', "v2.fill.bytes.base64"),
        ("|S3", '"YWJ"', "v2.fill.bytes.base64"),
        ("|S3", '"YW-_"', "v2.fill.bytes.base64"),
        ("|S3", '"\\u00e4"', "v2.fill.bytes.base64"),
        ("|V3", '"YQ=="', "v2.fill.void.base64"),
        ("|V3", "[0, 0, 0]", "v2.fill.void.base64"),
    ],
)
def test_refusals(dtype: str, text: str, requirement: str) -> None:
    with pytest.raises(InvalidMetadata) as caught:
        parse(dtype, text)
    assert caught.value.requirement == requirement
    assert caught.value.place.startswith(PLACE)


NUMBERS = ["0", "-0", "1e5", "0.1", "1e-400", "1e400", "1e999999999", "-1e-999999999"]

JSON_TEXT = st.recursive(
    st.sampled_from(["null", "true", '"NaN"', '"YQ=="', *NUMBERS]) | st.integers().map(str),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
    max_leaves=4,
)


DTYPES: list[Any] = [*(f"<{code}" for code in NUMERIC), "|S2", "|V2", ">U2", "<M8[s]", MIXED]


@given(dtype=st.sampled_from(DTYPES), text=JSON_TEXT)
def test_any_value_is_an_element_or_a_refusal(dtype: Any, text: str) -> None:
    value: Any = None
    try:
        value = parse(dtype, text)
    except Refusal as refusal:
        assert isinstance(refusal, InvalidMetadata)  # noqa: PT017
    assert value is None or len(value) == parse_data_type(dtype, "x").data_type.item_size
