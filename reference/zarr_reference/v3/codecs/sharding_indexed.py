"""The ``sharding_indexed`` codec: many inner chunks, each encoded for itself, in one shard.

https://zarr-specs.readthedocs.io/en/latest/v3/codecs/sharding-indexed/

A shard is the encoded inner chunks in any order, with or without gaps, and an index that says where
each begins and how long it is. The index is itself an array, of type uint64 and with one dimension
more than the shard, and is encoded by codecs of its own.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np

from zarr_reference.errors import InvalidMetadata, LimitExceeded, MalformedChunk, Refusal
from zarr_reference.representation import (
    ArrayType,
    ByteStringType,
    DataType,
    Elements,
    elements_from_bytes,
    elements_to_bytes,
    size_of_items,
)
from zarr_reference.v3.codecs.codec import ArrayToBytesCodec, Configuration
from zarr_reference.v3.codecs.pipeline import CodecPipeline, parse_codecs
from zarr_reference.v3.extensions import expect_members
from zarr_reference.v3.json_documents import parse_lengths, shown

# Where an inner chunk lies in its shard, counted in inner chunks along each dimension.
Position: TypeAlias = tuple[int, ...]

# What the index holds for one inner chunk: where in the shard it begins, and how long it is.
Entry: TypeAlias = tuple[int, int]

EMPTY: Entry = (2**64 - 1, 2**64 - 1)

_UINT64 = DataType("uint64", "uint", item_size=8, component_size=8)


@dataclass(frozen=True)
class ShardingIndexedCodec(ArrayToBytesCodec):
    """Inner chunks of shape ``chunk_shape``, encoded by ``codecs``, and an index of them.

    ``index_location`` is ``"start"`` or ``"end"``.
    """

    name: ClassVar[str] = "sharding_indexed"
    chunk_shape: tuple[int, ...]
    codecs: CodecPipeline
    index_codecs: CodecPipeline
    index_location: str = "end"

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` for a missing, unknown or malformed parameter."""
        expect_members(
            configuration,
            place,
            required={
                "chunk_shape": "codec.sharding_indexed.chunk_shape.required",
                "codecs": "codec.sharding_indexed.codecs.required",
                "index_codecs": "codec.sharding_indexed.index_codecs.required",
            },
            optional=("index_location",),
            unknown="codec.sharding_indexed.no_extra_members",
        )
        chunk_shape = parse_lengths(
            configuration["chunk_shape"],
            f"{place}.chunk_shape",
            "codec.sharding_indexed.chunk_shape.integers",
            minimum=1,
            minimum_requirement="codec.sharding_indexed.chunk_shape.positive",
        )
        return cls(
            chunk_shape,
            parse_codecs(configuration["codecs"], f"{place}.codecs"),
            parse_codecs(configuration["index_codecs"], f"{place}.index_codecs"),
            _parse_index_location(configuration, place),
        )

    def compute_encoded_representation_type(self, decoded: ArrayType, place: str) -> ByteStringType:
        """Bytes of no fixed size; raises ``InvalidMetadata`` if what it holds does not fit."""
        place = f"{place}.configuration"
        self._check_chunk_shape(decoded, f"{place}.chunk_shape")
        self.codecs.encoded_representation_type(self._inner_type(decoded), f"{place}.codecs")
        index = self.index_codecs.encoded_representation_type(
            self._index_type(decoded), f"{place}.index_codecs"
        )
        # "Codecs that produce variable-sized encoded representation [...] MUST NOT be used": with
        # them, nothing would say where the index begins.
        if index.size is None:
            raise InvalidMetadata(
                "codec.sharding_indexed.index_codecs.fixed_size",
                f"{place}.index_codecs",
                "the size of the index depends on its values; use codecs that do not compress",
            )
        return ByteStringType()

    def encode(self, decoded: Elements, decoded_type: ArrayType) -> bytes:
        """The inner chunks in C order without gaps, and the index before or after them.

        An inner chunk is left empty if every element is the fill value, bit for bit. The codec's
        page allows to store it too; left out, it takes no space and reads the same.
        """
        inner_type = self._inner_type(decoded_type)
        end = self._index_size(decoded_type) if self.index_location == "start" else 0
        entries, data = [], []
        for position in self._positions(decoded_type):
            inner_chunk = decoded[self._region(position)]
            if inner_type.is_filled(inner_chunk):
                entries.append(EMPTY)
                continue
            data.append(self.codecs.encode(inner_chunk, inner_type))
            entries.append((end, len(data[-1])))
            end += len(data[-1])
        index = self._encode_index(entries, decoded_type)
        parts = [index, *data] if self.index_location == "start" else [*data, index]
        return b"".join(parts)

    def decode(self, encoded: bytes, decoded_type: ArrayType, limit: int) -> Elements:
        """The inner chunks put together; raises ``MalformedChunk`` for a fault in any of them."""
        decoded, items_size = decoded_type.filled(), 0
        inner_type = self._inner_type(decoded_type)
        entries = self._decode_index(encoded, decoded_type, limit)
        for position, entry in zip(self._positions(decoded_type), entries, strict=True):
            # Empty inner chunks "are interpreted as being filled with the fill value".
            if entry == EMPTY:
                continue
            try:
                data = self._cut_out(encoded, entry, decoded_type)
                inner_chunk = self.codecs.decode(data, inner_type, limit)
            except Refusal as refusal:
                raise refusal.within(f"inner chunk {position}") from refusal
            # Inner chunks may share their bytes, so that a short shard has long elements.
            items_size += size_of_items(inner_chunk)
            if items_size > limit:
                raise LimitExceeded.of("inner chunks", items_size, limit)
            decoded[self._region(position)] = inner_chunk
        return decoded

    def _check_chunk_shape(self, shard: ArrayType, place: str) -> None:
        """The shard is what enters this codec: after ``transpose``, the transposed chunk."""
        inner_shape, shard_shape = list(self.chunk_shape), list(shard.shape)
        if len(inner_shape) != len(shard_shape):
            raise InvalidMetadata(
                "codec.sharding_indexed.chunk_shape.rank",
                place,
                f"{inner_shape} needs as many dimensions as the shard shape {shard_shape}",
            )
        if any(outer % inner for outer, inner in zip(shard_shape, inner_shape, strict=True)):
            raise InvalidMetadata(
                "codec.sharding_indexed.chunk_shape.divides",
                place,
                f"{inner_shape} does not divide the shard shape {shard_shape} evenly",
            )

    def _inner_type(self, shard: ArrayType) -> ArrayType:
        """The type of an inner chunk: full size even where the shard reaches beyond the array."""
        return replace(shard, shape=self.chunk_shape)

    def _chunks_per_shard(self, shard: ArrayType) -> tuple[int, ...]:
        lengths = zip(shard.shape, self.chunk_shape, strict=True)
        return tuple(outer // inner for outer, inner in lengths)

    def _positions(self, shard: ArrayType) -> Iterator[Position]:
        """The positions of all inner chunks in C order, the order of the index."""
        return itertools.product(*map(range, self._chunks_per_shard(shard)))

    def _region(self, position: Position) -> tuple[Any, ...]:
        """The part of the shard that an inner chunk covers, as an index of a NumPy array."""
        lengths = zip(position, self.chunk_shape, strict=True)
        slices = tuple(slice(i * length, (i + 1) * length) for i, length in lengths)
        return (*slices, ...)  # the ellipsis keeps an array without dimensions an array

    def _index_type(self, shard: ArrayType) -> ArrayType:
        """Offset and nbytes of each inner chunk: chunks per shard, and a dimension of size 2."""
        return ArrayType((*self._chunks_per_shard(shard), 2), _UINT64, fill_value=b"\xff" * 8)

    def _index_size(self, shard: ArrayType) -> int:
        """The bytes of the encoded index."""
        size = self.index_codecs.encoded_representation_type(self._index_type(shard)).size
        return size or 0  # None was refused with the metadata

    def _index_bounds(self, encoded: bytes, shard: ArrayType) -> tuple[int, int]:
        """The place of the index's first byte in the shard, and that of the byte after it."""
        size = self._index_size(shard)
        return (0, size) if self.index_location == "start" else (len(encoded) - size, len(encoded))

    def _encode_index(self, entries: list[Entry], shard: ArrayType) -> bytes:
        index_type = self._index_type(shard)
        index = elements_from_bytes(np.array(entries, dtype="<u8").tobytes(), index_type)
        return self.index_codecs.encode(index, index_type)

    def _decode_index(self, encoded: bytes, shard: ArrayType, limit: int) -> list[Entry]:
        """The entry of each inner chunk in C order."""
        start, end = self._index_bounds(encoded, shard)
        if start < 0 or end > len(encoded):
            raise MalformedChunk(
                "codec.sharding_indexed.too_short",
                f"byte {len(encoded)}",
                f"the shard has {len(encoded)} bytes, its index alone takes {end - start}",
            )
        try:
            index = self.index_codecs.decode(encoded[start:end], self._index_type(shard), limit)
        except Refusal as refusal:
            raise refusal.within("shard index") from refusal
        values = np.frombuffer(elements_to_bytes(index), dtype="<u8").reshape(-1, 2)
        return [(offset, nbytes) for offset, nbytes in values.tolist()]

    def _cut_out(self, encoded: bytes, entry: Entry, shard: ArrayType) -> bytes:
        """The bytes of an inner chunk. ``offset`` counts from the first byte of the shard, also
        where the index stands there.
        """
        offset, nbytes = entry
        index_start, index_end = self._index_bounds(encoded, shard)
        if EMPTY[0] in entry:
            requirement = "codec.sharding_indexed.empty.half_marker"
            sentence = "only one of offset and nbytes is 2^64-1; an empty inner chunk has both"
        elif nbytes == 0:
            requirement = "codec.sharding_indexed.empty.nbytes_zero"
            sentence = (
                "nbytes is 0, but no inner chunk is encoded in no bytes, and none is empty so"
            )
        elif offset + nbytes > len(encoded):
            requirement = "codec.sharding_indexed.data.out_of_range"
            sentence = f"it would end at byte {offset + nbytes} of a shard of {len(encoded)}"
        elif offset < index_end and offset + nbytes > index_start:
            requirement = "codec.sharding_indexed.data.points_into_index"
            sentence = f"it would overlap the index, bytes {index_start} to {index_end}"
        else:
            return encoded[offset : offset + nbytes]
        raise MalformedChunk(requirement, f"index entry ({offset}, {nbytes})", sentence)


def _parse_index_location(configuration: Configuration, place: str) -> str:
    # "If the parameter is not present, the value defaults to ``end``."
    location = configuration.get("index_location", "end")
    if location not in ("start", "end"):
        raise InvalidMetadata(
            "codec.sharding_indexed.index_location.values",
            f"{place}.index_location",
            f'this must be "start" or "end", not {shown(location)}',
        )
    return str(location)
