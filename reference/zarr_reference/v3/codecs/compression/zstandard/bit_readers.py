"""Reading single bits: forwards, and, as Zstandard mostly does it, backwards.

An entropy encoder ends in the state that its decoder starts from, so a compressor writes a bit
stream forwards and a decompressor reads it backwards, from the last byte to the first.
"""

from zarr_reference.v3.codecs.compression.byte_reader import ByteReader


def _bits(data: bytes, start: int, end: int) -> int:
    """The bits from ``start`` to ``end`` of a little-endian number; those beyond it are zero."""
    whole_bytes = data[start // 8 : (end + 7) // 8]
    return (int.from_bytes(whole_bytes, "little") >> start % 8) & ((1 << end - start) - 1)


class ForwardBitReader:
    """The bits that ``reader`` holds, the lowest of each byte first."""

    def __init__(self, reader: ByteReader) -> None:
        self.data = reader.data[reader.position : reader.end]
        self.position = 0

    def peek(self, count: int) -> int:
        """The next ``count`` bits; beyond the end there are zeros."""
        return _bits(self.data, self.position, self.position + count)

    def read(self, count: int) -> int:
        """The next ``count`` bits, which are then done with."""
        self.position += count
        return _bits(self.data, self.position - count, self.position)

    @property
    def bytes_read(self) -> int:
        """How many bytes have been begun."""
        return -(-self.position // 8)


class BackwardBitReader:
    """All bits that ``reader`` still holds, the highest of the last byte first.

    Above the first bit that counts stands a 1, the final-bit flag, and zeros above that.
    ``remaining`` is how many bits are left; it falls below zero if more are read than there are.
    """

    def __init__(self, reader: ByteReader) -> None:
        self.data = reader.take(reader.remaining)
        if not self.data or self.data[-1] == 0:
            raise reader.malformed("has a bit stream without a final-bit flag")
        self.remaining = 8 * (len(self.data) - 1) + self.data[-1].bit_length() - 1

    def peek(self, count: int) -> int:
        """The next ``count`` bits; beyond the beginning of the stream there are zeros."""
        end = max(self.remaining, 0)
        start = max(end - count, 0)
        return _bits(self.data, start, end) << count - (end - start)

    def read(self, count: int) -> int:
        """The next ``count`` bits, which are then done with."""
        value = self.peek(count)
        self.remaining -= count
        return value
