"""The ``n5_default`` codec: chunks as N5 stores them, a header and then the elements.

https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/n5_default

N5 has the first dimension vary fastest, so that the elements are transposed; the header names the
dimensions in the order of the array. At the end of an array N5 may store smaller chunks, so that
the header and not the grid says what is stored. The text does not say with what a smaller chunk is
padded: here it is the fill value.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from zarr_reference.errors import InvalidMetadata, InvalidRequest
from zarr_reference.representation import ArrayType, ByteStringType, Elements
from zarr_reference.v3.codecs.bytes import BytesCodec
from zarr_reference.v3.codecs.codec import ArrayToBytesCodec, Configuration
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader
from zarr_reference.v3.codecs.pipeline import CodecPipeline, parse_codecs
from zarr_reference.v3.codecs.transpose import TransposeCodec
from zarr_reference.v3.extensions import expect_members

DEFAULT_MODE = 0

# "A data type available to N5: u?int(8|16|32|64), float(32|64)".
DATA_TYPES = frozenset(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)) | {
    "float32",
    "float64",
}

LARGEST_LENGTH = 2**32 - 1


@dataclass(frozen=True)
class N5DefaultCodec(ArrayToBytesCodec):
    """An N5 block in default mode. ``codecs`` encode what follows its header."""

    name: ClassVar[str] = "n5_default"
    codecs: CodecPipeline

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` unless ``codecs`` are those that N5 can mean."""
        required = {"codecs": "codec.n5_default.codecs.required"}
        expect_members(configuration, place, required)
        place = f"{place}.codecs"
        codecs = parse_codecs(configuration["codecs"], place)
        _check_codecs(codecs, place)
        return cls(codecs)

    def compute_encoded_representation_type(self, decoded: ArrayType, place: str) -> ByteStringType:
        """Bytes of no fixed size; raises ``InvalidMetadata`` for a type that N5 does not have."""
        place = f"{place}.configuration.codecs"
        if decoded.data_type.name not in DATA_TYPES:
            sentence = f'N5 has no elements of type "{decoded.data_type.name}"'
            raise InvalidMetadata("codec.pipeline.unsupported_input_error", place, sentence)
        self.codecs.encoded_representation_type(decoded, place)
        return ByteStringType()

    def encode(self, decoded: Elements, decoded_type: ArrayType) -> bytes:
        """A whole chunk; raises ``InvalidRequest`` for one that is longer than N5 can say."""
        if any(length > LARGEST_LENGTH for length in decoded_type.shape):
            sentence = f"a length of {max(decoded_type.shape)} is too much for N5"
            raise InvalidRequest("request", "chunk", sentence)
        # "mode (uint16 big endian, default = 0x0000 [...]), number of dimensions (uint16 big
        # endian), dimension 1[,...,n] (uint32 big endian)"
        rank = len(decoded_type.shape).to_bytes(2, "big")
        lengths = b"".join(length.to_bytes(4, "big") for length in decoded_type.shape)
        header = DEFAULT_MODE.to_bytes(2, "big") + rank + lengths
        return header + self.codecs.encode(decoded, decoded_type)

    def decode(self, encoded: bytes, decoded_type: ArrayType, limit: int) -> Elements:
        """The block, padded or truncated to the shape of the chunk.

        Raises ``MalformedChunk`` for a block in another mode or of another rank.
        """
        reader = ByteReader(encoded, "codec.n5_default.header", "N5 block")
        shape = _read_header(reader, len(decoded_type.shape))
        block_type = replace(decoded_type, shape=shape)
        block = self.codecs.decode(encoded[reader.position :], block_type, limit)
        if shape == decoded_type.shape:
            return block
        chunk = decoded_type.filled()
        both = tuple(slice(min(pair)) for pair in zip(shape, decoded_type.shape, strict=True))
        chunk[both] = block[both]
        return chunk


def _read_header(reader: ByteReader, rank: int) -> tuple[int, ...]:
    """The shape of the block; leaves ``reader`` on the first byte of the encoded elements."""
    mode = int.from_bytes(reader.take(2), "big")
    # "Validate that the block mode is "default" (0x0000)".
    if mode != DEFAULT_MODE:
        sentence = f"is of mode {mode:#06x}, of which only 0x0000 can be decoded"
        raise reader.malformed(sentence, "codec.n5_default.header.mode_zero")
    found = int.from_bytes(reader.take(2), "big")
    # "... and that the number of dimensions specified in the header matches that of the array".
    if found != rank:
        sentence = f"has {found} dimensions, but the array here has {rank}"
        raise reader.malformed(sentence, "codec.n5_default.header.rank_matches")
    return tuple(int.from_bytes(reader.take(4), "big") for _ in range(rank))


def _check_codecs(codecs: CodecPipeline, place: str) -> None:
    """Transposes all dimensions, then big-endian bytes, then perhaps one codec more."""
    first, second = codecs.codecs[0], codecs.array_to_bytes
    # "The first codec MUST be a transpose codec which performs a full transposition".
    if not isinstance(first, TransposeCodec) or first.order != tuple(
        reversed(range(len(first.order)))
    ):
        sentence = "the first codec must transpose, with all dimensions in reverse order"
        raise InvalidMetadata("codec.n5_default.codecs.first_transpose", f"{place}[0]", sentence)
    # "The second codec MUST be a bytes codec."
    if len(codecs.array_to_array) != 1 or not isinstance(second, BytesCodec):
        sentence = 'the second codec must be "bytes"'
        raise InvalidMetadata("codec.n5_default.codecs.second_bytes", f"{place}[1]", sentence)
    # "endian MAY be omitted for single-byte data types [...]. Otherwise, it MUST have the value
    # "big"": wherever it is not omitted. Where it must not be, the codec itself refuses.
    if second.endian == "little":
        sentence = "N5 stores the highest byte of an element first"
        raise InvalidMetadata("codec.n5_default.codecs.endian_big", f"{place}[1]", sentence)
    # "Zero or one additional codecs MAY be added, which MUST be bytes-to-bytes."
    if len(codecs.bytes_to_bytes) > 1:
        sentence = "only one codec can come after the second"
        raise InvalidMetadata("codec.n5_default.codecs.max_one_more", f"{place}[3]", sentence)
