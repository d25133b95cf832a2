"""Rounding is done once, to nearest, ties to even, for any format."""

import math
import struct
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_reference.v3.ieee754 import BINARY16, BINARY32, BINARY64, FloatFormat, ieee754_format

FORMATS = {BINARY16: ("e", np.float16), BINARY32: ("f", np.float32), BINARY64: ("d", np.float64)}

# Small enough to try every value.
BINARY8 = ieee754_format(exponent_bits=3, mantissa_bits=4)

formats = st.sampled_from([BINARY16, BINARY32, BINARY64, BINARY8])
decimals = st.decimals(allow_nan=False, allow_infinity=False) | st.floats(
    allow_nan=False, allow_infinity=False
).map(Decimal)


def fields(float_format: FloatFormat, bits: int) -> tuple[int, Fraction]:
    """A slow second opinion on what finite, positive bits mean."""
    exponent, mantissa = divmod(bits, 2**float_format.mantissa_bits)
    fraction = Fraction(mantissa, 2**float_format.mantissa_bits)
    if exponent == 0:
        return mantissa, fraction * Fraction(2) ** float_format.min_exponent
    return mantissa, (1 + fraction) * Fraction(2) ** (exponent - float_format.max_exponent)


@pytest.mark.parametrize("float_format", FORMATS)
def test_landmarks_are_those_of_the_machine(float_format: FloatFormat) -> None:
    code, dtype = FORMATS[float_format]

    def bits(value: float) -> int:
        return int.from_bytes(struct.pack("<" + code, value), "little")

    info = np.finfo(dtype)
    assert float_format.sign == bits(-0.0)
    assert float_format.infinity == bits(math.inf)
    assert float_format.nan == bits(math.nan)
    assert float_format.is_nan(float_format.sign | float_format.nan)
    assert float_format.is_nan(float_format.infinity + 1)
    assert not float_format.is_nan(float_format.sign | float_format.infinity)
    for value in (info.max, info.smallest_normal, info.smallest_subnormal, 1.0, -2.5):
        assert float_format.round(Decimal(float(value))) == bits(float(value))
        assert float_format.value(bits(float(value))) == value
    assert float_format.value(float_format.infinity) == math.inf
    assert float_format.value(float_format.sign | float_format.infinity) == -math.inf
    assert math.copysign(1, float_format.value(float_format.sign)) == -1


@given(decimals)
def test_float64_is_rounded_as_python_does(number: Decimal) -> None:
    """dtype.float.fill.number_rounding: float() rounds a decimal correctly"""
    bits = int.from_bytes(struct.pack("<d", float(number)), "little")
    assert BINARY64.round(number) == bits


@given(decimals, formats)
def test_the_nearest_value_is_taken(number: Decimal, float_format: FloatFormat) -> None:
    """dtype.float.fill.number_rounding, held against the neighbours, for every format"""
    bits = float_format.round(number) & ~float_format.sign
    exact = abs(Fraction(number))
    largest = fields(float_format, float_format.infinity - 1)[1]
    half_unit = (largest - fields(float_format, float_format.infinity - 2)[1]) / 2
    if exact >= largest + half_unit:
        # dtype.float.fill.overflow
        assert bits == float_format.infinity
        return
    mantissa, value = fields(float_format, bits)
    distance = abs(value - exact)
    for neighbour in {max(bits - 1, 0), min(bits + 1, float_format.infinity - 1)} - {bits}:
        other = abs(fields(float_format, neighbour)[1] - exact)
        assert distance < other or (distance == other and mantissa % 2 == 0)


@pytest.mark.parametrize("negative", [False, True])
def test_every_value_of_a_small_format_survives(negative: bool) -> None:
    for bits in range(BINARY8.infinity):
        signed = bits | BINARY8.sign if negative else bits
        assert BINARY8.round(Decimal(BINARY8.value(signed))) == signed


@pytest.mark.parametrize(
    ("float_format", "text", "bits"),
    [
        # Half way between 1 and the next float32, and just above it: by way of float64, the second
        # would round to the tie first, and then to even.
        (BINARY32, "1.000000059604644775390625", 0x3F800000),
        (BINARY32, "1.000000059604644775390625000000000000001", 0x3F800001),
        (BINARY32, "1.000000178813934326171875", 0x3F800002),
        (BINARY16, "1.00048828125", 0x3C00),
        (BINARY16, "1.000488281250000000000001", 0x3C01),
        # The largest number, and half a unit beyond it.
        (BINARY16, "65504", 0x7BFF),
        (BINARY16, "65519.9999", 0x7BFF),
        (BINARY16, "65520", 0x7C00),
        (BINARY32, "340282356779733661637539395458142568448", 0x7F800000),
        (BINARY32, "340282356779733661637539395458142568447", 0x7F7FFFFF),
        (BINARY64, "1e400", 0x7FF0000000000000),
        (BINARY64, "-1e999999999999", 0xFFF0000000000000),
        # Half the smallest subnormal number is a tie with zero, which is even.
        (BINARY16, "2.98023223876953125e-8", 0),
        (BINARY16, "2.98023223876953126e-8", 1),
        (BINARY64, "1e-999999999999", 0),
        (BINARY64, "-1e-999999999999", 0x8000000000000000),
        (BINARY64, "0e999999999999", 0),
        (BINARY64, "-0.0", 0x8000000000000000),
    ],
)
def test_ties_and_extremes(float_format: FloatFormat, text: str, bits: int) -> None:
    """dtype.float.fill.number_rounding, overflow, negative_zero"""
    assert float_format.round(Decimal(text)) == bits


def test_integers_are_exact_too() -> None:
    """dtype.float.fill.integer_token_ok"""
    assert BINARY64.round(2**53 + 1) == BINARY64.round(2**53)
    assert BINARY64.round(-3) == 0xC008000000000000
    assert BINARY64.round(10**3999) == BINARY64.infinity
