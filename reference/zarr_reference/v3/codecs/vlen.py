"""The ``vlen-utf8`` and ``vlen-bytes`` codecs: elements of any length, each after its length.

https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/vlen-utf8
https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/vlen-bytes

A chunk is the number of its elements, and then each element after the number of its bytes. All
numbers take 4 bytes, little-endian.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

from zarr_reference.errors import InvalidMetadata, InvalidRequest, MalformedChunk
from zarr_reference.representation import (
    ArrayType,
    ByteStringType,
    DataType,
    Elements,
    elements_from_items,
    items_of,
)
from zarr_reference.v3.codecs.codec import ArrayToBytesCodec, Configuration
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader
from zarr_reference.v3.extension_data_types.variable_length import BYTES, STRING
from zarr_reference.v3.extensions import expect_members
from zarr_reference.v3.json_documents import shown

NUMBER_SIZE = 4
MAX_LENGTH = 2**32 - 1


@dataclass(frozen=True)
class VlenBytesCodec(ArrayToBytesCodec):
    """Byte strings, each after its length."""

    name: ClassVar[str] = "vlen-bytes"
    data_type: ClassVar[DataType] = BYTES

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` if there is any parameter: none is defined."""
        expect_members(configuration, place, unknown=f"codec.{cls.name}.no_config")
        return cls()

    def compute_encoded_representation_type(self, decoded: ArrayType, place: str) -> ByteStringType:
        """Bytes of no fixed size; raises ``InvalidMetadata`` for another data type."""
        # codec.vlen-bytes.dtype: "This codec is only compatible with the "bytes" data type."
        if decoded.data_type != self.data_type:
            name = decoded.data_type.name
            sentence = f'"{self.name}" encodes "{self.data_type.name}" only, not {shown(name)}'
            raise InvalidMetadata(f"codec.{self.name}.dtype", place, sentence)
        return ByteStringType()

    def encode(self, decoded: Elements, decoded_type: ArrayType) -> bytes:
        """The elements in C order after their number; raises ``InvalidRequest`` for no element."""
        parts = [decoded.size.to_bytes(NUMBER_SIZE, "little")]
        for position, item in enumerate(items_of(decoded)):
            # codec.vlen-bytes.limits: a longer one has no length in 4 bytes.
            if len(item) > MAX_LENGTH or not self.is_element(item):
                sentence = f"this cannot be an element of {self.data_type.name}"
                raise InvalidRequest("request", f"element {position}", sentence)
            parts += [len(item).to_bytes(NUMBER_SIZE, "little"), item]
        return b"".join(parts)

    def decode(self, encoded: bytes, decoded_type: ArrayType, limit: int) -> Elements:
        """The elements; raises ``MalformedChunk`` unless they are all there and nothing else is."""
        reader = ByteReader(encoded, f"codec.{self.name}.truncated", "chunk")
        # "a 32-bit little-endian unsigned integer (u32le) that specifies the number of elements"
        count = reader.uint(NUMBER_SIZE)
        if count != decoded_type.element_count:
            sentence = f"{count} elements are here, {decoded_type.element_count} are due"
            raise MalformedChunk(f"codec.{self.name}.count_matches", "byte 0", sentence)
        items = [self._take_item(reader) for _ in range(count)]
        if reader.remaining:
            raise reader.malformed("has bytes after its last element")
        return elements_from_items(items, decoded_type)

    def _take_item(self, reader: ByteReader) -> bytes:
        # "a u32le representing the number of bytes followed by the bytes themselves"
        item = reader.take(reader.uint(NUMBER_SIZE))
        if not self.is_element(item):
            place = f"byte {reader.position - len(item)}"
            sentence = f"this element is no text in UTF-8: {item[:20].hex(' ')}"
            raise MalformedChunk(f"codec.{self.name}.invalid_utf8", place, sentence)
        return item

    def is_element(self, item: bytes) -> bool:
        """Whether these bytes can be an element."""
        return True


class VlenUtf8Codec(VlenBytesCodec):
    """Strings in UTF-8, each after the number of its bytes."""

    name: ClassVar[str] = "vlen-utf8"
    data_type: ClassVar[DataType] = STRING

    def is_element(self, item: bytes) -> bool:
        """Whether these bytes are UTF-8, which has no surrogates and one form per character."""
        try:
            item.decode()
        except UnicodeDecodeError:
            return False
        return True
