"""The ``bitround`` codec: numbers rounded to fewer bits, so that they compress better.

https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/bitround

What was rounded away is gone, and decoding changes nothing. The text does not say how a tie is
rounded, nor what becomes of an integer that would round beyond its type. The sample data beside it
do: 208 with ``keepbits`` 3 is 192 and not 224 (to even), and 255 is 224 and not 256.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Self

from zarr_reference.errors import InvalidMetadata
from zarr_reference.representation import (
    ArrayType,
    DataType,
    Elements,
    elements_from_bytes,
    elements_to_bytes,
)
from zarr_reference.v3.codecs.codec import ArrayToArrayCodec, Configuration
from zarr_reference.v3.codecs.configuration import parse_integer
from zarr_reference.v3.extensions import expect_members
from zarr_reference.v3.ieee754 import FloatFormat
from zarr_reference.v3.numbers import float_format_of


@dataclass(frozen=True)
class BitroundCodec(ArrayToArrayCodec):
    """Numbers of which ``keepbits`` bits are kept: of floats bits of the mantissa."""

    name: ClassVar[str] = "bitround"
    kinds: ClassVar[tuple[str, ...]] = ("int", "uint", "float", "complex", "time")
    minimum: ClassVar[int] = 1
    keepbits: int

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` unless ``keepbits`` is a positive integer."""
        required = {"keepbits": "codec.bitround.keepbits.required"}
        expect_members(configuration, place, required)
        keepbits = parse_integer(
            configuration,
            "keepbits",
            place,
            minimum=cls.minimum,
            type_requirement="codec.bitround.keepbits.integer",
            range_requirement="codec.bitround.keepbits.min",
        )
        return cls(keepbits)

    def compute_encoded_representation_type(self, decoded: ArrayType, place: str) -> ArrayType:
        """The same type. Nothing is said about the fill value, so it is not rounded."""
        if decoded.data_type.kind not in self.kinds:
            sentence = f'"{self.name}" does not round "{decoded.data_type.name}"'
            raise InvalidMetadata("codec.pipeline.unsupported_input_error", place, sentence)
        return decoded

    def encode(self, decoded: Elements, decoded_type: ArrayType) -> Elements:
        """Each number, or each component of a complex number, rounded."""
        size = decoded_type.data_type.component_size
        round_bits = self._rounding(decoded_type.data_type)
        data = elements_to_bytes(decoded)
        components = (
            int.from_bytes(data[i : i + size], "little") for i in range(0, len(data), size)
        )
        rounded = (round_bits(bits).to_bytes(size, "little") for bits in components)
        return elements_from_bytes(b"".join(rounded), decoded_type)

    def decode(self, encoded: Elements, decoded_type: ArrayType, limit: int) -> Elements:
        """The numbers as they were stored."""
        return encoded

    def _rounding(self, data_type: DataType) -> Callable[[int], int]:
        """The function that rounds the bits of one component."""
        if data_type.kind in ("float", "complex"):
            format_ = float_format_of(data_type)
            return lambda bits: self._round_float(bits, format_)
        return lambda bits: self._round_integer(bits, data_type)

    def _round_float(self, bits: int, format_: FloatFormat) -> int:
        # "Preserves the sign and exponent": a carry out of the mantissa goes into the exponent
        # nevertheless, as nothing nearer has so few bits. Infinity and NaN stay what they are.
        magnitude = bits & ~format_.sign
        if magnitude > format_.largest:
            return bits
        return bits & format_.sign | _round_half_to_even(
            magnitude, format_.mantissa_bits - self.keepbits
        )

    def _round_integer(self, bits: int, data_type: DataType) -> int:
        """The bits from the highest that is set; of a negative number that is the sign."""
        dropped = bits.bit_length() - self.keepbits
        rounded = _round_half_to_even(bits, dropped)
        # A positive number that would round beyond its type is cut off instead.
        sign = 1 << (data_type.value_bits - 1) if data_type.kind != "uint" else 0
        beyond = rounded >> data_type.value_bits or (rounded & sign) != (bits & sign)
        return bits >> dropped << dropped if beyond else rounded


def _round_half_to_even(number: int, dropped: int) -> int:
    """``number``, not negative, with zeros in its lowest ``dropped`` bits."""
    if dropped <= 0:
        return number
    half, odd = 1 << (dropped - 1), number >> dropped & 1
    return number + half - 1 + odd >> dropped << dropped
