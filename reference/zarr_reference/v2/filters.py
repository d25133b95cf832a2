"""The section "Filters": codecs that take the bytes of a chunk for numbers.

A filter does not know the array that it works for. It is told the type of the numbers by its own
parameters, and takes whatever bytes it gets for such numbers, one after the other; so it is a codec
from bytes to bytes that holds a codec of ``numcodecs.*`` from array to array.

https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#filters
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from zarr_reference.errors import InvalidMetadata, MalformedChunk
from zarr_reference.representation import (
    ArrayType,
    ByteStringType,
    byte_swapped,
    elements_from_bytes,
    elements_to_bytes,
)
from zarr_reference.v2.compressors import requirement_of
from zarr_reference.v2.data_types import StoredType
from zarr_reference.v3.codecs.codec import ArrayToArrayCodec, BytesToBytesCodec, Configuration
from zarr_reference.v3.codecs.numcodecs.astype import AsTypeCodec
from zarr_reference.v3.codecs.numcodecs.bitround import NumcodecsBitroundCodec
from zarr_reference.v3.codecs.numcodecs.delta import DeltaCodec
from zarr_reference.v3.codecs.numcodecs.fixedscaleoffset import FixedScaleOffsetCodec
from zarr_reference.v3.codecs.numcodecs.numeric import NumericCodec
from zarr_reference.v3.codecs.numcodecs.packbits import PackBitsCodec
from zarr_reference.v3.codecs.numcodecs.parameters import ElementType
from zarr_reference.v3.codecs.numcodecs.quantize import QuantizeCodec
from zarr_reference.v3.data_types import CORE_DATA_TYPES

NUMBER_FILTERS: Mapping[str, type[NumericCodec]] = {
    "astype": AsTypeCodec,
    "delta": DeltaCodec,
    "fixedscaleoffset": FixedScaleOffsetCodec,
    "quantize": QuantizeCodec,
}


# The filters that compute. What they get is of the type of the array, or that of the filter before.
FILTERS = (*NUMBER_FILTERS, "bitround", "packbits")

BOOL, UINT8 = (StoredType(CORE_DATA_TYPES[name]) for name in ("bool", "uint8"))


@dataclass(frozen=True)
class NumberFilter(BytesToBytesCodec):
    """What ``codec`` does, with numbers of type ``decoded`` that are stored as type ``encoded``.

    ``requirement`` is broken by data that it cannot have made.
    """

    name: ClassVar[str] = "filter"
    codec: ArrayToArrayCodec
    decoded: StoredType
    encoded: StoredType
    requirement: str

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """The filter that an object with an ``id`` of ``FILTERS`` describes.

        Raises ``InvalidMetadata`` for a parameter that is missing, unknown or malformed.
        """
        name = configuration["id"]
        parameters = {key: value for key, value in configuration.items() if key != "id"}
        try:
            if name == "packbits":
                packbits = PackBitsCodec.from_configuration(parameters, place)
                return cls(packbits, BOOL, UINT8, requirement_of(name))
            codec = NUMBER_FILTERS[name].from_configuration(parameters, place)
        except InvalidMetadata as refusal:
            sentence = refusal.sentence
            raise InvalidMetadata(requirement_of(name), refusal.place, sentence) from refusal
        # In Zarr v2 there is nothing else that would say what the numbers are.
        if codec.dtype is None:
            raise InvalidMetadata(requirement_of(name), place, "the type of the numbers is missing")
        decoded, encoded = (
            _stored_type(each) for each in (codec.dtype, codec.astype or codec.dtype)
        )
        return cls(codec, decoded, encoded, requirement_of(name))

    def compute_encoded_representation_type(
        self, decoded: ByteStringType, place: str
    ) -> ByteStringType:
        """As many bytes as the encoded numbers take; raises ``InvalidMetadata`` for no numbers."""
        data_type = self.decoded.data_type
        if decoded.size is None or decoded.size % data_type.item_size != 0:
            found = "a size that varies" if decoded.size is None else f"{decoded.size} bytes"
            sentence = f"what the filter gets has {found}: no numbers of type {data_type.name}"
            raise InvalidMetadata(self.requirement, place, sentence)
        return ByteStringType(self._encoded_type(decoded.size, place).byte_size)

    def encode(self, decoded: bytes) -> bytes:
        """The numbers encoded."""
        array_type = self._array_type(len(decoded))
        numbers = elements_from_bytes(_in_order(decoded, self.decoded), array_type)
        return _in_order(elements_to_bytes(self.codec.encode(numbers, array_type)), self.encoded)

    def decode(self, encoded: bytes, decoded_type: ByteStringType, limit: int) -> bytes:
        """The numbers decoded; raises ``MalformedChunk`` if there are too few or too many."""
        size = decoded_type.size or 0  # None was refused with the metadata
        encoded_type = self._encoded_type(size, "filter")
        if len(encoded) != encoded_type.byte_size:
            sentence = f"{len(encoded)} bytes are here, {encoded_type.byte_size} are due"
            raise MalformedChunk(self.requirement, f"byte {len(encoded)}", sentence)
        numbers = elements_from_bytes(_in_order(encoded, self.encoded), encoded_type)
        decoded = self.codec.decode(numbers, self._array_type(size), limit)
        return _in_order(elements_to_bytes(decoded), self.decoded)

    def _array_type(self, size: int) -> ArrayType:
        """The array of the numbers in so many decoded bytes."""
        data_type = self.decoded.data_type
        return ArrayType((size // data_type.item_size,), data_type, bytes(data_type.item_size))

    def _encoded_type(self, size: int, place: str) -> ArrayType:
        return self.codec.compute_encoded_representation_type(self._array_type(size), place)


def create_filter(document: Configuration, previous: StoredType | None, place: str) -> NumberFilter:
    """The filter that ``document`` describes, whose ``id`` is one of ``FILTERS``.

    ``previous`` is the type of the numbers that it gets, if they are numbers. Raises
    ``InvalidMetadata``.
    """
    if document["id"] != "bitround":
        return NumberFilter.from_configuration(document, place)
    # This one is not told the type.
    requirement = requirement_of("bitround")
    if previous is None:
        raise InvalidMetadata(requirement, place, "bitround needs numbers, of a type that is known")
    parameters = {key: value for key, value in document.items() if key != "id"}
    try:
        codec = NumcodecsBitroundCodec.from_configuration(parameters, place)
    except InvalidMetadata as refusal:
        raise InvalidMetadata(requirement, refusal.place, refusal.sentence) from refusal
    return NumberFilter(codec, previous, previous, requirement)


def _stored_type(element_type: ElementType) -> StoredType:
    data_type = element_type.data_type
    # Without a byte order it is that of the machine, of which hardly any is big-endian.
    big = element_type.byte_order == "big" and data_type.component_size > 1
    return StoredType(data_type, ((0, data_type),) if big else ())


def _in_order(data: bytes, stored: StoredType) -> bytes:
    """Little-endian numbers in the order in which they are stored, or the other way round."""
    return byte_swapped(data, stored.data_type, stored.big_endian)
