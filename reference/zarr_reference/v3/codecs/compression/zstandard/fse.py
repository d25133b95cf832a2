"""Finite State Entropy (RFC 8878, section 4.1): symbols of which likely ones take less than a bit.

A decoder is always in one state out of a power of two. The state says which symbol comes next, and
how many bits to read to get to the next state. A likely symbol has many states, so that few bits
are needed to single out one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from zarr_reference.v3.codecs.compression.byte_reader import ByteReader
from zarr_reference.v3.codecs.compression.zstandard.bit_readers import (
    BackwardBitReader,
    ForwardBitReader,
)

# The probability of a symbol that is expected less than once in as many symbols as there are
# states.
LESS_THAN_1 = -1


@dataclass(frozen=True)
class Cell:
    """What one state means: a symbol, and the next state, ``baseline`` plus so many bits."""

    symbol: int
    number_of_bits: int
    baseline: int


@dataclass(frozen=True)
class FseTable:
    """A decoding table: one cell for each of the ``2**accuracy_log`` states."""

    accuracy_log: int
    cells: tuple[Cell, ...]


class FseState:
    """A decoder's way through the states of ``table``, as the bits of ``bits`` lead it."""

    def __init__(self, table: FseTable, bits: BackwardBitReader) -> None:
        self.table = table
        self.bits = bits
        self.cell = table.cells[bits.read(table.accuracy_log)]

    @property
    def symbol(self) -> int:
        """The symbol that this state stands for."""
        return self.cell.symbol

    def advance(self) -> None:
        """Go to the next state."""
        step = self.bits.read(self.cell.number_of_bits)
        self.cell = self.table.cells[self.cell.baseline + step]


def single_symbol_table(symbol: int) -> FseTable:
    """The table of RLE_Mode: one state, which no bits are needed for."""
    return FseTable(0, (Cell(symbol, 0, 0),))


def read_table(reader: ByteReader, maximum_accuracy_log: int, maximum_symbol: int) -> FseTable:
    """The table that a table description stands for (section 4.1.1), which is read forwards."""
    bits = ForwardBitReader(reader)
    accuracy_log = bits.read(4) + 5
    if accuracy_log > maximum_accuracy_log:
        raise reader.malformed(f"has an FSE table with an Accuracy_Log of {accuracy_log}")
    probabilities = _read_probabilities(reader, bits, 1 << accuracy_log, maximum_symbol)
    # "There must be two or more symbols with nonzero probability."
    if len(probabilities) - probabilities.count(0) < 2:
        raise reader.malformed("has an FSE table of a single symbol")
    reader.take(bits.bytes_read)
    return build_table(probabilities, accuracy_log)


def _read_probabilities(
    reader: ByteReader, bits: ForwardBitReader, points: int, maximum_symbol: int
) -> list[int]:
    """The probability of each symbol: ``points`` are given away among them."""
    probabilities: list[int] = []
    while points > 0:
        probability = _read_value(bits, points + 1) - 1
        points -= abs(probability)  # "less than 1" counts as one point
        probabilities.append(probability)
        # After a zero, two bits say how many zeros follow; if it is 3, there are two more bits.
        repeats = 3 if probability == 0 else 0
        while repeats == 3:
            repeats = bits.read(2)
            probabilities.extend([0] * repeats)
        if len(probabilities) > maximum_symbol + 1:
            raise reader.malformed(f"has an FSE table of symbols beyond {maximum_symbol}")
    return probabilities


def _read_value(bits: ForwardBitReader, largest: int) -> int:
    """A number from 0 to ``largest``, of which the smallest ones take one bit less.

    With 8 bits for numbers up to 157, 98 bit patterns would be left over. So the numbers up to 97
    get two patterns each, which differ in the highest bit only, and that bit need not be read.
    """
    size = largest.bit_length()
    left_over = (1 << size) - 1 - largest
    if bits.peek(size - 1) < left_over:
        return bits.read(size - 1)
    value = bits.read(size)
    return value - left_over if value >> size - 1 else value


def build_table(probabilities: Sequence[int], accuracy_log: int) -> FseTable:
    """The decoding table of symbols with these probabilities, which add up to its size."""
    size = 1 << accuracy_log
    # The states of a symbol with probability p are numbered from p to 2 * p - 1, in rising order.
    # Shifted left until it reaches the size of the table, such a number is where the next states
    # begin: they cover all states exactly once.
    next_numbers = [abs(probability) for probability in probabilities]
    cells = []
    for symbol in _spread_symbols(probabilities, size):
        number = next_numbers[symbol]
        next_numbers[symbol] += 1
        number_of_bits = accuracy_log + 1 - number.bit_length()
        cells.append(Cell(symbol, number_of_bits, (number << number_of_bits) - size))
    return FseTable(accuracy_log, tuple(cells))


def _spread_symbols(probabilities: Sequence[int], size: int) -> list[int]:
    """The symbol of each state: spread out, so that those of one symbol are never together."""
    symbols = [0] * size
    free = size
    for symbol, probability in enumerate(probabilities):
        if probability == LESS_THAN_1:
            free -= 1
            symbols[free] = symbol
    position = 0
    step = (size >> 1) + (size >> 3) + 3
    for symbol, probability in enumerate(probabilities):
        for _ in range(probability):  # none, if the probability is "less than 1"
            symbols[position] = symbol
            position = (position + step) % size
            while position >= free:
                position = (position + step) % size
    return symbols
