"""DEFLATE (RFC 1951): the compression inside gzip files and zlib streams.

Decoding is left to the ``zlib`` module of the standard library, in pieces, so that no input makes
it take more memory than allowed. Encoding only ever writes stored blocks (RFC 1951, section 3.2.4):
what a compressor makes of its input differs from one build of zlib to the next, stored blocks are
the same on every machine, and they can be read with the naked eye.
"""

import zlib

from zarr_reference.v3.codecs.compression.bounded_output import BoundedOutput
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader

STORED_BLOCK_SIZE = 2**16 - 1

# DEFLATE makes at most 1032 bytes out of one, so a piece of this size becomes less than 2**25.
_PIECE_SIZE = 2**14
_LARGEST_PIECE_DECODED = 2**25


def inflate(reader: ByteReader, output: BoundedOutput, requirement: str) -> None:
    """Decode one DEFLATE stream, and leave ``reader`` on the first byte after it.

    Raises ``MalformedChunk`` with ``requirement`` where the stream breaks RFC 1951.
    """
    decompressor = zlib.decompressobj(wbits=-zlib.MAX_WBITS)  # negative: no header, no trailer
    while not decompressor.eof:
        piece = reader.take_at_most(_PIECE_SIZE)
        if not piece:
            raise reader.malformed("ends within its DEFLATE stream", requirement)
        try:
            # One byte more than there is room for shows that the output would be too long.
            decoded = decompressor.decompress(piece, min(output.room + 1, _LARGEST_PIECE_DECODED))
        except zlib.error as error:
            raise reader.malformed(f"is no valid DEFLATE stream ({error})", requirement) from error
        output.append(decoded)
    reader.position -= len(decompressor.unused_data)


def deflate_stored(data: bytes) -> bytes:
    """``data`` as a DEFLATE stream of stored blocks."""
    starts = range(0, len(data), STORED_BLOCK_SIZE) or range(1)
    return b"".join(
        _stored_block(data[start : start + STORED_BLOCK_SIZE], start == starts[-1])
        for start in starts
    )


def _stored_block(data: bytes, is_last: bool) -> bytes:
    """BFINAL and BTYPE 00 in one byte, LEN, its complement NLEN, and the data."""
    size = len(data)
    return (
        bytes([is_last])
        + size.to_bytes(2, "little")
        + (STORED_BLOCK_SIZE - size).to_bytes(2, "little")
        + data
    )
