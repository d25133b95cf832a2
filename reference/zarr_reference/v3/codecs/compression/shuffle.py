"""Shuffling: bytes or bits that belong together are put next to each other, to compress better.

Neighbouring numbers are mostly alike, so their highest bytes often are the same. A shuffle stores
the first bytes of all elements, then the second bytes, and so on; the bit shuffle does so for each
bit. It changes the order only, so undoing it is one transposition.
"""

import numpy as np

# Bits are unpacked to a byte each, so only so many are unpacked at a time.
_COLUMNS_AT_ONCE = 1024


def byte_unshuffle(block: bytes, typesize: int) -> bytes:
    """Undo a byte shuffle over elements of ``typesize`` bytes.

    Bytes after the last whole element were never shuffled.
    """
    count = len(block) // typesize
    planes = np.frombuffer(block, np.uint8, count * typesize).reshape(typesize, count)
    return planes.T.tobytes() + block[count * typesize :]


def bit_unshuffle(block: bytes, typesize: int) -> bytes:
    """Undo a bit shuffle over elements of ``typesize`` bytes.

    In the shuffled block, row ``8 * j + b`` holds bit ``b`` of byte ``j`` of every element, eight
    elements to a byte, the lowest bit first. Bytes after the last whole element were never
    shuffled, and a block in which the number of elements is no multiple of 8 was not shuffled at
    all.
    """
    count = len(block) // typesize
    if count % 8:
        return block
    rows = np.frombuffer(block, np.uint8, count * typesize).reshape(8 * typesize, count // 8)
    pieces = []
    for start in range(0, count // 8, _COLUMNS_AT_ONCE):
        columns = rows[:, start : start + _COLUMNS_AT_ONCE]
        bits = np.unpackbits(columns, axis=1, bitorder="little")  # a column for each element
        pieces.append(np.packbits(bits.T, axis=1, bitorder="little").tobytes())
    return b"".join(pieces) + block[count * typesize :]
