"""``numcodecs.zlib``: DEFLATE in the zlib format, RFC 1950.

https://numcodecs.readthedocs.io/en/stable/compression/zlib.html
"""

from dataclasses import dataclass
from typing import ClassVar, Self

from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs.codec import BytesToBytesCodec, Configuration
from zarr_reference.v3.codecs.compression import zlib_stream
from zarr_reference.v3.codecs.compression.bounded_output import BoundedOutput
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader
from zarr_reference.v3.codecs.numcodecs.parameters import parse_level, parse_parameters

_REQUIREMENT = "v2.compressor.zlib"


@dataclass(frozen=True)
class ZlibCodec(BytesToBytesCodec):
    """Bytes as a zlib stream. ``level``, -1 to 9, is a hint to encoders; -1 leaves it to zlib."""

    name: ClassVar[str] = "numcodecs.zlib"
    level: int

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` unless ``level`` is an integer from -1 to 9."""
        parameters = parse_parameters(configuration, place, {"level": 1})
        return cls(parse_level(parameters, place, _REQUIREMENT, -1, 9))

    def compute_encoded_representation_type(
        self, decoded: ByteStringType, place: str
    ) -> ByteStringType:
        """A byte string of no fixed size, as of any compressor."""
        return ByteStringType()

    def encode(self, decoded: bytes) -> bytes:
        """A stream of stored blocks: the same bytes on every machine."""
        return zlib_stream.compress(decoded)

    def decode(self, encoded: bytes, decoded_type: ByteStringType, limit: int) -> bytes:
        """What the one stream holds; raises ``MalformedChunk`` if anything comes after it."""
        reader = ByteReader(encoded, _REQUIREMENT, "zlib stream")
        output = BoundedOutput(limit, decoded_type.size)
        zlib_stream.decompress(reader, output)
        if reader.remaining:
            raise reader.malformed("has bytes after its end")
        return bytes(output.data)
