"""The ``bytes`` codec: the elements one after the other, in C order, each little- or big-endian.

https://zarr-specs.readthedocs.io/en/latest/v3/codecs/bytes/

In memory every element is little-endian (see ``representation``), so this is the only place where a
byte order exists: big-endian reverses the bytes of each component, whatever they mean. A struct is
encoded field by field, each as its own type is.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

from zarr_reference.errors import InvalidMetadata, InvalidRequest, MalformedChunk
from zarr_reference.representation import (
    ArrayType,
    ByteStringType,
    Elements,
    byte_swapped,
    elements_from_bytes,
    elements_to_bytes,
)
from zarr_reference.v3.codecs.codec import ArrayToBytesCodec, Configuration
from zarr_reference.v3.elements import first_flaw, without_padding
from zarr_reference.v3.extension_data_types.variable_length import CODEC_REQUIREMENTS
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
        data_type = decoded.data_type
        # Nothing would say where one element of any length ends and the next begins.
        if data_type.has_variable_length:
            sentence = f'elements of "{data_type.name}" have no fixed size, as the codec needs it'
            raise InvalidMetadata(CODEC_REQUIREMENTS[data_type], place, sentence)
        # No default is defined, so an order that matters has to be given. Only arrays of the older
        # "structured" "MUST be treated as little-endian" (dtype.structured.endian_missing).
        if self.endian is None and data_type.component_size > 1 and data_type.kind != "structured":
            sentence = f'the data type {shown(data_type.name)} needs the member "endian"'
            place = f"{place}.configuration"
            raise InvalidMetadata("codec.bytes.endian.required_multibyte", place, sentence)
        return ByteStringType(decoded.byte_size)

    def encode(self, decoded: Elements, decoded_type: ArrayType) -> bytes:
        """The bytes of the elements in C order; raises ``InvalidRequest`` for what is no element.

        Bits that are no part of an element are written as zero.
        """
        data_type = decoded_type.data_type
        data = without_padding(elements_to_bytes(decoded), data_type)
        flaw = first_flaw(data, data_type)
        if flaw is not None:
            raise InvalidRequest("request", f"elements, byte {flaw.byte}", flaw.sentence)
        return byte_swapped(data, data_type) if self.endian == "big" else data

    def decode(self, encoded: bytes, decoded_type: ArrayType, limit: int) -> Elements:
        """The elements; raises ``MalformedChunk`` if bytes are missing, left over or no element."""
        if len(encoded) != decoded_type.byte_size:
            sentence = f"{len(encoded)} bytes are here, {decoded_type.byte_size} are due"
            raise MalformedChunk("codec.bytes.length_check", f"byte {len(encoded)}", sentence)
        data_type = decoded_type.data_type
        data = byte_swapped(encoded, data_type) if self.endian == "big" else encoded
        flaw = first_flaw(data, data_type)
        if flaw is not None:
            raise MalformedChunk(flaw.requirement, f"byte {flaw.byte}", flaw.sentence)
        return elements_from_bytes(without_padding(data, data_type), decoded_type)
