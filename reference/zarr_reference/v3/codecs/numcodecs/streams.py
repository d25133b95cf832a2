"""Decoding streams with the decompressors of Python's standard library, within the limit.

Python's ``bz2`` and ``lzma`` have the same interface. They are fed in pieces, and each piece of
output is bounded, so that no input makes them take more memory than allowed.
"""

from bz2 import BZ2Decompressor
from collections.abc import Callable
from lzma import LZMADecompressor, LZMAError
from typing import TypeAlias

from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs.compression.bounded_output import BoundedOutput
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader

_PIECE_SIZE = 2**16
_LARGEST_PIECE_DECODED = 2**24


Decompressor: TypeAlias = BZ2Decompressor | LZMADecompressor


def decompress_streams(
    encoded: bytes,
    new_decompressor: Callable[[], Decompressor],
    what: str,
    requirement: str,
    decoded_type: ByteStringType,
    limit: int,
) -> bytes:
    """The content of all streams in ``encoded``, one after the other; there is at least one.

    ``what`` names the format. Raises ``MalformedChunk`` with ``requirement`` for anything else.
    """
    reader = ByteReader(encoded, requirement, what)
    output = BoundedOutput(limit, decoded_type.size)
    _decompress_stream(new_decompressor(), reader, output)
    while reader.remaining:
        _decompress_stream(new_decompressor(), reader, output)
    return bytes(output.data)


def _decompress_stream(
    decompressor: Decompressor, reader: ByteReader, output: BoundedOutput
) -> None:
    """Decode one stream, and leave ``reader`` on the first byte after it."""
    while not decompressor.eof:
        piece = reader.take_at_most(_PIECE_SIZE) if decompressor.needs_input else b""
        if decompressor.needs_input and not piece:
            raise reader.malformed("ends within a stream")
        try:
            # One byte more than there is room for shows that the output would be too long.
            decoded = decompressor.decompress(piece, min(output.room + 1, _LARGEST_PIECE_DECODED))
        except (OSError, LZMAError) as error:
            raise reader.malformed(f"cannot be decoded ({error})") from error
        output.append(decoded)
    reader.position -= len(decompressor.unused_data)
