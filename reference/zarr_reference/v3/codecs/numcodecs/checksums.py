"""The checksums of numcodecs: four bytes before or after the data, by which damage is found.

https://numcodecs.readthedocs.io/en/stable/checksum32.html
"""

import zlib
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from zarr_reference.errors import InvalidMetadata, MalformedChunk
from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs.codec import BytesToBytesCodec, Configuration
from zarr_reference.v3.codecs.crc32c import CHECKSUM_SIZE, crc32c
from zarr_reference.v3.codecs.numcodecs.parameters import parse_parameters
from zarr_reference.v3.json_documents import shown


@dataclass(frozen=True)
class ChecksumCodec(BytesToBytesCodec):
    """The data, and its checksum at ``location``: ``"start"`` or ``"end"``; little-endian."""

    default_location: ClassVar[str] = "start"
    requirement: ClassVar[str] = "v2.filters.no_registry"
    location: str

    @abstractmethod
    def checksum(self, data: bytes) -> int:
        """The checksum of ``data``, below 2**32."""

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` if ``location`` is there and neither "start" nor "end"."""
        location = parse_parameters(configuration, place, {"location": None})["location"]
        if location not in ("start", "end", None):
            sentence = f'this must be "start" or "end", not {shown(location)}'
            raise InvalidMetadata(cls.requirement, f"{place}.location", sentence)
        return cls(location or cls.default_location)

    def compute_encoded_representation_type(
        self, decoded: ByteStringType, place: str
    ) -> ByteStringType:
        """Four bytes more, if the size is fixed."""
        return ByteStringType(None if decoded.size is None else decoded.size + CHECKSUM_SIZE)

    def encode(self, decoded: bytes) -> bytes:
        """The data with their checksum."""
        checksum = self.checksum(decoded).to_bytes(CHECKSUM_SIZE, "little")
        return checksum + decoded if self.location == "start" else decoded + checksum

    def decode(self, encoded: bytes, decoded_type: ByteStringType, limit: int) -> bytes:
        """The data without their checksum; raises ``MalformedChunk`` if it does not fit them."""
        if len(encoded) < CHECKSUM_SIZE:
            sentence = f"{len(encoded)} bytes are too few for a checksum of 4"
            raise MalformedChunk(self.requirement, "byte 0", sentence)
        place = 0 if self.location == "start" else len(encoded) - CHECKSUM_SIZE
        stored = int.from_bytes(encoded[place : place + CHECKSUM_SIZE], "little")
        decoded = encoded[:place] + encoded[place + CHECKSUM_SIZE :]
        computed = self.checksum(decoded)
        if stored != computed:
            sentence = f"the checksum is {stored:#010x}, but that of the data is {computed:#010x}"
            raise MalformedChunk(self.requirement, f"byte {place}", sentence)
        return decoded


class Crc32Codec(ChecksumCodec):
    """The CRC-32 of gzip."""

    name: ClassVar[str] = "numcodecs.crc32"
    requirement: ClassVar[str] = "v2.filter.crc32"

    @staticmethod
    def checksum(data: bytes) -> int:
        """The CRC-32 of ``data``."""
        return zlib.crc32(data)


class NumcodecsCrc32cCodec(ChecksumCodec):
    """CRC-32C: unless a location is given, as the codec ``crc32c``."""

    name: ClassVar[str] = "numcodecs.crc32c"
    default_location: ClassVar[str] = "end"

    @staticmethod
    def checksum(data: bytes) -> int:
        """The CRC-32C of ``data``."""
        return crc32c(data)


class Adler32Codec(ChecksumCodec):
    """The Adler-32 of zlib."""

    name: ClassVar[str] = "numcodecs.adler32"
    requirement: ClassVar[str] = "v2.filter.adler32"

    @staticmethod
    def checksum(data: bytes) -> int:
        """The Adler-32 of ``data``."""
        return zlib.adler32(data)


class Fletcher32Codec(ChecksumCodec):
    """Fletcher-32 as HDF5 has it, always at the end."""

    name: ClassVar[str] = "numcodecs.fletcher32"
    requirement: ClassVar[str] = "v2.filter.fletcher32"
    default_location: ClassVar[str] = "end"

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` if there is any parameter: none is defined."""
        parse_parameters(configuration, place, {})
        return cls(cls.default_location)

    @staticmethod
    def checksum(data: bytes) -> int:
        """Two sums modulo 65535, of big-endian 16-bit words and of the sums so far.

        A last odd byte is the upper half of a word. A sum is 0 only if all words are: 65535 stands
        for any other multiple of 65535.
        """
        words = np.frombuffer(data + bytes(len(data) % 2), ">u2").tolist()
        sum1 = sum(words)
        sum2 = sum(
            count * word for count, word in zip(range(len(words), 0, -1), words, strict=True)
        )
        return _folded(sum2) << 16 | _folded(sum1)


def _folded(number: int) -> int:
    return (number - 1) % 0xFFFF + 1 if number else 0
