"""Huffman coding in Zstandard (RFC 8878, section 4.2): each byte a code of 1 to 11 bits.

The tree is described by a weight for each byte value: 0 if it does not occur, otherwise the more,
the shorter its code. A weight of one more doubles the share of all codes that the value gets.
"""

from dataclasses import dataclass

from zarr_reference.v3.codecs.compression.byte_reader import ByteReader
from zarr_reference.v3.codecs.compression.zstandard.bit_readers import BackwardBitReader
from zarr_reference.v3.codecs.compression.zstandard.fse import FseState
from zarr_reference.v3.codecs.compression.zstandard.fse import read_table as read_fse_table

LONGEST_CODE = 11
MOST_WEIGHTS = 255  # one less than there are byte values: the last weight is never written

MAXIMUM_ACCURACY_LOG = 6


@dataclass(frozen=True)
class HuffmanTable:
    """For every ``max_number_of_bits`` bits that can come next: the byte, and its code's length."""

    max_number_of_bits: int
    cells: tuple[tuple[int, int], ...]

    def decode_stream(self, reader: ByteReader, size: int) -> bytes:
        """The ``size`` bytes of a Huffman-coded stream (section 4.2.2)."""
        bits = BackwardBitReader(reader)
        decoded = bytearray(size)
        for i in range(size):
            decoded[i], length = self.cells[bits.peek(self.max_number_of_bits)]
            bits.remaining -= length
        if bits.remaining != 0:
            raise reader.malformed("has a Huffman stream that is not consumed exactly")
        return bytes(decoded)


def read_table(reader: ByteReader) -> HuffmanTable:
    """The table that a Huffman tree description stands for (section 4.2.1)."""
    header = reader.uint(1)
    if header < 128:
        weights = _read_compressed_weights(reader.part(header))
    else:
        weights = _read_direct_weights(reader, header - 127)
    return _build_table(reader, weights)


def _read_direct_weights(reader: ByteReader, count: int) -> list[int]:
    """Two weights to a byte, the first one in its upper half."""
    weights = []
    for byte in reader.take(-(-count // 2)):
        weights += [byte >> 4, byte & 0xF]
    return weights[:count]


def _read_compressed_weights(reader: ByteReader) -> list[int]:
    """Weights in FSE, with two states that take turns (section 4.2.1.2).

    Their number is written nowhere: it is complete when there are not enough bits to go on.
    """
    table = read_fse_table(reader, MAXIMUM_ACCURACY_LOG, MOST_WEIGHTS)
    bits = BackwardBitReader(reader)
    state, other_state = FseState(table, bits), FseState(table, bits)
    if bits.remaining < 0:
        raise reader.malformed("has Huffman weights of too few bits")
    weights: list[int] = []
    while bits.remaining >= 0:
        weights.append(state.symbol)
        state.advance()
        state, other_state = other_state, state
        if len(weights) >= MOST_WEIGHTS:
            raise reader.malformed(f"has more than {MOST_WEIGHTS} Huffman weights")
    return [*weights, state.symbol]


def _build_table(reader: ByteReader, weights: list[int]) -> HuffmanTable:
    """Codes given out from the lowest weight to the highest (section 4.2.1.3)."""
    total = sum(1 << weight - 1 for weight in weights if weight)
    # The last weight is the one that makes the sum a power of two, the next one above.
    max_number_of_bits = total.bit_length()
    missing = (1 << max_number_of_bits) - total
    if max_number_of_bits > LONGEST_CODE or not total or missing & missing - 1:
        raise reader.malformed("has Huffman weights that make no tree")
    weights = [*weights, missing.bit_length()]
    if 1 not in weights:
        raise reader.malformed("has Huffman weights of which none is 1")
    cells = []
    for weight in range(1, max_number_of_bits + 1):
        cell_count, length = 1 << weight - 1, max_number_of_bits + 1 - weight
        for byte in (byte for byte, its_weight in enumerate(weights) if its_weight == weight):
            cells += [(byte, length)] * cell_count
    return HuffmanTable(max_number_of_bits, tuple(cells))
