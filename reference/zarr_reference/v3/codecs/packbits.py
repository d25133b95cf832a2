"""The ``packbits`` codec: only the bits that are needed, element after element.

https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/packbits

Two things in the text had to be decided, see docs/decisions/0006. Bits are counted from
the lowest, also within a byte of the encoded sequence: only so are elements of whole bytes encoded
"using their little-endian representation as with the "bytes" codec". And the parameters have the
names of the text, where the schema beside it has others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from zarr_reference.errors import InvalidMetadata, MalformedChunk
from zarr_reference.representation import (
    ArrayType,
    ByteStringType,
    DataType,
    Elements,
    elements_from_bytes,
    elements_to_bytes,
)
from zarr_reference.v3.codecs.codec import ArrayToBytesCodec, Configuration
from zarr_reference.v3.codecs.configuration import parse_integer
from zarr_reference.v3.extensions import expect_members
from zarr_reference.v3.json_documents import shown

# Components are unpacked to a byte for each bit, so only so many are unpacked at a time. As it is a
# multiple of 8, their encoded bits fill whole bytes.
_COMPONENTS_AT_ONCE = 2**13


@dataclass(frozen=True)
class PackbitsCodec(ArrayToBytesCodec):
    """The bits from ``first_bit`` to ``last_bit``, both included, of each component.

    ``last_bit`` is None for the highest of the data type. ``padding_encoding``, ``"none"``,
    ``"first_byte"`` or ``"last_byte"``, is where the number of padding bits is stored.
    """

    name: ClassVar[str] = "packbits"
    kinds: ClassVar[tuple[str, ...]] = ("bool", "int", "uint", "float", "complex")
    first_bit: int = 0
    last_bit: int | None = None
    padding_encoding: str = "none"

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` for an unknown or malformed parameter."""
        optional = ("padding_encoding", "first_bit", "last_bit")
        expect_members(configuration, place, optional=optional, unknown="codec.packbits.schema")
        padding_encoding = configuration.get("padding_encoding", "none")
        if padding_encoding not in ("first_byte", "last_byte", "none"):
            sentence = f"{shown(padding_encoding)} is none of first_byte, last_byte and none"
            raise InvalidMetadata(
                "codec.packbits.padding_encoding.values", f"{place}.padding_encoding", sentence
            )
        return cls(
            # "If omitted, or specified as null, defaults to 0."
            _parse_bit(configuration, "first_bit", place) or 0,
            _parse_bit(configuration, "last_bit", place),
            padding_encoding,
        )

    def compute_encoded_representation_type(self, decoded: ArrayType, place: str) -> ByteStringType:
        """As many bytes as the bits fill, and one more if their padding is counted.

        Raises ``InvalidMetadata`` for bits that the data type does not have.
        """
        if decoded.data_type.kind not in self.kinds:
            sentence = f'the bits of "{decoded.data_type.name}" cannot be packed'
            raise InvalidMetadata("codec.pipeline.unsupported_input_error", place, sentence)
        first, last = self._bits(decoded.data_type)
        width, place = bit_width(decoded.data_type), f"{place}.configuration.last_bit"
        # "It is invalid for last_bit to be less than first_bit."
        if last < first:
            sentence = f"the last bit, {last}, comes before the first, {first}"
            raise InvalidMetadata("codec.packbits.last_ge_first", place, sentence)
        if last >= width:
            sentence = f'there is no bit {last} in "{decoded.data_type.name}", which has {width}'
            raise InvalidMetadata("codec.packbits.bit_range", place, sentence)
        return ByteStringType(self._encoded_size(decoded))

    def encode(self, decoded: Elements, decoded_type: ArrayType) -> bytes:
        """The bits, padded with zeros to whole bytes."""
        size = decoded_type.data_type.component_size
        first, last = self._bits(decoded_type.data_type)
        components = np.frombuffer(elements_to_bytes(decoded), np.uint8).reshape(-1, size)
        packed = []
        for start in range(0, len(components), _COMPONENTS_AT_ONCE):
            some = components[start : start + _COMPONENTS_AT_ONCE]
            bits = np.unpackbits(some, axis=1, bitorder="little")[:, first : last + 1]
            packed.append(np.packbits(bits, bitorder="little").tobytes())
        padding = bytes([self._padding(decoded_type)])
        before = padding if self.padding_encoding == "first_byte" else b""
        after = padding if self.padding_encoding == "last_byte" else b""
        return b"".join([before, *packed, after])

    def decode(self, encoded: bytes, decoded_type: ArrayType, limit: int) -> Elements:
        """The elements; raises ``MalformedChunk`` for any other number of bytes or of padding."""
        if len(encoded) != self._encoded_size(decoded_type):
            sentence = f"{len(encoded)} bytes are here, {self._encoded_size(decoded_type)} are due"
            requirement = "codec.decode.length_mismatch"
            raise MalformedChunk(requirement, f"byte {len(encoded)}", sentence)
        start = int(self.padding_encoding == "first_byte")
        end = len(encoded) - int(self.padding_encoding == "last_byte")
        padding = self._padding(decoded_type)
        # "It may still be useful as an additional sanity check".
        for counted in encoded[:start] + encoded[end:]:
            if counted != padding:
                sentence = f"{counted} padding bits are counted, {padding} are due"
                place = f"byte {0 if start else end}"
                raise MalformedChunk("codec.packbits.padding_count_checked", place, sentence)
        # "The bit sequence is padded with 0 bits".
        if padding and encoded[end - 1] >> (8 - padding):
            sentence = f"the upper {padding} bits are padding, but not all are zero"
            raise MalformedChunk("codec.packbits.zero_padding", f"byte {end - 1}", sentence)
        data = b"".join(self._unpacked(encoded[start:end], decoded_type))
        return elements_from_bytes(data, decoded_type)

    def _unpacked(self, packed: bytes, decoded_type: ArrayType) -> Iterator[bytes]:
        """The elements as bytes, some at a time."""
        data_type = decoded_type.data_type
        first, last = self._bits(data_type)
        kept, width = last - first + 1, bit_width(data_type)
        count = decoded_type.byte_size // data_type.component_size
        for start in range(0, count, _COMPONENTS_AT_ONCE):
            some = min(_COMPONENTS_AT_ONCE, count - start)
            source = np.frombuffer(packed, np.uint8, -(-some * kept // 8), start * kept // 8)
            bits = np.unpackbits(source, count=some * kept, bitorder="little").reshape(some, kept)
            components = np.zeros((some, 8 * data_type.component_size), np.uint8)
            components[:, first : last + 1] = bits
            # "Sign-extended (for signed integer data types), or zero-extended (all other [...])".
            if data_type.kind == "int":
                components[:, last + 1 : width] = bits[:, -1:]
            yield np.packbits(components, axis=1, bitorder="little").tobytes()

    def _bits(self, data_type: DataType) -> tuple[int, int]:
        """The first and the last bit that are kept."""
        last = bit_width(data_type) - 1 if self.last_bit is None else self.last_bit
        return self.first_bit, last

    def _bit_count(self, decoded: ArrayType) -> int:
        first, last = self._bits(decoded.data_type)
        components = decoded.byte_size // decoded.data_type.component_size
        return components * (last - first + 1)

    def _padding(self, decoded: ArrayType) -> int:
        return -self._bit_count(decoded) % 8

    def _encoded_size(self, decoded: ArrayType) -> int:
        counted = self.padding_encoding != "none"
        return -(-self._bit_count(decoded) // 8) + counted


def bit_width(data_type: DataType) -> int:
    """``N`` of the text: how many bits a component of the data type has."""
    return 1 if data_type.kind == "bool" else data_type.value_bits


def _parse_bit(configuration: Configuration, name: str, place: str) -> int | None:
    if configuration.get(name) is None:
        return None
    requirement = f"codec.packbits.{name}"
    return parse_integer(
        configuration,
        name,
        place,
        minimum=0,
        type_requirement=requirement,
        range_requirement=requirement,
    )
