"""LZ4 blocks: the compression that Blosc calls ``lz4`` and ``lz4hc``.

https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md

A block is a series of sequences. Each begins with a token of two 4-bit lengths, and says: take so
many bytes as they follow (the literals), then repeat so many bytes from further back (the match).
LZ4 and LZ4 HC differ in how hard they look for matches, not in the format.
"""

from zarr_reference.v3.codecs.compression.bounded_output import BoundedOutput
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader

# A match of fewer bytes would not be shorter than its description.
MINIMUM_MATCH = 4


def decompress(reader: ByteReader, output: BoundedOutput) -> None:
    """Decode the one block that ``reader`` holds; raises ``MalformedChunk`` if it is not one."""
    while True:
        token = reader.uint(1)
        output.append(reader.take(_read_length(reader, token >> 4)))
        # "The last sequence contains only literals": the block ends right after them.
        if not reader.remaining:
            return
        offset = reader.uint(2)
        output.copy(offset, MINIMUM_MATCH + _read_length(reader, token & 0xF), reader)


def _read_length(reader: ByteReader, length: int) -> int:
    """A length of 15 goes on in the next byte, and after a byte of 255 in one more."""
    byte = 255 if length == 15 else 0
    while byte == 255:
        byte = reader.uint(1)
        length += byte
    return length
