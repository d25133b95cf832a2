"""The exact numbers behind ``cast_value`` and ``scale_offset``."""

import itertools
import math
import struct
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.v3.data_types import CORE_DATA_TYPES, UNPARAMETRISED_DATA_TYPES
from zarr_reference.v3.numbers import (
    NAN,
    NotRepresentableError,
    Number,
    add,
    bounds_of,
    float_format_of,
    integer_to_bits,
    multiply,
    negated,
    number_from_bits,
    number_of,
    reciprocal,
    round_to_float,
    round_to_integer,
)

INFINITY = Number("infinity")
SMALL_FLOATS = [
    data_type
    for data_type in UNPARAMETRISED_DATA_TYPES.values()
    if data_type.kind == "float" and data_type.item_size == 1
]
INTEGERS = [each for each in UNPARAMETRISED_DATA_TYPES.values() if each.kind in ("int", "uint")]


def number(value: float) -> Number:
    """A Python float as a number."""
    bits = int.from_bytes(struct.pack("<d", value), "little")
    return number_from_bits(bits, CORE_DATA_TYPES["float64"])


@pytest.mark.parametrize("data_type", SMALL_FLOATS, ids=lambda each: each.name)
def test_each_float_of_a_byte_is_rounded_to_itself(data_type) -> None:
    """codec.cast_value.order.exact_second"""
    float_format = float_format_of(data_type)
    for bits in range(1 << float_format.bits):
        for rounding in ("nearest-even", "towards-zero", "towards-positive"):
            rounded = round_to_float(number_from_bits(bits, data_type), float_format, rounding)
            if float_format.is_nan(bits):
                assert rounded == float_format.nan
            else:
                assert rounded == bits


@pytest.mark.parametrize("data_type", SMALL_FLOATS, ids=lambda each: each.name)
def test_between_two_floats_the_mode_decides(data_type) -> None:
    """codec.cast_value.rounding.towards-zero and so on"""
    float_format = float_format_of(data_type)
    for low in range(float_format.largest):
        below, above = (number_from_bits(bits, data_type).value for bits in (low, low + 1))
        middle, near = number_of((below + above) / 2), number_of((3 * below + above) / 4)
        for rounding, bits in [
            ("towards-zero", low),
            ("towards-negative", low),
            ("towards-positive", low + 1),
            ("nearest-away", low + 1),
        ]:
            assert round_to_float(middle, float_format, rounding) == bits
        if float_format.mantissa_bits:
            assert round_to_float(middle, float_format, "nearest-even") == low + low % 2
        assert round_to_float(near, float_format, "nearest-even") == low
        assert round_to_float(near, float_format, "nearest-away") == low
        if float_format.signed:
            negative = negated(middle)
            down = round_to_float(negative, float_format, "towards-negative")
            up = round_to_float(negative, float_format, "towards-positive")
            assert number_from_bits(down, data_type).value == -above
            assert number_from_bits(up, data_type).value == -below


@settings(deadline=None, max_examples=200)
@given(st.floats(width=64), st.sampled_from(["float16", "float32"]))
def test_floats_are_rounded_as_by_numpy(value: float, name: str) -> None:
    """codec.cast_value.rounding.nearest-even"""
    with np.errstate(all="ignore"):
        expected = np.float64(value).astype(name)
    float_format = float_format_of(CORE_DATA_TYPES[name])
    if math.isinf(expected) and not math.isinf(value):
        with pytest.raises(NotRepresentableError, match="out of range"):
            round_to_float(number(value), float_format, "nearest-even")
        return
    bits = round_to_float(number(value), float_format, "nearest-even")
    if math.isnan(value):
        assert bits == float_format.nan
    else:
        assert bits.to_bytes(expected.nbytes, "little") == expected.tobytes()


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        ("nearest-even", [2, 2, 0, 0, -2, -2, 3, -3]),
        ("nearest-away", [2, 3, 1, -1, -2, -3, 3, -3]),
        ("towards-zero", [1, 2, 0, 0, -1, -2, 2, -2]),
        ("towards-positive", [2, 3, 1, 0, -1, -2, 3, -2]),
        ("towards-negative", [1, 2, 0, -1, -2, -3, 2, -3]),
    ],
)
def test_integers_are_rounded(rounding, expected: list[int]) -> None:
    """codec.cast_value.rounding.nearest-away and so on"""
    values = [1.5, 2.5, 0.5, -0.5, -1.5, -2.5, 2.75, -2.75]
    assert [round_to_integer(number(value), rounding) for value in values] == expected
    assert round_to_integer(number(-7.0), rounding) == -7


