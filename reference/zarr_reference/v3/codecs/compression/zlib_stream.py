"""The zlib format (RFC 1950): a DEFLATE stream with a header of two bytes and a checksum.

It is found inside Blosc frames, and is a compressor of Zarr v2 by itself.
"""

import zlib

from zarr_reference.v3.codecs.compression.bounded_output import BoundedOutput
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader
from zarr_reference.v3.codecs.compression.deflate import deflate_stored, inflate

DEFLATE = 8
LARGEST_WINDOW = 7  # CINFO: a window of 2^(7 + 8) bytes, the most that DEFLATE can use
PRESET_DICTIONARY = 0b10_0000


def decompress(reader: ByteReader, output: BoundedOutput) -> None:
    """Decode one stream, and leave ``reader`` on the first byte after it.

    Raises ``MalformedChunk`` where the stream breaks RFC 1950, section 2.2.
    """
    method, flags = reader.take(2)
    if method & 0xF != DEFLATE or method >> 4 > LARGEST_WINDOW or (method << 8 | flags) % 31:
        raise reader.malformed("does not begin with a zlib header")
    if flags & PRESET_DICTIONARY:
        raise reader.malformed("needs a dictionary, and there is none")
    start = len(output.data)
    inflate(reader, output, reader.requirement)
    # Unlike everything else here, ADLER32 has its highest byte first.
    if int.from_bytes(reader.take(4), "big") != zlib.adler32(output.data[start:]):
        raise reader.malformed("has an ADLER32 checksum that does not fit its data")


def compress(data: bytes) -> bytes:
    """``data`` as a stream of stored blocks: the same bytes on every machine."""
    method = LARGEST_WINDOW << 4 | DEFLATE
    flags = -(method << 8) % 31  # makes both bytes together a multiple of 31
    return bytes([method, flags]) + deflate_stored(data) + zlib.adler32(data).to_bytes(4, "big")
