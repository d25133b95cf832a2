"""The ``bytes`` codec: the elements one after the other, in C order, each little- or big-endian.

https://zarr-specs.readthedocs.io/en/latest/v3/codecs/bytes/

In memory every element is little-endian (see ``representation``), so this is the only place where a
byte order exists: big-endian reverses the bytes of each component, whatever they mean.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from zarr_reference.errors import InvalidMetadata, InvalidRequest, MalformedChunk
from zarr_reference.representation import (
    ArrayType,
    ByteStringType,
    DataType,
    Elements,
    elements_from_bytes,
    elements_to_bytes,
)
from zarr_reference.v3.codecs.codec import ArrayToBytesCodec, Configuration
from zarr_reference.v3.extensions import expect_members
from zarr_reference.v3.json_documents import shown


@dataclass(frozen=True)
class BytesCodec(ArrayToBytesCodec):
    """Elements as bytes. ``endian`` is ``"little"``, ``"big"``, or None where no order applies."""

    name: ClassVar[str] = "bytes"
    endian: str | None = None

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` unless ``endian``, if there, is "little" or "big"."""
        expect_members(
            configuration, place, optional=("endian",), unknown="codec.bytes.schema.no_extra"
        )
        if "endian" not in configuration:
            return cls()
        endian = configuration["endian"]
        if endian not in ("little", "big"):
            raise InvalidMetadata(
                "codec.bytes.endian.values",
                f"{place}.endian",
                f'this must be "little" or "big", not {shown(endian)}',
            )
        return cls(endian)

    def compute_encoded_representation_type(self, decoded: ArrayType, place: str) -> ByteStringType:
        """As many bytes as the elements take: there is no padding and no header."""
        # No default is defined, so an order that matters has to be given.
        if decoded.data_type.component_size > 1 and self.endian is None:
            sentence = f'data type "{decoded.data_type.name}" needs the member "endian"'
            place = f"{place}.configuration"
            raise InvalidMetadata("codec.bytes.endian.required_multibyte", place, sentence)
        return ByteStringType(decoded.byte_size)

    def encode(self, decoded: Elements, decoded_type: ArrayType) -> bytes:
        """The bytes of the elements in C order; raises ``InvalidRequest`` for a bool not 0 or 1."""
        data = elements_to_bytes(decoded)
        place = _first_invalid_bool(data, decoded_type.data_type)
        if place is not None:
            sentence = f"{data[place]:#04x} is neither false (0x00) nor true (0x01)"
            raise InvalidRequest("request", f"element {place}", sentence)
        return self._in_byte_order(data, decoded_type.data_type)

    def decode(self, encoded: bytes, decoded_type: ArrayType, limit: int) -> Elements:
        """The elements; raises ``MalformedChunk`` if there are too few or too many bytes."""
        if len(encoded) != decoded_type.byte_size:
            sentence = f"{len(encoded)} bytes are here, {decoded_type.byte_size} are due"
            raise MalformedChunk("codec.bytes.length_check", f"byte {len(encoded)}", sentence)
        place = _first_invalid_bool(encoded, decoded_type.data_type)
        if place is not None:
            sentence = f"{encoded[place]:#04x} is neither false (0x00) nor true (0x01)"
            raise MalformedChunk("codec.bytes.bool.other_values", f"byte {place}", sentence)
        data = self._in_byte_order(encoded, decoded_type.data_type)
        return elements_from_bytes(data, decoded_type)

    def _in_byte_order(self, data: bytes, data_type: DataType) -> bytes:
        """Little-endian ``data`` in this codec's byte order, or the other way round."""
        if self.endian != "big":
            return data
        components = np.frombuffer(data, np.uint8).reshape(-1, data_type.component_size)
        return components[:, ::-1].tobytes()


def _first_invalid_bool(data: bytes, data_type: DataType) -> int | None:
    """Where ``data`` holds a byte that is no bool, if its elements are bools."""
    if data_type.kind != "bool":
        return None
    return next((place for place, byte in enumerate(data) if byte > 1), None)
