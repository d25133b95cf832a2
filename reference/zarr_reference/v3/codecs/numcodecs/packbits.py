"""``numcodecs.packbits``: eight bools to a byte, the first in the highest bit.

https://numcodecs.readthedocs.io/en/stable/filter/packbits.html

This is not the codec ``packbits``, whose first element is in the lowest bit of its byte.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from zarr_reference.errors import InvalidMetadata, MalformedChunk
from zarr_reference.representation import (
    ArrayType,
    Elements,
    elements_from_bytes,
    elements_to_bytes,
)
from zarr_reference.v3.codecs.codec import ArrayToArrayCodec, Configuration
from zarr_reference.v3.codecs.numcodecs.parameters import parse_parameters
from zarr_reference.v3.data_types import CORE_DATA_TYPES

_REQUIREMENT = "v2.filter.packbits"


@dataclass(frozen=True)
class PackBitsCodec(ArrayToArrayCodec):
    """Bools as an array of bytes in one dimension, of which the first counts the padding bits."""

    name: ClassVar[str] = "numcodecs.packbits"

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` if there is any parameter: none is defined."""
        parse_parameters(configuration, place, {})
        return cls()

    def compute_encoded_representation_type(self, decoded: ArrayType, place: str) -> ArrayType:
        """One byte more than the bits fill. Nothing says what becomes of the fill value: zero."""
        if decoded.data_type.kind != "bool":
            sentence = f'only bools can be packed, not "{decoded.data_type.name}"'
            raise InvalidMetadata(_REQUIREMENT, place, sentence)
        size = 1 + -(-decoded.element_count // 8)
        return ArrayType((size,), CORE_DATA_TYPES["uint8"], b"\0")

    def encode(self, decoded: Elements, decoded_type: ArrayType) -> Elements:
        """The number of padding bits, then the bits of the elements in C order."""
        bits = np.frombuffer(elements_to_bytes(decoded), np.uint8)
        data = bytes([-bits.size % 8]) + np.packbits(bits).tobytes()
        return elements_from_bytes(data, self.compute_encoded_representation_type(decoded_type, ""))

    def decode(self, encoded: Elements, decoded_type: ArrayType, limit: int) -> Elements:
        """The bits without the padding; raises ``MalformedChunk`` if its length is another."""
        data = elements_to_bytes(encoded)
        due = -decoded_type.element_count % 8
        if data[0] != due:
            sentence = f"{data[0]} padding bits are counted here, {due} are due"
            raise MalformedChunk(_REQUIREMENT, "byte 0", sentence)
        bits = np.unpackbits(np.frombuffer(data[1:], np.uint8), count=decoded_type.element_count)
        return elements_from_bytes(bits.tobytes(), decoded_type)
