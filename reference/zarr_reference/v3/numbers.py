"""The numbers that elements of an integer or float type stand for, exactly.

Elsewhere elements are opaque; the codecs ``cast_value`` and ``scale_offset`` convert and calculate.
A number here is an exact fraction, so that nothing is rounded but where these codecs say so, and
then once. Infinities, NaN and the sign of a zero are kept beside it.

https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/cast_value
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias, get_args

from zarr_reference.representation import DataType
from zarr_reference.v3.extension_data_types import floats
from zarr_reference.v3.ieee754 import BINARY16, BINARY32, BINARY64, FloatFormat, floor_log2

Rounding: TypeAlias = Literal[
    "nearest-even", "towards-zero", "towards-positive", "towards-negative", "nearest-away"
]
ROUNDINGS: tuple[str, ...] = get_args(Rounding)

# The format of a float, or of each component of a complex number, by the name of the type.
FLOAT_FORMATS = {
    "float16": BINARY16,
    "float32": BINARY32,
    "float64": BINARY64,
    "complex64": BINARY32,
    "complex128": BINARY64,
    **floats.FORMATS,
}


def float_format_of(data_type: DataType) -> FloatFormat:
    """The format of a float, or of each component of a complex number."""
    name = data_type.name
    return FLOAT_FORMATS[name if name in FLOAT_FORMATS else name.removeprefix("complex_")]


@dataclass(frozen=True)
class Number:
    """A real number, an infinity or NaN. ``negative`` is its sign, which a zero has too."""

    magnitude: Fraction | Literal["infinity", "nan"]
    negative: bool = False

    @property
    def value(self) -> Fraction:
        """The number with its sign; only of a number that is finite."""
        magnitude = Fraction(self.magnitude)
        return -magnitude if self.negative else magnitude

    def equals(self, other: "Number") -> bool:
        """Whether both are the same number: any NaN is the same as any other, and -0 is 0."""
        if self.magnitude != other.magnitude:
            return False
        return self.negative == other.negative or self.magnitude in (0, "nan")


NAN = Number("nan")


class NotRepresentableError(Exception):
    """A number that a data type does not have. ``reason`` says why it can have no other instead."""

    def __init__(self, reason: Literal["nan", "infinity", "range", "fraction"], sentence: str):
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


def number_of(value: int | Fraction) -> Number:
    """An exact number; zero is positive."""
    return Number(abs(Fraction(value)), value < 0)


def number_from_bits(bits: int, data_type: DataType) -> Number:
    """The number that an element is, given as an unsigned integer; of an integer or float type."""
    if data_type.kind == "float":
        return _float_from_bits(bits, float_format_of(data_type))
    negative = data_type.kind == "int" and bits >> (data_type.value_bits - 1) == 1
    return number_of(bits - (1 << data_type.value_bits) if negative else bits)


def _float_from_bits(bits: int, float_format: FloatFormat) -> Number:
    if float_format.is_nan(bits):
        return NAN
    negative, magnitude = bits & float_format.sign != 0, bits & ~float_format.sign
    if magnitude == float_format.infinity:
        return Number("infinity", negative)
    return Number(abs(Fraction(float_format.value(magnitude))), negative)


def bounds_of(data_type: DataType) -> tuple[int, int]:
    """The lowest and the highest number of an integer type."""
    bits = data_type.value_bits
    return (
        (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
        if data_type.kind == "int"
        else (0, (1 << bits) - 1)
    )


def integer_to_bits(value: int, data_type: DataType) -> int:
    """The element, in two's complement: of a number out of range, that which is congruent to it."""
    return value & ((1 << data_type.value_bits) - 1)


def round_to_integer(number: Number, rounding: Rounding) -> int:
    """The integer to which ``number``, which is finite, is rounded."""
    magnitude = _round(Fraction(number.magnitude), number.negative, rounding)
    return -magnitude if number.negative else magnitude


