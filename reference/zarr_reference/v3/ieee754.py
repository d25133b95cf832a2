"""Binary floating point, from the exact number to the bits and back.

The section "Permitted fill values" wants a JSON number "rounded to the nearest representable value
using the 'round half to even' rule". Rounding first to float64 and then to float32 would round
twice, and sometimes to the wrong neighbour: so the bits are computed here, in one step, from the
exact decimal. The core types are formats of IEEE 754; those of the registered types have fewer
bits, and differ in how they use the bits that IEEE 754 keeps for infinity and NaN.

https://zarr-specs.readthedocs.io/en/latest/v3/data-types/#permitted-fill-values
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property


@dataclass(frozen=True)
class FloatFormat:
    """A binary format: a sign bit, then the exponent, then the mantissa.

    A number is ``(1 + mantissa / 2**mantissa_bits) * 2**(exponent - bias)``. Exponent 0 is for the
    subnormal numbers, which lack the leading 1; a format without a mantissa has none, and so no
    zero. ``infinity`` and ``nan`` are the bits of positive infinity, with which the NaNs begin, and
    of the NaN that is called "NaN"; a format can lack them. Bits are unsigned integers.
    """

    exponent_bits: int
    mantissa_bits: int
    bias: int
    infinity: int | None = None
    nan: int | None = None
    signed: bool = True

    @cached_property
    def bits(self) -> int:
        """How many bits a number has."""
        return self.signed + self.exponent_bits + self.mantissa_bits

    @cached_property
    def sign(self) -> int:
        """The bits of negative zero: the sign alone. 0 if there is no sign."""
        return self.signed << (self.exponent_bits + self.mantissa_bits)

    @cached_property
    def largest(self) -> int:
        """The bits of the largest finite number: those below infinity, or all below the sign."""
        if self.infinity is not None:
            return self.infinity - 1
        all_ones = (1 << (self.exponent_bits + self.mantissa_bits)) - 1
        return all_ones - (all_ones == self.nan)

    @cached_property
    def max_exponent(self) -> int:
        """The power of two of the largest finite numbers."""
        return (self.largest >> self.mantissa_bits) - self.bias

    @cached_property
    def min_exponent(self) -> int:
        """The power of two of the smallest normal number."""
        return self._first_normal_exponent - self.bias

    @cached_property
    def _first_normal_exponent(self) -> int:
        return 1 if self.mantissa_bits > 0 else 0

    def is_nan(self, bits: int) -> bool:
        """Whether these are the bits of any NaN."""
        if self.infinity is not None:
            return bits & ~self.sign > self.infinity
        return bits == self.nan

    def round(self, number: int | Decimal) -> int:
        """The bits of the representable value nearest to ``number``, of two equally near the even.

        A number too large rounds as IEEE 754 § 4.3.1 says: to infinity, from half a unit in the
        last place beyond the largest finite number on. Without infinity the largest finite number
        is the nearest. A zero keeps its sign, if the format has a zero with that sign.
        """
        exact = Decimal(number)
        if exact.is_signed() and not self.signed:
            return 0
        sign = self.sign if exact.is_signed() else 0
        # Not abs(): that would round to the precision of the decimal context.
        magnitude = self._round_magnitude(exact.copy_abs())
        # Where the bits of negative zero are those of NaN, there is no negative zero.
        return magnitude if sign | magnitude == self.nan else sign | magnitude

    def _round_magnitude(self, magnitude: Decimal) -> int:
        if magnitude == 0:
            return 0
        overflow = self.largest if self.infinity is None else self.infinity
        # 10**power <= magnitude < 10**(power + 1). Where even powers of two instead of ten are out
        # of range the answer is known, and 1e999999999 need not be written out.
        power = magnitude.adjusted()
        if power > self.max_exponent:
            return overflow
        if power + 1 < self.min_exponent - self.mantissa_bits - 1:
            return 0
        exact = Fraction(magnitude)
        # The exponent of the result, unless rounding carries into the next.
        exponent = max(floor_log2(exact), self.min_exponent)
        # How many units in the last place: Python rounds a Fraction half to even. Without a
        # mantissa that is up, as IEEE 754 § 4.3.1 has it where neither neighbour is even.
        units = round(exact / Fraction(2) ** (exponent - self.mantissa_bits))
        # The leading 1 of a normal number is added to the exponent field, which makes it one more
        # than for subnormal numbers, as it must be. So does a carry, up to infinity.
        exponent_field = exponent - self.min_exponent + self._first_normal_exponent - 1
        return min(max((exponent_field << self.mantissa_bits) + units, 0), overflow)

    def value(self, bits: int) -> float:
        """The number with these bits, which are not those of a NaN.

        Exact for every format that float64 contains.
        """
        sign = -1.0 if bits & self.sign else 1.0
        magnitude = bits & ~self.sign
        if magnitude == self.infinity:
            return sign * math.inf
        exponent, mantissa = divmod(magnitude, 1 << self.mantissa_bits)
        if exponent >= self._first_normal_exponent:
            mantissa += 1 << self.mantissa_bits
            exponent -= self._first_normal_exponent
        return sign * math.ldexp(mantissa, exponent + self.min_exponent - self.mantissa_bits)


def floor_log2(number: Fraction) -> int:
    """The largest ``e`` with ``2**e <= number``, for a positive number."""
    estimate = number.numerator.bit_length() - number.denominator.bit_length()
    return estimate if Fraction(2) ** estimate <= number else estimate - 1


def ieee754_format(exponent_bits: int, mantissa_bits: int) -> FloatFormat:
    """A format after IEEE 754: an exponent of only ones is for infinity (mantissa 0) and NaN."""
    infinity = ((1 << exponent_bits) - 1) << mantissa_bits
    # "The sign bit is 0 (positive), the most significant bit (MSB) of the mantissa is 1, and all
    # other bits of the mantissa are zero"
    nan = infinity | 1 << (mantissa_bits - 1)
    bias = (1 << (exponent_bits - 1)) - 1
    return FloatFormat(exponent_bits, mantissa_bits, bias, infinity, nan)


BINARY16 = ieee754_format(exponent_bits=5, mantissa_bits=10)
BINARY32 = ieee754_format(exponent_bits=8, mantissa_bits=23)
BINARY64 = ieee754_format(exponent_bits=11, mantissa_bits=52)
