"""The registered float types, bit for bit against ml_dtypes, which the pages of most name."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata
from zarr_reference.v3.data_types import parse_data_type
from zarr_reference.v3.extension_data_types.floats import COMPLEX, FLOATS, FORMATS
from zarr_reference.v3.fill_values import fill_value_to_json, parse_fill_value
from zarr_reference.v3.ieee754 import FloatFormat

FINITE = sorted(name for name, each in FORMATS.items() if each.infinity is None)

NAN = {
    "bfloat16": "0x7fc0",
    "float8_e3m4": "0x78",
    "float8_e4m3": "0x7c",
    "float8_e5m2": "0x7e",
    "float8_e4m3b11fnuz": "0x80",
    "float8_e4m3fnuz": "0x80",
    "float8_e5m2fnuz": "0x80",
    "float8_e8m0fnu": "0xFF",
}


def theirs(name: str, bits: int) -> float:
    """What ml_dtypes takes the bits for."""
    stored = np.array([bits], np.uint16 if name == "bfloat16" else np.uint8)
    return float(stored.view(getattr(ml_dtypes, name))[0])


def fill(name: str, document: Any) -> int:
    """The bits that a fill value denotes."""
    element = parse_fill_value(document, FLOATS[name], "$")
    assert len(element) == FLOATS[name].item_size
    return int.from_bytes(element, "little")


@pytest.mark.parametrize("name", FORMATS)
def test_every_pattern_of_bits_means_what_ml_dtypes_says(name: str) -> None:
    """dtype.float8_e4m3.format and its siblings"""
    float_format = FORMATS[name]
    assert getattr(ml_dtypes, name)(1).itemsize == FLOATS[name].item_size
    for bits in range(1 << float_format.bits):
        expected = theirs(name, bits)
        assert float_format.is_nan(bits) == math.isnan(expected)
        if not math.isnan(expected):
            value = float_format.value(bits)
            assert value == expected
            assert math.copysign(1, value) == math.copysign(1, expected)


@pytest.mark.parametrize("name", FORMATS)
def test_every_element_can_be_a_fill_value(name: str) -> None:
    """dtype.float8_e4m3.fill and its siblings: as a number, a name, and in hexadecimal digits"""
    digits = 2 * FLOATS[name].item_size
    for bits in range(1 << FORMATS[name].bits):
        assert fill(name, f"0x{bits:0{digits}x}") == bits
        document = fill_value_to_json(bits.to_bytes(digits // 2, "little"), FLOATS[name])
        assert fill(name, Decimal(document) if isinstance(document, float) else document) == bits


def neighbours(float_format: FloatFormat) -> list[tuple[int, int]]:
    """Bits of positive finite numbers that are next to each other."""
    return [(bits, bits + 1) for bits in range(float_format.largest)]


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_numbers_are_rounded_to_the_nearest_as_ml_dtypes_rounds_them(name: str) -> None:
    """dtype.float.fill.number_rounding: half way, and just beside it, between any two numbers"""
    float_format = FORMATS[name]
    for low, high in neighbours(float_format)[:: 37 if name == "bfloat16" else 1]:
        middle = (Fraction(float_format.value(low)) + Fraction(float_format.value(high))) / 2
        tie = Decimal(float(middle))
        assert Fraction(tie) == middle
        assert float_format.value(float_format.round(tie)) == theirs_rounded(name, float(middle))
        with localcontext(prec=400):
            assert float_format.round(tie - tie / 10**40) == low
            assert float_format.round(tie + tie / 10**40) == high


def theirs_rounded(name: str, number: float) -> float:
    return float(np.array(number, np.float64).astype(getattr(ml_dtypes, name)))


@given(st.sampled_from(FINITE), st.decimals(-(10**6), 10**6, allow_nan=False))
def test_no_number_is_nearer_than_the_one_taken(name: str, number: Decimal) -> None:
    """dtype.float.fill.number_rounding, also beyond the range, as there is no infinity"""
    float_format = FORMATS[name]
    bits = float_format.round(number)
    assert not float_format.is_nan(bits)
    exact = Fraction(number)
    distances = [
        abs(Fraction(float_format.value(other)) - exact)
        for other in range(1 << float_format.bits)
        if not float_format.is_nan(other)
    ]
    assert abs(Fraction(float_format.value(bits)) - exact) == min(distances)


@pytest.mark.parametrize(("name", "bits"), NAN.items())
def test_the_nan_of_each_type(name: str, bits: str) -> None:
    """dtype.bfloat16.fill.nan and its siblings: the pages give these bits"""
    assert fill(name, "NaN") == int(bits, 16) == fill(name, bits)
    element = int(bits, 16).to_bytes(FLOATS[name].item_size, "little")
    assert fill_value_to_json(element, FLOATS[name]) == "NaN"


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - FINITE))
def test_infinities(name: str) -> None:
    assert math.isinf(theirs(name, fill(name, "Infinity")))
    assert theirs(name, fill(name, "-Infinity")) == -math.inf
    assert fill(name, Decimal("1e999")) == fill(name, "Infinity")


@pytest.mark.parametrize("text", ["Infinity", "-Infinity", "NaN"])
@pytest.mark.parametrize("name", FINITE)
def test_specials_that_a_type_does_not_have_are_refused(name: str, text: str) -> None:
    """dtype.float8_e4m3fnuz.fill.no_infinity, dtype.float6_e2m3fn.fill.no_specials and so on"""
    if text == "NaN" and name in NAN:
        return
    with pytest.raises(InvalidMetadata) as caught:
        fill(name, text)
    rule = "no_infinity" if name in NAN else "no_specials"
    assert caught.value.requirement == f"dtype.{name}.fill.{rule}"


@pytest.mark.parametrize("name", FINITE)
def test_without_infinity_the_largest_number_is_the_nearest(name: str) -> None:
    largest = FORMATS[name].largest
    assert fill(name, 10**400) == largest
    assert fill(name, -(10**400)) == (FORMATS[name].sign | largest if FORMATS[name].signed else 0)


def test_zeros() -> None:
    """The fnuz types have one zero, float8_e8m0fnu has none: its least number is the nearest."""
    for name, float_format in FORMATS.items():
        assert fill(name, 0) == 0
        negative_zero = 0 if name.endswith(("fnuz", "fnu")) else float_format.sign
        assert fill(name, Decimal("-0.0")) == negative_zero
    assert FORMATS["float8_e8m0fnu"].value(0) == 2.0**-127


@pytest.mark.parametrize(
    ("name", "text"),
    [("bfloat16", "0x7fc"), ("float8_e5m2", "0x7e00"), ("float8_e5m2", "0x7"),
     ("float4_e2m1fn", "0x7"), ("float4_e2m1fn", "0x10"), ("float6_e3m2fn", "0x40")],
)  # fmt: skip
def test_hexadecimal_digits_are_those_of_the_bytes(name: str, text: str) -> None:
    """dtype.float.fill.hex_width"""
    with pytest.raises(InvalidMetadata) as caught:
        fill(name, text)
    assert caught.value.requirement == "dtype.float.fill.hex_width"


@pytest.mark.parametrize("name", sorted(COMPLEX))
def test_complex_types_are_pairs(name: str) -> None:
    """dtype.complex_bfloat16.fill and its siblings"""
    data_type = parse_data_type(name, "$")
    component = name.removeprefix("complex_")
    size = 2 if component in ("bfloat16", "float16") else 1
    assert (data_type.name, data_type.item_size, data_type.component_size) == (name, 2 * size, size)
    assert data_type.padding_bits == FLOATS[component].padding_bits if component in FLOATS else True
    element = parse_fill_value([1, 2], data_type, "$")
    assert fill_value_to_json(element, data_type) == [1, 2]
    assert element[:size] != element[size:]
    with pytest.raises(InvalidMetadata) as caught:
        parse_fill_value(1, data_type, "$")
    assert caught.value.requirement == f"dtype.{name}.fill"


@pytest.mark.parametrize(
    ("alias", "name"), [("complex_float32", "complex64"), ("complex_float64", "complex128")]
)
def test_aliases_are_the_types_of_the_core(alias: str, name: str) -> None:
    """dtype.complex_float32.alias, dtype.complex_float64.alias"""
    assert parse_data_type(alias, "$") == parse_data_type(name, "$")
