"""The ``crc32c`` codec: a checksum after the data.

https://zarr-specs.readthedocs.io/en/latest/v3/codecs/crc32c/

CRC-32C is the cyclic redundancy check with the Castagnoli polynomial (RFC 3720, section 12.1). It
is not the CRC-32 of gzip, whose polynomial differs.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

from zarr_reference.errors import MalformedChunk
from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs.codec import BytesToBytesCodec, Configuration
from zarr_reference.v3.extensions import expect_members

CHECKSUM_SIZE = 4

# x^32 + x^28 + x^27 + ... + 1 (0x1EDC6F41), lowest bit first: RFC 3720 has bits enter that way.
POLYNOMIAL = 0x82F63B78


def _table_entry(byte: int) -> int:
    """The remainder of one byte, shifted out of the register bit by bit."""
    remainder = byte
    for _ in range(8):
        remainder = remainder >> 1 ^ (POLYNOMIAL if remainder & 1 else 0)
    return remainder


_TABLE = tuple(_table_entry(byte) for byte in range(256))


def crc32c(data: bytes) -> int:
    """The CRC-32C of ``data``. ``crc32c(b"123456789")`` is ``0xE3069283``."""
    register = 0xFFFF_FFFF
    for byte in data:
        register = register >> 8 ^ _TABLE[(register ^ byte) & 0xFF]
    return register ^ 0xFFFF_FFFF


@dataclass(frozen=True)
class Crc32cCodec(BytesToBytesCodec):
    """The bytes unchanged, and after them their CRC-32C in 4 bytes, little-endian."""

    name: ClassVar[str] = "crc32c"

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` if there is any parameter: none is defined."""
        expect_members(configuration, place, unknown="codec.crc32c.no_config")
        return cls()

    def compute_encoded_representation_type(
        self, decoded: ByteStringType, place: str
    ) -> ByteStringType:
        """Four bytes more, if the size is fixed."""
        return ByteStringType(None if decoded.size is None else decoded.size + CHECKSUM_SIZE)

    def encode(self, decoded: bytes) -> bytes:
        """The bytes with their checksum."""
        return decoded + crc32c(decoded).to_bytes(CHECKSUM_SIZE, "little")

    def decode(self, encoded: bytes, decoded_type: ByteStringType, limit: int) -> bytes:
        """The bytes without their checksum; raises ``MalformedChunk`` if it does not fit them."""
        # The page says only what is appended; that a reader compares it is the point of it.
        requirement = "codec.crc32c.verified_on_read"
        decoded, stored = encoded[:-CHECKSUM_SIZE], encoded[-CHECKSUM_SIZE:]
        if len(stored) < CHECKSUM_SIZE:
            sentence = f"{len(encoded)} bytes are too few to end in a checksum of 4"
            raise MalformedChunk(requirement, "byte 0", sentence)
        computed = crc32c(decoded).to_bytes(CHECKSUM_SIZE, "little")
        if stored != computed:
            sentence = f"the checksum is {stored.hex()}, but that of the data is {computed.hex()}"
            raise MalformedChunk(requirement, f"byte {len(decoded)}", sentence)
        return decoded
