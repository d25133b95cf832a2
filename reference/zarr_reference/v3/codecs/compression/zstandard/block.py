"""The blocks of a Zstandard frame (RFC 8878, section 3.1.1.2), and what their sequences do.

A block is raw, or one byte to be repeated (RLE), or compressed: then it has a literals section and
a sequences section, which together say how to make its content (section 3.1.1.4).
"""

from dataclasses import dataclass, field

from zarr_reference.v3.codecs.compression.bounded_output import BoundedOutput
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader
from zarr_reference.v3.codecs.compression.zstandard.huffman import HuffmanTable
from zarr_reference.v3.codecs.compression.zstandard.literals import decode_literals
from zarr_reference.v3.codecs.compression.zstandard.sequences import (
    SequenceTables,
    ZstandardSequence,
    decode_sequences,
)

LARGEST_BLOCK = 128 * 1024


@dataclass
class FrameState:
    """What a block takes over from the blocks before it in the same frame."""

    window_size: int
    huffman_table: HuffmanTable | None = None
    tables: SequenceTables = field(default_factory=SequenceTables)
    # Repeated_Offset1 to 3, the most recent one first.
    repeated_offsets: list[int] = field(default_factory=lambda: [1, 4, 8])

    @property
    def block_maximum_size(self) -> int:
        """The most bytes that the content of a block has, compressed or not."""
        return min(self.window_size, LARGEST_BLOCK)


def decode_block(reader: ByteReader, output: BoundedOutput, state: FrameState) -> bool:
    """Decode one block; returns whether it is the last one of its frame."""
    block_header = reader.uint(3)
    is_last, block_type, size = block_header & 1, block_header >> 1 & 0b11, block_header >> 3
    if size > state.block_maximum_size:
        raise reader.malformed(f"has a block of {size} bytes, beyond its Block_Maximum_Size")
    match block_type:
        case 0:  # Raw_Block
            output.append(reader.take(size))
        case 1:  # RLE_Block
            output.append_repeated(reader.take(1), size)
        case 2:  # Compressed_Block
            _decode_compressed_block(reader.part(size), output, state)
        case _:
            raise reader.malformed("has a block of the reserved type")
    return bool(is_last)


def _decode_compressed_block(reader: ByteReader, output: BoundedOutput, state: FrameState) -> None:
    literals, state.huffman_table = decode_literals(
        reader, state.huffman_table, state.block_maximum_size
    )
    end = len(output.data) + state.block_maximum_size
    taken = 0
    for sequence in decode_sequences(reader, state.tables):
        start, taken = taken, taken + sequence.literals_length
        if taken > len(literals):
            raise reader.malformed(f"takes {taken} literals, but has {len(literals)}")
        if len(output.data) + sequence.literals_length + sequence.match_length > end:
            raise reader.malformed("has a block that decodes to more than its Block_Maximum_Size")
        output.append(literals[start:taken])
        offset = resolve_offset(sequence, state.repeated_offsets)
        if offset > state.window_size:
            raise reader.malformed(f"copies from {offset} bytes back, beyond its Window_Size")
        output.copy(offset, sequence.match_length, reader)
    # "If there are literals left [...] these bytes are added at the end of the block."
    if len(output.data) + len(literals) - taken > end:
        raise reader.malformed("has a block that decodes to more than its Block_Maximum_Size")
    output.append(literals[taken:])


def resolve_offset(sequence: ZstandardSequence, repeated_offsets: list[int]) -> int:
    """The distance that an Offset_Value stands for, which moves to the front of the repeated ones.

    Values above 3 are distances plus 3; 1 to 3 are the repeated offsets (section 3.1.1.5). But
    after no literals, the first of them would only go on with the match before: then 1 and 2 stand
    for the second and third, and 3 for the first less one byte.
    """
    if sequence.offset_value > 3:
        offset = sequence.offset_value - 3
        repeated_offsets.pop()
    else:
        index = sequence.offset_value - (1 if sequence.literals_length else 0)
        if index < 3:
            offset = repeated_offsets.pop(index)
        else:
            offset = repeated_offsets[0] - 1
            repeated_offsets.pop()
    repeated_offsets.insert(0, offset)
    return offset
