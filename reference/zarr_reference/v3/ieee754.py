"""IEEE 754 binary floating point, from the exact number to the bits and back.

The section "Permitted fill values" wants a JSON number "rounded to the nearest representable value
using the 'round half to even' rule". Rounding first to float64 and then to float32 would round
twice, and sometimes to the wrong neighbour: so the bits are computed here, in one step, from the
exact decimal.

https://zarr-specs.readthedocs.io/en/latest/v3/data-types/#permitted-fill-values
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True)
class FloatFormat:
    """A binary format: a sign bit, then the exponent, then the mantissa.

    A number is ``(1 + mantissa / 2**mantissa_bits) * 2**(exponent - bias)``. Exponent 0 is for the
    subnormal numbers, which lack the leading 1, and the exponent of only ones for infinity
    (mantissa 0) and NaN (any other mantissa). Bits are unsigned integers.
    """

    exponent_bits: int
    mantissa_bits: int

    @property
    def sign(self) -> int:
        """The bits of negative zero: the sign alone."""
        return 1 << (self.exponent_bits + self.mantissa_bits)

    @property
    def infinity(self) -> int:
        """The bits of positive infinity: the exponent all ones, the mantissa zero."""
        return self.sign - (1 << self.mantissa_bits)

    @property
    def nan(self) -> int:
        """The bits of the NaN that is positive and quiet, and has no payload."""
        return self.infinity | (1 << (self.mantissa_bits - 1))

    @property
    def max_exponent(self) -> int:
        """The power of two of the largest finite numbers; also the bias of the exponent."""
        return (1 << (self.exponent_bits - 1)) - 1

    @property
    def min_exponent(self) -> int:
        """The power of two of the smallest normal number."""
        return 1 - self.max_exponent

    def is_nan(self, bits: int) -> bool:
        """Whether these are the bits of any NaN."""
        return bits & ~self.sign > self.infinity

    def round(self, number: int | Decimal) -> int:
        """The bits of the representable value nearest to ``number``, of two equally near the even.

        A number too large rounds as IEEE 754 § 4.3.1 says: to infinity, from half a unit in the
        last place beyond the largest finite number on. A zero keeps its sign.
        """
        exact = Decimal(number)
        sign = self.sign if exact.is_signed() else 0
        # Not abs(): that would round to the precision of the decimal context.
        return sign | self._round_magnitude(exact.copy_abs())

    def _round_magnitude(self, magnitude: Decimal) -> int:
        if magnitude == 0:
            return 0
        # 10**power <= magnitude < 10**(power + 1). Where even powers of two instead of ten are out
        # of range the answer is known, and 1e999999999 need not be written out.
        power = magnitude.adjusted()
        if power > self.max_exponent:
            return self.infinity
        if power + 1 < self.min_exponent - self.mantissa_bits - 1:
            return 0
        exact = Fraction(magnitude)
        # The exponent of the result, unless rounding carries into the next.
        exponent = max(_floor_log2(exact), self.min_exponent)
        # How many units in the last place: Python rounds a Fraction half to even.
        units = round(exact / Fraction(2) ** (exponent - self.mantissa_bits))
        # The leading 1 of a normal number is added to the exponent field, which makes it one more
        # than for subnormal numbers, as it must be. So does a carry, up to infinity.
        return min(((exponent - self.min_exponent) << self.mantissa_bits) + units, self.infinity)

    def value(self, bits: int) -> float:
        """The number with these bits, which are not those of a NaN.

        Exact for every format that float64 contains.
        """
        sign = -1.0 if bits & self.sign else 1.0
        magnitude = bits & ~self.sign
        if magnitude == self.infinity:
            return sign * math.inf
        exponent, mantissa = divmod(magnitude, 1 << self.mantissa_bits)
        if exponent > 0:
            mantissa += 1 << self.mantissa_bits
            exponent -= 1
        return sign * math.ldexp(mantissa, exponent + self.min_exponent - self.mantissa_bits)


def _floor_log2(number: Fraction) -> int:
    """The largest ``e`` with ``2**e <= number``, for a positive number."""
    estimate = number.numerator.bit_length() - number.denominator.bit_length()
    return estimate if Fraction(2) ** estimate <= number else estimate - 1


BINARY16 = FloatFormat(exponent_bits=5, mantissa_bits=10)
BINARY32 = FloatFormat(exponent_bits=8, mantissa_bits=23)
BINARY64 = FloatFormat(exponent_bits=11, mantissa_bits=52)
