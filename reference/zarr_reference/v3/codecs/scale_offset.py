"""The ``scale_offset`` codec: numbers less an offset, times a scale.

https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/scale_offset

The transformations are "performed using the arithmetic semantics of the input array's data type".
For floats these are the rules of IEEE 754: each of the two steps is rounded once, to nearest, ties
to even; a result too large is infinity. The text goes on that any value "not representable in that
data type" is an error. Taken at its word that would be nearly every result of a division, as most
are rounded. So it is taken to mean what the arithmetic of the type has no result for: integers out
of range, quotients of integers that leave a remainder, and infinities, NaN or zero in a type that
lacks them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from zarr_reference.errors import InvalidMetadata, InvalidRequest, MalformedChunk
from zarr_reference.representation import ArrayType, DataType, Elements
from zarr_reference.v3.codecs.codec import ArrayToArrayCodec, Configuration
from zarr_reference.v3.codecs.elementwise import KINDS, FailedElementError, map_elements
from zarr_reference.v3.extensions import expect_members
from zarr_reference.v3.fill_values import parse_fill_value
from zarr_reference.v3.numbers import (
    NotRepresentableError,
    Number,
    add,
    bounds_of,
    float_format_of,
    integer_to_bits,
    multiply,
    negated,
    number_from_bits,
    reciprocal,
    round_to_float,
)


@dataclass(frozen=True)
class ScaleOffsetCodec(ArrayToArrayCodec):
    """Numbers stored as ``(number - offset) * scale``.

    Both are JSON values, whose meaning depends on the data type of the array, or None: then the
    step is left out, as the identity element would change nothing.
    """

    name: ClassVar[str] = "scale_offset"
    offset: Any = None
    scale: Any = None

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` for an unknown parameter, and for null, which no type has."""
        # "Metadata with additional keys MUST be treated as invalid by readers."
        unknown = "codec.scale_offset.unknown_keys_invalid"
        expect_members(configuration, place, optional=("offset", "scale"), unknown=unknown)
        for name, value in configuration.items():
            if value is None:
                requirement = f"codec.scale_offset.{name}.form"
                raise InvalidMetadata(requirement, f"{place}.{name}", "null is no number")
        return cls(**configuration)

    def compute_encoded_representation_type(self, decoded: ArrayType, place: str) -> ArrayType:
        """The same type, with the fill value transformed as elements are.

        Raises ``InvalidMetadata`` for an array of anything but integers or floats, for an offset or
        scale that its type does not have, and for a fill value that cannot be transformed.
        """
        data_type = decoded.data_type
        if data_type.kind not in KINDS:
            sentence = f'"{data_type.name}" is no type of integers or floats'
            raise InvalidMetadata("codec.scale_offset.types", place, sentence)
        encode = self._encoding(data_type, f"{place}.configuration")
        try:
            fill = encode(int.from_bytes(decoded.fill_value, "little"))
        except NotRepresentableError as error:
            sentence = f"the fill value cannot be transformed: {error.sentence}"
            requirement = "codec.scale_offset.unrepresentable_error"
            raise InvalidMetadata(requirement, "fill_value", sentence) from error
        return replace(decoded, fill_value=fill.to_bytes(data_type.item_size, "little"))

    def encode(self, decoded: Elements, decoded_type: ArrayType) -> Elements:
        """Moved, then scaled; raises ``InvalidRequest`` where there is no such number."""
        data_type = decoded_type.data_type
        try:
            return map_elements(decoded, data_type, data_type, self._encoding(data_type))
        except FailedElementError as failed:
            raise InvalidRequest("request", failed.place, failed.error.sentence) from failed

    def decode(self, encoded: Elements, decoded_type: ArrayType, limit: int) -> Elements:
        """Divided, then moved back; raises ``MalformedChunk`` where there is no such number."""
        data_type = decoded_type.data_type
        try:
            return map_elements(encoded, data_type, data_type, self._decoding(data_type))
        except FailedElementError as failed:
            requirement = "codec.scale_offset.unrepresentable_error"
            raise MalformedChunk(requirement, failed.place, failed.error.sentence) from failed

    def _encoding(self, data_type: DataType, place: str = "scale_offset") -> Callable[[int], int]:
        offset = _parse_scalar("offset", self.offset, data_type, place)
        scale = _parse_scalar("scale", self.scale, data_type, place)
        # codec.scale_offset.scale.zero: what is multiplied by 0 cannot be told apart again.
        if scale is not None and scale.magnitude == 0:
            sentence = "nothing can be divided by 0"
            raise InvalidMetadata("codec.scale_offset.scale.zero", f"{place}.scale", sentence)

        def encode(bits: int) -> int:
            if offset is not None:
                bits = _rounded(add(number_from_bits(bits, data_type), negated(offset)), data_type)
            if scale is not None:
                bits = _rounded(multiply(number_from_bits(bits, data_type), scale), data_type)
            return bits

        return encode

    def _decoding(self, data_type: DataType, place: str = "scale_offset") -> Callable[[int], int]:
        offset = _parse_scalar("offset", self.offset, data_type, place)
        scale = _parse_scalar("scale", self.scale, data_type, place)

        def decode(bits: int) -> int:
            if scale is not None:
                # As the reciprocal is exact, the quotient is rounded once.
                quotient = multiply(number_from_bits(bits, data_type), reciprocal(scale))
                bits = _rounded(quotient, data_type)
            if offset is not None:
                bits = _rounded(add(number_from_bits(bits, data_type), offset), data_type)
            return bits

        return decode


def _parse_scalar(name: str, document: Any, data_type: DataType, place: str) -> Number | None:
    """ "Encoded to JSON using the Zarr V3 fill value encoding for the input array's data type"."""
    if document is None:
        return None
    try:
        data = parse_fill_value(document, data_type, f"{place}.{name}")
    except InvalidMetadata as refusal:
        requirement = f"codec.scale_offset.{name}.form"
        raise InvalidMetadata(requirement, refusal.place, refusal.sentence) from refusal
    return number_from_bits(int.from_bytes(data, "little"), data_type)


def _rounded(number: Number, data_type: DataType) -> int:
    """The element that is the result of a step in the arithmetic of ``data_type``."""
    if data_type.kind == "float":
        return _rounded_to_float(number, data_type)
    value = number.value
    if value.denominator != 1:
        raise NotRepresentableError("fraction", f"{value} is no integer")
    lowest, highest = bounds_of(data_type)
    if not lowest <= value <= highest:
        raise NotRepresentableError("range", f"{value} is out of range of {data_type.name}")
    return integer_to_bits(int(value), data_type)


def _rounded_to_float(number: Number, data_type: DataType) -> int:
    float_format = float_format_of(data_type)
    try:
        return round_to_float(number, float_format, "nearest-even")
    except NotRepresentableError as error:
        if error.reason != "range" or float_format.infinity is None:
            raise
    return float_format.infinity | (float_format.sign if number.negative else 0)
