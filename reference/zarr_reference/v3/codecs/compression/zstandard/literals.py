"""The literals section of a compressed block (RFC 8878, section 3.1.1.3.1).

All bytes of a block that are not repeated from further back stand here together: as they are, or as
one byte to be repeated, or in Huffman coding.
"""

from zarr_reference.v3.codecs.compression.byte_reader import ByteReader
from zarr_reference.v3.codecs.compression.zstandard import huffman
from zarr_reference.v3.codecs.compression.zstandard.huffman import HuffmanTable

RAW, RLE, COMPRESSED, TREELESS = range(4)

# Each of four streams but the last has a quarter of the bytes, rounded up.
FEWEST_LITERALS_IN_FOUR_STREAMS = 6


def decode_literals(
    reader: ByteReader, previous_table: HuffmanTable | None, maximum_size: int
) -> tuple[bytes, HuffmanTable | None]:
    """The literals, at most ``maximum_size`` bytes, and the Huffman table for the next block."""
    header = reader.uint(1)
    literals_block_type, size_format = header & 0b11, header >> 2 & 0b11
    if literals_block_type in (RAW, RLE):
        size = _read_regenerated_size(reader, header, size_format)
        _check_size(reader, size, maximum_size)
        literals = reader.take(size) if literals_block_type == RAW else reader.take(1) * size
        return literals, previous_table
    size, compressed_size = _read_sizes(reader, header, size_format)
    _check_size(reader, size, maximum_size)
    streams = reader.part(compressed_size)
    table = huffman.read_table(streams) if literals_block_type == COMPRESSED else previous_table
    if table is None:
        raise reader.malformed("has a treeless block before any Huffman tree")
    if size_format == 0:
        return table.decode_stream(streams, size), table
    return _decode_four_streams(streams, table, size), table


def _read_regenerated_size(reader: ByteReader, header: int, size_format: int) -> int:
    """The size of literals that are raw or RLE: 5, 12 or 20 bits."""
    match size_format:
        case 0b01:
            return header >> 4 | reader.uint(1) << 4
        case 0b11:
            return header >> 4 | reader.uint(2) << 4
    return header >> 3  # Size_Format has one bit only, the other one belongs to the size


def _read_sizes(reader: ByteReader, header: int, size_format: int) -> tuple[int, int]:
    """Regenerated_Size and Compressed_Size: 10, 14 or 18 bits each."""
    width, further_bytes = ((10, 2), (10, 2), (14, 3), (18, 4))[size_format]
    sizes = header >> 4 | reader.uint(further_bytes) << 4
    return sizes & ((1 << width) - 1), sizes >> width


def _check_size(reader: ByteReader, size: int, maximum_size: int) -> None:
    if size > maximum_size:
        raise reader.malformed(f"has {size} literals in a block of at most {maximum_size} bytes")


def _decode_four_streams(reader: ByteReader, table: HuffmanTable, size: int) -> bytes:
    """Four streams, after the sizes of the first three (the jump table)."""
    if size < FEWEST_LITERALS_IN_FOUR_STREAMS:
        raise reader.malformed(f"has four streams of {size} literals together")
    stream_sizes = [reader.uint(2) for _ in range(3)]
    quarter = -(-size // 4)
    parts = [table.decode_stream(reader.part(stream_size), quarter) for stream_size in stream_sizes]
    last = table.decode_stream(reader.part(reader.remaining), size - 3 * quarter)
    return b"".join([*parts, last])
