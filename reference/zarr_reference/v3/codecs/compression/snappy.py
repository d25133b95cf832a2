"""Snappy: one of the compressions inside Blosc frames.

https://github.com/google/snappy/blob/main/format_description.txt

A stream is the decoded size, then elements. The lowest two bits of an element's first byte, its
tag, say what it is: literal bytes, or a copy from further back with an offset of 11, 16 or 32 bits.
"""

from zarr_reference.v3.codecs.compression.bounded_output import BoundedOutput
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader


def decompress(reader: ByteReader, output: BoundedOutput) -> None:
    """Decode the one stream that ``reader`` holds; raises ``MalformedChunk`` if it is not one."""
    size = _read_varint(reader)
    output.check_room(size)
    while reader.remaining:
        tag = reader.uint(1)
        match tag & 0b11:
            case 0:
                output.append(reader.take(_read_literal_length(reader, tag >> 2)))
            case 1:
                length, upper_bits = 4 + (tag >> 2 & 0b111), tag >> 5
                output.copy(upper_bits << 8 | reader.uint(1), length, reader)
            case 2:
                output.copy(reader.uint(2), 1 + (tag >> 2), reader)
            case _:
                output.copy(reader.uint(4), 1 + (tag >> 2), reader)
    if len(output.data) != size:
        raise reader.malformed(f"decodes to {len(output.data)} bytes, but announces {size}")


def _read_varint(reader: ByteReader) -> int:
    """The decoded size, below 2^32: 7 bits a byte, the lowest first, until a byte below 128."""
    value = 0
    for shift in range(0, 35, 7):
        byte = reader.uint(1)
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value
    raise reader.malformed("announces a size of more than 5 bytes")


def _read_literal_length(reader: ByteReader, length: int) -> int:
    """Lengths of 1 to 60 stand in the tag; 60 to 63 there mean: in the next 1 to 4 bytes."""
    return 1 + (length if length < 60 else reader.uint(length - 59))
