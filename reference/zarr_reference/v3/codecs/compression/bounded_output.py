"""The bytes that a decoder has produced so far, which can never outgrow what is allowed.

A few bytes of compressed data can stand for gigabytes, so every decoder writes through this class:
it checks each piece before it takes memory for it.
"""

from zarr_reference.errors import LimitExceeded, MalformedChunk
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader


class BoundedOutput:
    """Decoded bytes: at most ``expected`` where the size is known beforehand, and ``limit`` always.

    ``requirement`` is what data breaks that decodes to more than ``expected`` bytes. ``start`` is
    where the stream that is being decoded begins: no copy reaches back beyond it.
    """

    def __init__(
        self,
        limit: int,
        expected: int | None = None,
        requirement: str = "codec.decode.length_mismatch",
    ) -> None:
        if expected is not None and expected > limit:
            raise LimitExceeded.of("decoded bytes", expected, limit)
        self.limit = limit
        self.expected = expected
        self.requirement = requirement
        self.data = bytearray()
        self.start = 0

    @property
    def room(self) -> int:
        """How many more bytes are allowed."""
        return (self.limit if self.expected is None else self.expected) - len(self.data)

    def check_room(self, size: int) -> None:
        """Refuse unless ``size`` more bytes are allowed."""
        if size <= self.room:
            return
        total = len(self.data) + size
        if self.expected is None:
            raise LimitExceeded.of("decoded bytes", total, self.limit)
        raise MalformedChunk(
            self.requirement,
            f"decoded byte {self.expected}",
            f"the data decodes to {total} bytes or more, {self.expected} are due",
        )

    def append(self, piece: bytes) -> None:
        """Add ``piece``."""
        self.check_room(len(piece))
        self.data += piece

    def append_repeated(self, byte: bytes, count: int) -> None:
        """Add the one byte ``byte``, ``count`` times."""
        self.check_room(count)
        self.data += byte * count

    def copy(self, distance: int, length: int, reader: ByteReader) -> None:
        """Repeat ``length`` bytes from ``distance`` bytes back, as ``reader`` has just demanded.

        This is the one operation of every Lempel-Ziv format. The source may run into the bytes
        being written: distance 1 and length 5 repeat the last byte five times.
        """
        source = len(self.data) - distance
        if distance <= 0 or source < self.start:
            raise reader.malformed(f"copies from {distance} bytes back, where nothing is")
        self.check_room(length)
        pattern = self.data[source : source + length]
        repeats, rest = divmod(length, len(pattern))
        self.data += pattern * repeats + pattern[:rest]
