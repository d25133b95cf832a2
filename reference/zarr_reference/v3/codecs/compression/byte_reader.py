"""Reading a byte string from front to back without ever reading past its end."""

from zarr_reference.errors import MalformedChunk


class ByteReader:
    """The bytes ``data[position:end]``, and how much of them has been read.

    ``requirement`` is the requirement that data ending too early breaks, and ``what`` names the
    format, for messages.
    """

    def __init__(
        self, data: bytes, requirement: str, what: str, position: int = 0, end: int | None = None
    ) -> None:
        self.data = data
        self.requirement = requirement
        self.what = what
        self.position = position
        self.end = len(data) if end is None else end

    @property
    def remaining(self) -> int:
        """How many bytes are still to be read."""
        return self.end - self.position

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes; raises ``MalformedChunk`` if there are fewer."""
        if size > self.remaining:
            raise self.malformed(f"ends here, where {size} more bytes should follow")
        self.position += size
        return self.data[self.position - size : self.position]

    def take_at_most(self, size: int) -> bytes:
        """The next ``size`` bytes, or all that remain."""
        return self.take(min(size, self.remaining))

    def uint(self, size: int) -> int:
        """The next ``size`` bytes as an unsigned little-endian integer."""
        return int.from_bytes(self.take(size), "little")

    def part(self, size: int) -> "ByteReader":
        """A reader of the next ``size`` bytes alone; this reader goes on after them."""
        start = self.position
        self.take(size)
        return ByteReader(self.data, self.requirement, self.what, start, self.position)

    def malformed(self, sentence: str, requirement: str | None = None) -> MalformedChunk:
        """A refusal at the present position; ``sentence`` says what the data does wrong."""
        place = f"byte {self.position}"
        return MalformedChunk(requirement or self.requirement, place, f"the {self.what} {sentence}")