def round_to_float(number: Number, float_format: FloatFormat, rounding: Rounding) -> int:
    """The bits of the float to which ``number`` is rounded.

    Raises ``NotRepresentableError``: for NaN or an infinity that the format does not have, and for
    what is out of range. A number is rounded as if there were no largest exponent, and is out of
    range if it then is beyond the largest finite number, or below the least of a format without
    zero or sign.
    """
    if number.magnitude == "nan":
        if float_format.nan is None:
            raise NotRepresentableError("nan", "there is no NaN in the type")
        return float_format.nan
    sign = float_format.sign if number.negative else 0
    if number.magnitude == "infinity":
        if float_format.infinity is None:
            raise NotRepresentableError("infinity", "there is no infinity in the type")
        return sign | float_format.infinity
    bits = _round_magnitude(Fraction(number.magnitude), number.negative, float_format, rounding)
    unsigned = number.negative and not float_format.signed
    if not 0 <= bits <= float_format.largest or unsigned:
        raise NotRepresentableError("range", "the number is out of range")
    # Where the bits of negative zero are those of NaN, there is no negative zero.
    return bits if sign | bits == float_format.nan else sign | bits


def _round_magnitude(
    magnitude: Fraction, negative: bool, float_format: FloatFormat, rounding: Rounding
) -> int:
    """The bits; more than those of the largest number, or less than 0, for what is out of range."""
    exponent = float_format.min_exponent
    if magnitude > 0:
        exponent = max(exponent, floor_log2(magnitude))
    units = _round(
        magnitude / Fraction(2) ** (exponent - float_format.mantissa_bits), negative, rounding
    )
    # The leading 1 of a normal number is one more in the exponent field. Without a mantissa there
    # are no subnormal numbers, and no zero either.
    field = exponent - float_format.min_exponent - (float_format.mantissa_bits == 0)
    return (field << float_format.mantissa_bits) + units


def _round(magnitude: Fraction, negative: bool, rounding: Rounding) -> int:
    """A magnitude, of a number with this sign, rounded to an integer."""
    whole, rest = divmod(magnitude, 1)
    if rest == 0:
        return whole
    match rounding:
        case "nearest-even":
            return round(magnitude)
        case "nearest-away":
            return whole + (rest >= Fraction(1, 2))
        case "towards-zero":
            return whole
        case "towards-positive":
            return whole + (not negative)
        case _:  # towards-negative
            return whole + negative


def add(a: Number, b: Number) -> Number:
    """The exact sum; a zero is negative only if both are (IEEE 754, section 6.3)."""
    if "nan" in (a.magnitude, b.magnitude):
        return NAN
    if a.magnitude == "infinity":
        opposite = b.magnitude == "infinity" and a.negative != b.negative
        return NAN if opposite else a
    if b.magnitude == "infinity":
        return b
    total = a.value + b.value
    return number_of(total) if total != 0 else Number(total, a.negative and b.negative)


def multiply(a: Number, b: Number) -> Number:
    """The exact product; zero times infinity is NaN (IEEE 754, section 7.2)."""
    magnitudes = (a.magnitude, b.magnitude)
    if "nan" in magnitudes or ("infinity" in magnitudes and 0 in magnitudes):
        return NAN
    negative = a.negative != b.negative
    if "infinity" in magnitudes:
        return Number("infinity", negative)
    return Number(Fraction(a.magnitude) * Fraction(b.magnitude), negative)


def reciprocal(number: Number) -> Number:
    """1 divided by the number, exactly: so that division is a multiplication by it."""
    if number.magnitude == "nan":
        return NAN
    if number.magnitude == "infinity":
        return Number(Fraction(0), number.negative)
    if number.magnitude == 0:
        return Number("infinity", number.negative)
    return Number(1 / Fraction(number.magnitude), number.negative)


def negated(number: Number) -> Number:
    """The number with the other sign."""
    return Number(number.magnitude, not number.negative)
