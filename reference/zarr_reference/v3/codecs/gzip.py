"""The ``gzip`` codec: DEFLATE in the gzip file format, RFC 1952.

https://zarr-specs.readthedocs.io/en/latest/v3/codecs/gzip/

The module takes gzip files apart by hand, because what a reader does with several members, optional
header fields and bytes after the last member is where implementations differ. The page of the codec
says that encoded data *should* be a gzip file; nothing else is accepted here.
"""

import zlib
from dataclasses import dataclass
from typing import ClassVar, Self

from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs.codec import BytesToBytesCodec, Configuration
from zarr_reference.v3.codecs.compression.bounded_output import BoundedOutput
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader
from zarr_reference.v3.codecs.compression.deflate import deflate_stored, inflate
from zarr_reference.v3.codecs.configuration import parse_integer
from zarr_reference.v3.extensions import expect_members

MAGIC = b"\x1f\x8b"
DEFLATE = 8
NO_MODIFICATION_TIME = bytes(4)
UNKNOWN_OPERATING_SYSTEM = 255

# The bits of FLG (RFC 1952, section 2.3.1). FTEXT, bit 0, is a hint that decoding ignores.
FHCRC, FEXTRA, FNAME, FCOMMENT = 2, 4, 8, 16
RESERVED_FLAGS = 0b1110_0000

_FORMAT = "codec.gzip.rfc1952"


@dataclass(frozen=True)
class GzipCodec(BytesToBytesCodec):
    """Bytes as a gzip file. ``level``, 0 to 9, is a hint to encoders; decoding ignores it."""

    name: ClassVar[str] = "gzip"
    level: int

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` unless ``level`` is an integer from 0 to 9."""
        # The page never says that level is required, but gives no default either.
        expect_members(configuration, place, required={"level": "codec.gzip.level.required"})
        level = parse_integer(
            configuration,
            "level",
            place,
            minimum=0,
            maximum=9,
            type_requirement="codec.gzip.level.integer",
            range_requirement="codec.gzip.level.range",
        )
        return cls(level)

    def compute_encoded_representation_type(
        self, decoded: ByteStringType, place: str
    ) -> ByteStringType:
        """A byte string of no fixed size, as of any compressor."""
        return ByteStringType()

    def encode(self, decoded: bytes) -> bytes:
        """A gzip file of one member with stored blocks: the same bytes on every machine.

        That is what level 0 asks for, and for other levels it is as valid as any output.
        """
        header = MAGIC + bytes([DEFLATE, 0]) + NO_MODIFICATION_TIME
        extra_flags = 0
        return (
            header
            + bytes([extra_flags, UNKNOWN_OPERATING_SYSTEM])
            + deflate_stored(decoded)
            + zlib.crc32(decoded).to_bytes(4, "little")
            + (len(decoded) % 2**32).to_bytes(4, "little")
        )

    def decode(self, encoded: bytes, decoded_type: ByteStringType, limit: int) -> bytes:
        """The members of the gzip file, one after the other (RFC 1952, section 2.2)."""
        reader = ByteReader(encoded, _FORMAT, "gzip file")
        output = BoundedOutput(limit, decoded_type.size)
        _decode_member(reader, output)
        while reader.remaining:
            # Whatever follows a member is another one: there is no padding in the format.
            if not encoded.startswith(MAGIC, reader.position):
                raise reader.malformed("has bytes after its last member", "codec.gzip.multi_member")
            _decode_member(reader, output)
        return bytes(output.data)


def _decode_member(reader: ByteReader, output: BoundedOutput) -> None:
    """Header, DEFLATE stream, trailer (RFC 1952, section 2.3)."""
    _skip_header(reader)
    start = len(output.data)
    inflate(reader, output, "codec.gzip.deflate")
    content = output.data[start:]
    if reader.uint(4) != zlib.crc32(content):
        raise reader.malformed("has a CRC32 that does not fit its data", "codec.gzip.crc_checked")
    if reader.uint(4) != len(content) % 2**32:
        raise reader.malformed("has an ISIZE that does not fit its data", "codec.gzip.crc_checked")


def _skip_header(reader: ByteReader) -> None:
    """The duties of a decoder at a header (RFC 1952, section 2.3.1.2)."""
    start = reader.position
    if reader.take(2) != MAGIC:
        raise reader.malformed("does not begin with 1f 8b")
    if reader.uint(1) != DEFLATE:
        raise reader.malformed("has a compression method other than DEFLATE")
    flags = reader.uint(1)
    if flags & RESERVED_FLAGS:
        raise reader.malformed("sets a reserved flag, whose meaning is not known")
    reader.take(6)  # MTIME, XFL and OS say nothing about the content
    if flags & FEXTRA:
        reader.take(reader.uint(2))
    for flag in (FNAME, FCOMMENT):
        if flags & flag:
            _skip_zero_terminated(reader)
    if flags & FHCRC:
        checksum = zlib.crc32(reader.data[start : reader.position]) % 2**16
        if reader.uint(2) != checksum:
            raise reader.malformed("has a header that does not fit its FHCRC checksum")


def _skip_zero_terminated(reader: ByteReader) -> None:
    """A file name or a comment: bytes up to and including a zero."""
    terminator = reader.data.find(b"\0", reader.position, reader.end)
    if terminator < 0:
        raise reader.malformed("ends within a header field", "codec.gzip.optional_header_fields")
    reader.position = terminator + 1
