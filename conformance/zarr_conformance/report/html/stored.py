"""The store of a case as a page shows it: text, annotated bytes, and shards drawn as strips."""

from collections.abc import Iterator
from dataclasses import dataclass

from zarr_conformance.visible import visible
from zarr_fixtures.case import Case
from zarr_fixtures.hexdump import Field, Line, lines
from zarr_fixtures.shard_map import Part, ShardMap
from zarr_fixtures.show import stored_chunk, text_lines

MOST = 8192  # bytes of one value that are shown

# How a field is coloured, by a word in what it is.
KINDS = {
    "index entry": "index",
    "index": "index",
    "crc32c": "checksum",
    "header": "header",
    "trailer": "checksum",
    "Magic_Number": "header",
    "Frame_Header": "header",
    "bstarts": "header",
    "CRC32": "checksum",
    "ADLER32": "checksum",
    "number of elements": "header",
}


@dataclass(frozen=True)
class Row:
    """A line of a dump; ``id`` is its anchor, ``kind`` how it is coloured, ``tone`` 0 or 1.

    Fields beside each other that are of one kind alternate in tone, so that both are seen.
    """

    id: str
    line: Line
    kind: str
    tone: int


@dataclass(frozen=True)
class Stretch:
    """A part of a strip: where it stands in per cent, the lane, and the dump's line, if any."""

    part: Part
    left: float
    width: float
    lane: int
    target: str

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return self.part.stop - self.part.start


@dataclass(frozen=True)
class Strip:
    """A shard, drawn from its first byte to its last."""

    shard: ShardMap
    stretches: tuple[Stretch, ...]

    @property
    def lanes(self) -> int:
        """How many lanes there must be for parts that overlap."""
        return 1 + max((each.lane for each in self.stretches), default=0)


@dataclass(frozen=True)
class Value:
    """The value of a key: ``text`` or, of bytes, the dump and the shards in it."""

    key: str
    size: int
    form: str
    text: str
    rows: tuple[Row, ...]
    strips: tuple[Strip, ...]
    omitted: int


def stored_values(case: Case, prefix: str = "k") -> Iterator[Value]:
    """The values of a case's store, in its order. Anchors in the page begin with ``prefix``."""
    for number, (key, value) in enumerate(case.store.items()):
        data, form = value.to_bytes(), value.form
        if form != "hex":
            text = "\n".join(map(visible, text_lines(value)))
            yield Value(visible(key), len(data), form, text, (), (), 0)
            continue
        chunk = stored_chunk(case, key)
        fields, shards = (chunk.fields, chunk.shards) if chunk else ([], [])
        rows = tuple(_rows(f"{prefix}{number}", data[:MOST], fields))
        targets = {row.line.offset: row.id for row in rows}
        strips = tuple(_strip(shard, targets) for shard in shards if shard.stop > shard.start)
        yield Value(visible(key), len(data), form, "", rows, strips, max(0, len(data) - MOST))


def dump_rows(data: bytes, name: str) -> tuple[Row, ...]:
    """The lines of bytes that have no names."""
    return tuple(_rows(name, data[:MOST], []))


def _rows(name: str, data: bytes, fields: list[Field]) -> Iterator[Row]:
    tone, previous = 0, None
    for line in lines(data, fields):
        if line.field is not previous:
            tone, previous = 1 - tone, line.field
        yield Row(f"{name}-{line.offset}", line, _kind(line.field), tone)


def _kind(field: Field | None) -> str:
    if field is None:
        return "unnamed"
    found = (kind for word, kind in KINDS.items() if word in field.meaning)
    return next(found, "elements")


def _strip(shard: ShardMap, targets: dict[int, str]) -> Strip:
    ends: list[int] = []  # where the last part of each lane ends
    stretches = []
    for part in shard.parts:
        free = (lane for lane, end in enumerate(ends) if end <= part.start)
        lane = next(free, len(ends))
        ends[lane : lane + 1] = [part.stop]
        size = shard.stop - shard.start
        left = 100 * (part.start - shard.start) / size
        width = 100 * (part.stop - part.start) / size
        target = targets.get(part.start, "")
        stretches.append(Stretch(part, round(left, 3), round(width, 3), lane, target))
    return Strip(shard, tuple(stretches))
