"""BloscLZ: Blosc's own compression, a relative of FastLZ.

There is no description of the format other than its source code:
https://github.com/Blosc/c-blosc/blob/main/blosc/blosclz.c

A stream is a series of instructions. One below 32 is followed by that many bytes plus one, to be
taken as they are; any other is a match, to be repeated from further back::

    000lllll               l + 1 literal bytes follow
    lllddddd [extra l] d   l + 2 bytes (3 to 8) from distance 256 * d + d + 1

In a match, ``lll`` of 7 is continued in extra bytes, each of up to 255 and the last below that.
The largest distance, 8192, announces a longer one in two further bytes, the higher first.
"""

from zarr_reference.v3.codecs.compression.bounded_output import BoundedOutput
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader

LARGEST_SHORT_DISTANCE = 2**13


def decompress(reader: ByteReader, output: BoundedOutput) -> None:
    """Decode the one stream that ``reader`` holds; raises ``MalformedChunk`` if it is not one."""
    # Nothing could be repeated yet, so the first instruction is a literal run in any case. Its
    # upper bits say which level it was compressed with.
    instruction = reader.uint(1) & 0b11111
    while True:
        if instruction < 0b100000:
            output.append(reader.take(instruction + 1))
        else:
            length = _read_match_length(reader, instruction >> 5)
            output.copy(_read_distance(reader, instruction & 0b11111), length, reader)
        if not reader.remaining:
            return
        instruction = reader.uint(1)


def _read_match_length(reader: ByteReader, length: int) -> int:
    """The length of a match whose instruction holds ``length``, 1 to 7, in its upper bits."""
    byte = 255 if length == 7 else 0
    while byte == 255:
        byte = reader.uint(1)
        length += byte
    return length + 2


def _read_distance(reader: ByteReader, upper_bits: int) -> int:
    """How far back a match lies whose instruction holds ``upper_bits``."""
    distance = (upper_bits << 8 | reader.uint(1)) + 1
    if distance == LARGEST_SHORT_DISTANCE:
        distance += int.from_bytes(reader.take(2), "big")
    return distance
