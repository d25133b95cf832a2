"""``numcodecs.bz2``: bytes as a bzip2 file.

https://numcodecs.readthedocs.io/en/stable/compression/bz2.html

The format has no specification but its one library, which Python has: it encodes and decodes here.
"""

import bz2
from dataclasses import dataclass
from typing import ClassVar, Self

from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs.codec import BytesToBytesCodec, Configuration
from zarr_reference.v3.codecs.numcodecs.parameters import parse_level, parse_parameters
from zarr_reference.v3.codecs.numcodecs.streams import decompress_streams

_REQUIREMENT = "v2.compressor.bz2"


@dataclass(frozen=True)
class Bz2Codec(BytesToBytesCodec):
    """Bytes as a bzip2 file. ``level``, 1 to 9, is the block size that encoders use."""

    name: ClassVar[str] = "numcodecs.bz2"
    level: int

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` unless ``level`` is an integer from 1 to 9."""
        parameters = parse_parameters(configuration, place, {"level": 1})
        return cls(parse_level(parameters, place, _REQUIREMENT, 1, 9))

    def compute_encoded_representation_type(
        self, decoded: ByteStringType, place: str
    ) -> ByteStringType:
        """A byte string of no fixed size, as of any compressor."""
        return ByteStringType()

    def encode(self, decoded: bytes) -> bytes:
        """A bzip2 file. What bzip2 makes of its input has not changed since its version 1.0."""
        return bz2.compress(decoded, self.level)

    def decode(self, encoded: bytes, decoded_type: ByteStringType, limit: int) -> bytes:
        """The content of all streams, one after the other."""
        return decompress_streams(
            encoded, bz2.BZ2Decompressor, "bzip2 file", _REQUIREMENT, decoded_type, limit
        )
