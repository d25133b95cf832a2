"""The ``cast_value`` codec: the same numbers in another data type.

https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/cast_value

"This codec does not re-interpret binary representations": an element is read as a number, exactly,
and the number is written in the other type. Where the other type does not have it, the number is
rounded, and what then is out of range is clamped or wrapped around, if the configuration says so.
The text is silent on four things. Here any NaN matches the key "NaN", and -0 the key 0, as numbers
do; a NaN that is cast becomes the one that "NaN" denotes; a negative zero becomes zero in a type
that has only one; and a fill value survives if the same number comes back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, ClassVar, Self, cast

from zarr_reference.errors import InvalidMetadata, InvalidRequest, MalformedChunk
from zarr_reference.representation import ArrayType, DataType, Elements
from zarr_reference.v3.codecs.codec import ArrayToArrayCodec, Configuration
from zarr_reference.v3.codecs.elementwise import KINDS, FailedElementError, map_elements
from zarr_reference.v3.codecs.scalar_map import ScalarMap, parse_scalar_map, parse_scalar_maps
from zarr_reference.v3.data_types import parse_data_type
from zarr_reference.v3.extensions import expect_members
from zarr_reference.v3.json_documents import shown
from zarr_reference.v3.numbers import (
    ROUNDINGS,
    NotRepresentableError,
    Number,
    Rounding,
    bounds_of,
    float_format_of,
    integer_to_bits,
    number_from_bits,
    round_to_float,
    round_to_integer,
)

# What a number breaks that has no place in the other type, by the reason for it.
_REQUIREMENTS = {
    "nan": "codec.cast_value.nan_to_int_error",
    "infinity": "codec.cast_value.nan_to_int_error",
    "range": "codec.cast_value.out_of_range.absent_error",
}


@dataclass(frozen=True)
class CastValueCodec(ArrayToArrayCodec):
    """Numbers stored as ``data_type``.

    ``scalar_maps`` are the pairs of JSON values under "encode" and under "decode": which elements
    they mean depends on the type of the array.
    """

    name: ClassVar[str] = "cast_value"
    data_type: DataType
    rounding: Rounding
    out_of_range: str | None
    scalar_maps: Mapping[str, list[list[Any]]]

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` for a missing, unknown or malformed parameter."""
        expect_members(
            configuration,
            place,
            required={"data_type": "codec.cast_value.data_type.required"},
            optional=("rounding", "out_of_range", "scalar_map"),
            # "Metadata with additional keys MUST be treated as invalid by readers."
            unknown="codec.cast_value.unknown_keys_invalid",
        )
        data_type = parse_data_type(configuration["data_type"], f"{place}.data_type")
        _check_kind(data_type, f"{place}.data_type")
        # "If this field is not present, implementations MUST use "nearest-even"."
        rounding = configuration.get("rounding", "nearest-even")
        if rounding not in ROUNDINGS:
            sentence = f"{shown(rounding)} is none of {', '.join(ROUNDINGS)}"
            raise InvalidMetadata("codec.cast_value.rounding.values", f"{place}.rounding", sentence)
        return cls(
            data_type,
            cast(Rounding, rounding),
            _parse_out_of_range(configuration, data_type, place),
            parse_scalar_maps(configuration.get("scalar_map", {}), f"{place}.scalar_map"),
        )

    def compute_encoded_representation_type(self, decoded: ArrayType, place: str) -> ArrayType:
        """The type ``data_type``, with the fill value cast as elements are.

        Raises ``InvalidMetadata`` for an array of anything but integers or floats, for scalars that
        its type does not have, and if its fill value does not survive being cast to and fro.
        """
        _check_kind(decoded.data_type, place)
        place = f"{place}.configuration.scalar_map"
        encode = self._scalar_map("encode", decoded.data_type, self.data_type, place)
        decode = self._scalar_map("decode", self.data_type, decoded.data_type, place)
        fill = int.from_bytes(decoded.fill_value, "little")
        # "If the fill value cannot survive a round-trip cast, implementations MUST treat this as an
        # error."
        requirement, fill_place = "codec.cast_value.fill.roundtrip_error", "fill_value"
        try:
            encoded = self._cast(fill, decoded.data_type, self.data_type, encode)
            returned = self._cast(encoded, self.data_type, decoded.data_type, decode)
        except NotRepresentableError as error:
            sentence = f"the fill value cannot be cast: {error.sentence}"
            raise InvalidMetadata(requirement, fill_place, sentence) from error
        number = number_from_bits(fill, decoded.data_type)
        if not number_from_bits(returned, decoded.data_type).equals(number):
            sentence = "the fill value comes back from the cast as another number"
            raise InvalidMetadata(requirement, fill_place, sentence)
        fill_value = encoded.to_bytes(self.data_type.item_size, "little")
        return replace(decoded, data_type=self.data_type, fill_value=fill_value)

    def encode(self, decoded: Elements, decoded_type: ArrayType) -> Elements:
        """The elements cast; raises ``InvalidRequest`` for one that the stored type cannot have."""
        source, target = decoded_type.data_type, self.data_type
        scalar_map = self._scalar_map("encode", source, target, "scalar_map")
        try:
            return map_elements(
                decoded, source, target, lambda bits: self._cast(bits, source, target, scalar_map)
            )
        except FailedElementError as failed:
            raise InvalidRequest("request", failed.place, failed.error.sentence) from failed

    def decode(self, encoded: Elements, decoded_type: ArrayType, limit: int) -> Elements:
        """The elements cast back; raises ``MalformedChunk`` for one that the type cannot have."""
        source, target = self.data_type, decoded_type.data_type
        scalar_map = self._scalar_map("decode", source, target, "scalar_map")
        try:
            return map_elements(
                encoded, source, target, lambda bits: self._cast(bits, source, target, scalar_map)
            )
        except FailedElementError as failed:
            requirement = _REQUIREMENTS[failed.error.reason]
            raise MalformedChunk(requirement, failed.place, failed.error.sentence) from failed

    def _scalar_map(
        self, direction: str, source: DataType, target: DataType, place: str
    ) -> ScalarMap:
        pairs = self.scalar_maps.get(direction, [])
        return parse_scalar_map(pairs, source, target, f"{place}.{direction}")

    def _cast(self, bits: int, source: DataType, target: DataType, scalar_map: ScalarMap) -> int:
        """The conditions of the section "Procedure", in their order."""
        number = number_from_bits(bits, source)
        # 1. "The scalar map MUST be evaluated before any other representability checks."
        for key, mapped in scalar_map:
            if key.equals(number):
                return mapped
        # 2. and 3. Rounding leaves alone what is exactly representable.
        if target.kind == "float":
            return self._to_float(number, target)
        return self._to_integer(number, target)

    def _to_float(self, number: Number, target: DataType) -> int:
        float_format = float_format_of(target)
        try:
            return round_to_float(number, float_format, self.rounding)
        except NotRepresentableError as error:
            if error.reason != "range" or self.out_of_range != "clamp":
                raise
        # "For output data types with representations of ±Infinity, values outside the finite range
        # of the data type MUST be mapped to ±Infinity."
        if float_format.signed:
            sign = float_format.sign if number.negative else 0
            return sign | (float_format.infinity or float_format.largest)
        # The one type without a sign has its least number where others have zero.
        return float_format.largest if number.value > 1 else 0

    def _to_integer(self, number: Number, target: DataType) -> int:
        magnitude = number.magnitude
        if not isinstance(magnitude, Fraction):
            raise NotRepresentableError(magnitude, f"there is no {magnitude} among integers")
        value = round_to_integer(number, self.rounding)
        lowest, highest = bounds_of(target)
        if not lowest <= value <= highest:
            if self.out_of_range is None:
                raise NotRepresentableError("range", f"{value} is out of range of {target.name}")
            if self.out_of_range == "clamp":
                value = min(max(value, lowest), highest)
        # "Congruent to that input value modulo 2^N."
        return integer_to_bits(value, target)


def _check_kind(data_type: DataType, place: str) -> None:
    # "This codec is only defined for data types that model real numbers".
    if data_type.kind not in KINDS:
        sentence = f'"{data_type.name}" is no type of integers or floats'
        raise InvalidMetadata("codec.cast_value.real_types_only", place, sentence)


def _parse_out_of_range(
    configuration: Configuration, data_type: DataType, place: str
) -> str | None:
    if "out_of_range" not in configuration:
        return None
    out_of_range, place = configuration["out_of_range"], f"{place}.out_of_range"
    if out_of_range not in ("clamp", "wrap"):
        sentence = f'this must be "clamp" or "wrap", not {shown(out_of_range)}'
        raise InvalidMetadata("codec.cast_value.out_of_range.values", place, sentence)
    # "Only permitted when data_type is an integral type".
    if out_of_range == "wrap" and data_type.kind == "float":
        sentence = f'numbers wrap around in types of integers only, not in "{data_type.name}"'
        raise InvalidMetadata("codec.cast_value.out_of_range.wrap_integral_only", place, sentence)
    return str(out_of_range)
