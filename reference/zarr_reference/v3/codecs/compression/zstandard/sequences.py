"""The sequences section of a compressed block (RFC 8878, section 3.1.1.3.2).

A sequence says: take so many literals, then repeat so many bytes from so far back. Its three
numbers are each a code in FSE and some extra bits, all in one bit stream.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from zarr_reference.v3.codecs.compression.byte_reader import ByteReader
from zarr_reference.v3.codecs.compression.zstandard.bit_readers import BackwardBitReader
from zarr_reference.v3.codecs.compression.zstandard.fse import (
    FseState,
    FseTable,
    build_table,
    read_table,
    single_symbol_table,
)


class ZstandardSequence(NamedTuple):
    """One sequence. ``offset_value`` is not yet a distance: 1 to 3 stand for earlier offsets."""

    literals_length: int
    offset_value: int
    match_length: int


class Code(NamedTuple):
    """What a code stands for: ``baseline`` plus a number of ``number_of_bits`` extra bits."""

    baseline: int
    number_of_bits: int


def _codes(baseline: int, widths: Sequence[int]) -> tuple[Code, ...]:
    """The codes from ``baseline`` on without a gap, with so many extra bits each."""
    codes = []
    for width in widths:
        codes.append(Code(baseline, width))
        baseline += 1 << width
    return tuple(codes)


# Section 3.1.1.3.2.1.1.
LITERALS_LENGTH_CODES = _codes(
    0, [0] * 16 + [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
)
MATCH_LENGTH_CODES = _codes(
    3, [0] * 32 + [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
)
OFFSET_CODES = _codes(1, range(32))


@dataclass(frozen=True)
class Kind:
    """One of the three numbers of a sequence: its codes, and the table of Predefined_Mode."""

    codes: tuple[Code, ...]
    maximum_accuracy_log: int
    predefined_table: FseTable

    def read_table(self, reader: ByteReader, mode: int, previous: FseTable | None) -> FseTable:
        """The table for a Compression_Mode (section 3.1.1.3.2.1)."""
        maximum_symbol = len(self.codes) - 1
        match mode:
            case 0:  # Predefined_Mode
                return self.predefined_table
            case 1:  # RLE_Mode
                symbol = reader.uint(1)
                if symbol > maximum_symbol:
                    raise reader.malformed(f"repeats a code {symbol}, which does not exist")
                return single_symbol_table(symbol)
            case 2:  # FSE_Compressed_Mode
                return read_table(reader, self.maximum_accuracy_log, maximum_symbol)
        if previous is None:  # Repeat_Mode
            raise reader.malformed("repeats an FSE table before there is any")
        return previous


# The distributions of section 3.1.1.3.2.2; -1 is "less than 1".
LITERALS_LENGTH = Kind(
    LITERALS_LENGTH_CODES,
    maximum_accuracy_log=9,
    predefined_table=build_table(
        [4, 3] + [2] * 11 + [1] * 3 + [2] * 9 + [3, 2] + [1] * 5 + [-1] * 4, accuracy_log=6
    ),
)
OFFSET = Kind(
    OFFSET_CODES,
    maximum_accuracy_log=8,
    predefined_table=build_table([1] * 6 + [2] * 3 + [1] * 15 + [-1] * 5, accuracy_log=5),
)
MATCH_LENGTH = Kind(
    MATCH_LENGTH_CODES,
    maximum_accuracy_log=9,
    predefined_table=build_table([1, 4, 3] + [2] * 6 + [1] * 37 + [-1] * 7, accuracy_log=6),
)


@dataclass
class SequenceTables:
    """The tables last used in a frame, for blocks that use them again."""

    literals_length: FseTable | None = None
    offset: FseTable | None = None
    match_length: FseTable | None = None


def decode_sequences(reader: ByteReader, tables: SequenceTables) -> Iterator[ZstandardSequence]:
    """The sequences of a block; ``reader`` holds the section and nothing else."""
    count = _read_number_of_sequences(reader)
    if count == 0:
        if reader.remaining:
            raise reader.malformed("has bytes after a section of no sequences")
        return
    modes = reader.uint(1)
    if modes & 0b11:
        raise reader.malformed("sets reserved bits in its compression modes")
    tables.literals_length = LITERALS_LENGTH.read_table(reader, modes >> 6, tables.literals_length)
    tables.offset = OFFSET.read_table(reader, modes >> 4 & 0b11, tables.offset)
    tables.match_length = MATCH_LENGTH.read_table(reader, modes >> 2 & 0b11, tables.match_length)
    bits = BackwardBitReader(reader)
    literals_length = FseState(tables.literals_length, bits)
    offset = FseState(tables.offset, bits)
    match_length = FseState(tables.match_length, bits)
    for i in range(count):
        if i:
            literals_length.advance()
            match_length.advance()
            offset.advance()
        offset_value = _read_number(OFFSET_CODES[offset.symbol], bits)
        match = _read_number(MATCH_LENGTH_CODES[match_length.symbol], bits)
        literals = _read_number(LITERALS_LENGTH_CODES[literals_length.symbol], bits)
        if bits.remaining < 0:
            raise reader.malformed("ends within its sequences")
        yield ZstandardSequence(literals, offset_value, match)
    if bits.remaining:
        raise reader.malformed(f"has {bits.remaining} bits after its last sequence")


def _read_number_of_sequences(reader: ByteReader) -> int:
    """One, two or three bytes, as the first one says."""
    byte = reader.uint(1)
    if byte < 128:
        return byte
    if byte < 255:
        return (byte - 128 << 8) + reader.uint(1)
    return 0x7F00 + reader.uint(2)


def _read_number(code: Code, bits: BackwardBitReader) -> int:
    return code.baseline + bits.read(code.number_of_bits)
