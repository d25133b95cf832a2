"""Every form of a fill value, to the bit."""

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata
from zarr_reference.representation import DataType
from zarr_reference.v3.data_types import CORE_DATA_TYPES, parse_data_type
from zarr_reference.v3.fill_values import fill_value_to_json, parse_fill_value
from zarr_reference.v3.json_documents import format_json, parse_json

data_types = st.sampled_from([*CORE_DATA_TYPES.values(), parse_data_type("r24", "$")])


def parse(text: str, name: str) -> bytes:
    """The element that a JSON text denotes, most significant byte first for the eye."""
    document = parse_json(text.encode(), "zarr.json")
    return parse_fill_value(document, parse_data_type(name, "$"), "$.fill_value")[::-1]


@pytest.mark.parametrize(
    ("name", "text", "element"),
    [
        ("bool", "true", "01"),
        ("bool", "false", "00"),
        ("int8", "-128", "80"),
        ("int8", "-0", "00"),
        ("uint8", "255", "ff"),
        ("int16", "-2", "fffe"),
        ("uint16", "258", "0102"),
        ("int64", "-9223372036854775808", "8000000000000000"),
        ("int64", "9007199254740993", "0020000000000001"),
        ("uint64", "18446744073709551615", "ffffffffffffffff"),
        ("float16", '"NaN"', "7e00"),
        ("float32", '"NaN"', "7fc00000"),
        ("float64", '"NaN"', "7ff8000000000000"),
        ("float16", '"Infinity"', "7c00"),
        ("float32", '"Infinity"', "7f800000"),
        ("float64", '"-Infinity"', "fff0000000000000"),
        ("float16", '"0x7e01"', "7e01"),
        ("float32", '"0xffc00001"', "ffc00001"),
        ("float32", '"0x7fa00000"', "7fa00000"),
        ("float32", '"0x3F800000"', "3f800000"),
        ("float64", '"0x7ff0000000000001"', "7ff0000000000001"),
        ("float32", "1", "3f800000"),
        ("float32", "-0", "80000000"),
        ("float32", "-0.0", "80000000"),
        ("float32", "0.1", "3dcccccd"),
        ("float16", "65520", "7c00"),
        ("float32", "1e39", "7f800000"),
        ("float64", "-1e400", "fff0000000000000"),
        ("float64", "5e-324", "0000000000000001"),
        ("float32", "1.00000005960464477539062500000001", "3f800001"),
        ("complex64", '[1, "NaN"]', "7fc000003f800000"),
        ("complex64", '["0x7fa00001", -0.0]', "800000007fa00001"),
        ("complex128", '["-Infinity", 2]', "4000000000000000fff0000000000000"),
        ("r8", "[7]", "07"),
        ("r24", "[1, 2, 255]", "ff0201"),
    ],
)
def test_permitted_values(name: str, text: str, element: str) -> None:
    """core.metadata.array.fill_value.permitted_by_dtype, and dtype.*.fill.*"""
    assert parse(text, name).hex() == element


