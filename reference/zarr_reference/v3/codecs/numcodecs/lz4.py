"""``numcodecs.lz4``: an LZ4 block after its decoded size in four bytes, little-endian.

https://numcodecs.readthedocs.io/en/stable/compression/lz4.html
"""

from dataclasses import dataclass
from typing import ClassVar, Self

from zarr_reference.errors import InvalidRequest
from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs.codec import BytesToBytesCodec, Configuration
from zarr_reference.v3.codecs.compression import lz4
from zarr_reference.v3.codecs.compression.bounded_output import BoundedOutput
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader
from zarr_reference.v3.codecs.configuration import parse_integer
from zarr_reference.v3.codecs.numcodecs.parameters import parse_parameters

_REQUIREMENT = "v2.compressor.lz4"

# What the library accepts, LZ4_MAX_INPUT_SIZE.
LARGEST_INPUT = 0x7E000000


@dataclass(frozen=True)
class Lz4Codec(BytesToBytesCodec):
    """Bytes as an LZ4 block. ``acceleration`` is a hint to encoders."""

    name: ClassVar[str] = "numcodecs.lz4"
    acceleration: int

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` unless ``acceleration`` is an integer."""
        parameters = parse_parameters(configuration, place, {"acceleration": 1})
        # The library takes anything below 1 for 1.
        acceleration = parse_integer(
            parameters,
            "acceleration",
            place,
            minimum=-(2**31),
            maximum=2**31 - 1,
            type_requirement=_REQUIREMENT,
            range_requirement=_REQUIREMENT,
        )
        return cls(acceleration)

    def compute_encoded_representation_type(
        self, decoded: ByteStringType, place: str
    ) -> ByteStringType:
        """A byte string of no fixed size, as of any compressor."""
        return ByteStringType()

    def encode(self, decoded: bytes) -> bytes:
        """A block of literals alone, the same bytes on every machine.

        Raises ``InvalidRequest`` for more bytes than the library can decode.
        """
        if len(decoded) > LARGEST_INPUT:
            sentence = f"{len(decoded)} bytes are too many for LZ4; use smaller chunks"
            raise InvalidRequest("request", "chunk", sentence)
        if len(decoded) < 15:
            token = bytes([len(decoded) << 4])
        else:
            more, last = divmod(len(decoded) - 15, 255)
            token = b"\xf0" + b"\xff" * more + bytes([last])
        return len(decoded).to_bytes(4, "little") + token + decoded

    def decode(self, encoded: bytes, decoded_type: ByteStringType, limit: int) -> bytes:
        """What the block holds; raises ``MalformedChunk`` unless it is as long as is said."""
        reader = ByteReader(encoded, _REQUIREMENT, "LZ4 block")
        size = reader.uint(4)
        output = BoundedOutput(limit, decoded_type.size)
        lz4.decompress(reader, output)
        if len(output.data) != size:
            sentence = f"holds {len(output.data)} bytes, but says that it holds {size}"
            raise reader.malformed(sentence)
        return bytes(output.data)