@pytest.mark.parametrize("data_type", INTEGERS, ids=lambda each: each.name)
def test_integers_are_elements_in_twos_complement(data_type) -> None:
    lowest, highest = bounds_of(data_type)
    for value in (lowest, -1 if lowest else 1, 0, highest):
        assert number_from_bits(integer_to_bits(value, data_type), data_type).value == value
    assert integer_to_bits(highest + 1, data_type) == integer_to_bits(lowest, data_type)


def test_what_a_format_does_not_have() -> None:
    fnuz, unsigned, small = (
        float_format_of(UNPARAMETRISED_DATA_TYPES[name])
        for name in ("float8_e4m3fnuz", "float8_e8m0fnu", "float4_e2m1fn")
    )
    assert round_to_float(number(-0.0), fnuz, "nearest-even") == 0
    assert round_to_float(number(-0.0), small, "nearest-even") == small.sign
    for value, float_format, reason in [
        (NAN, small, "nan"),
        (INFINITY, fnuz, "infinity"),
        (number(6.0), small, None),
        (number(7.0), small, "range"),
        (number(-1.0), unsigned, "range"),
        (number(0.0), unsigned, "range"),
        (number(2.0**-129), unsigned, "range"),
        (number(2.0**-127), unsigned, None),
        (number(2.0**127), unsigned, None),
        (number(2.0**128), unsigned, "range"),
    ]:
        if reason is None:
            round_to_float(value, float_format, "nearest-even")
            continue
        with pytest.raises(NotRepresentableError) as error:
            round_to_float(value, float_format, "nearest-even")
        assert error.value.reason == reason


VALUES = [math.inf, -math.inf, math.nan, 0.0, -0.0, 1.0, -1.0, 0.1, -2.5, 1e300, 5e-324]


@pytest.mark.parametrize(("a", "b"), list(itertools.product(VALUES, VALUES)))
def test_arithmetic_is_that_of_ieee_754(a: float, b: float) -> None:
    """codec.scale_offset.arithmetic, codec.scale_offset.special_values"""
    binary64 = CORE_DATA_TYPES["float64"]
    with np.errstate(all="ignore"):
        expected = [np.float64(a) + b, np.float64(a) - b, np.float64(a) * b, np.float64(a) / b]
    x, y = number(a), number(b)
    exact = [add(x, y), add(x, negated(y)), multiply(x, y), multiply(x, reciprocal(y))]
    for result, wanted in zip(exact, expected, strict=True):
        if math.isnan(wanted):
            assert result == NAN
            continue
        try:
            bits = round_to_float(result, float_format_of(binary64), "nearest-even")
        except NotRepresentableError:
            assert math.isinf(wanted)
            continue
        assert bits.to_bytes(8, "little") == wanted.tobytes()


def test_numbers_are_compared_as_numbers() -> None:
    """codec.cast_value.scalar_map.nan_key"""
    assert NAN.equals(negated(NAN))
    assert number(0.0).equals(number(-0.0))
    assert not INFINITY.equals(negated(INFINITY))
    assert not number(1.0).equals(number(-1.0))
    assert number(0.5).equals(number_of(Fraction(1, 2)))


def test_complex_numbers_have_the_format_of_their_components() -> None:
    for name, component in [
        ("complex64", "float32"),
        ("complex128", "float64"),
        ("complex_float16", "float16"),
        ("complex_float8_e4m3", "float8_e4m3"),
    ]:
        types = UNPARAMETRISED_DATA_TYPES
        assert float_format_of(types[name]) == float_format_of(types[component])