@pytest.mark.parametrize(
    ("name", "text", "requirement"),
    [
        *[
            (name, "null", "core.metadata.array.fill_value.null_core")
            for name in ("bool", "int8", "float32", "complex64", "r8")
        ],
        ("bool", "0", "dtype.bool.fill.boolean"),
        ("bool", '"true"', "dtype.bool.fill.boolean"),
        ("int8", "true", "dtype.integer.fill.number"),
        ("int8", '"1"', "dtype.integer.fill.number"),
        ("int8", "[1]", "dtype.integer.fill.number"),
        ("int8", "1.0", "dtype.integer.fill.no_fraction"),
        ("int8", "1e1", "dtype.integer.fill.no_exponent"),
        ("int8", "1.00e2", "dtype.integer.fill.no_exponent"),
        ("int8", "0.00000001", "dtype.integer.fill.no_fraction"),
        ("int8", "128", "dtype.int8.fill.range"),
        ("int8", "-129", "dtype.int8.fill.range"),
        ("uint8", "-1", "dtype.uint8.fill.range"),
        ("uint8", "256", "dtype.uint8.fill.range"),
        ("int64", "9223372036854775808", "dtype.int64.fill.range"),
        ("uint64", "18446744073709551616", "dtype.uint64.fill.range"),
        ("uint64", "9" * 4000, "dtype.uint64.fill.range"),
        ("float32", "true", "core.metadata.array.fill_value.permitted_by_dtype"),
        ("float32", "[1]", "core.metadata.array.fill_value.permitted_by_dtype"),
        ("float32", "{}", "core.metadata.array.fill_value.permitted_by_dtype"),
        ("float32", '"+Infinity"', "dtype.float.fill.strings_exact"),
        ("float32", '"inf"', "dtype.float.fill.strings_exact"),
        ("float32", '"nan"', "dtype.float.fill.strings_exact"),
        ("float32", '"-NaN"', "dtype.float.fill.strings_exact"),
        ("float32", '"1.0"', "dtype.float.fill.strings_exact"),
        ("float32", '""', "dtype.float.fill.strings_exact"),
        ("float32", '"0X7fc00000"', "dtype.float.fill.strings_exact"),
        ("float32", '"0x7fc0000g"', "dtype.float.fill.strings_exact"),
        ("float32", '"0x7fc00000\\n"', "dtype.float.fill.strings_exact"),
        ("float32", '"0x7fc0_0000"', "dtype.float.fill.strings_exact"),
        ("float32", '"0x"', "dtype.float.fill.hex_width"),
        ("float32", '"0x7fc0"', "dtype.float.fill.hex_width"),
        ("float32", '"0x7ff8000000000000"', "dtype.float.fill.hex_width"),
        ("float16", '"0x7fc00000"', "dtype.float.fill.hex_width"),
        ("complex64", "1", "dtype.complex64.fill.pair"),
        ("complex64", "[1]", "dtype.complex64.fill.pair"),
        ("complex128", "[1, 2, 3]", "dtype.complex128.fill.pair"),
        ("complex64", '[1, "0x0"]', "dtype.float.fill.hex_width"),
        ("complex64", "[1, null]", "core.metadata.array.fill_value.permitted_by_dtype"),
        ("r16", "258", "dtype.raw.fill.array_of_ints"),
        ("r16", "[1, 2.0]", "dtype.raw.fill.array_of_ints"),
        ("r16", "[1, true]", "dtype.raw.fill.array_of_ints"),
        ("r16", "[1]", "dtype.raw.fill.length"),
        # The literal reading of the text: as many integers as bits.
        ("r16", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "dtype.raw.fill.length"),
        ("r16", "[1, 256]", "dtype.raw.fill.range"),
        ("r16", "[1, -1]", "dtype.raw.fill.range"),
    ],
)
def test_other_values_are_refused(name: str, text: str, requirement: str) -> None:
    with pytest.raises(InvalidMetadata) as caught:
        parse(text, name)
    assert caught.value.requirement == requirement
    assert caught.value.place.startswith("$.fill_value")


@given(st.data(), data_types)
def test_every_element_survives_json(data: st.DataObject, data_type: DataType) -> None:
    """dtype.float.fill.hex_only_way_for_nan_payload: no bit is lost on the way to JSON and back"""
    size = data_type.item_size
    element = data.draw(st.booleans().map(lambda bit: bytes([bit])) if size == 1 else binary(size))
    document = parse_json(format_json(fill_value_to_json(element, data_type)), "zarr.json")
    assert parse_fill_value(document, data_type, "$") == element


def binary(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


@pytest.mark.parametrize(
    ("name", "element", "value"),
    [
        ("bool", "01", True),
        ("int16", "feff", -2),
        ("uint16", "feff", 65534),
        ("float32", "0000c07f", "NaN"),
        ("float32", "0000c0ff", "0xffc00000"),
        ("float32", "0100807f", "0x7f800001"),
        ("float32", "0000807f", "Infinity"),
        ("float16", "00fc", "-Infinity"),
        ("complex64", "0000803f0000c07f", [1.0, "NaN"]),
        ("r24", "010203", [1, 2, 3]),
    ],
)
def test_json_forms(name: str, element: str, value: Any) -> None:
    assert fill_value_to_json(bytes.fromhex(element), parse_data_type(name, "$")) == value


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
@example(-0.0)
@example(0.1)
@example(1e-45)
@example(2.0**-96)
def test_decimals_are_short(number: float) -> None:
    """The decimal is the one that NumPy prints, which has the fewest digits."""
    element = np.float32(number).tobytes()
    value = fill_value_to_json(element, CORE_DATA_TYPES["float32"])
    assert value == float(str(np.float32(number)))
    assert str(value)[0] == str(np.float32(number))[0]
