"""Arrays: elements are read from chunks, and written into them.

This puts the chapters together, for Zarr v3 and v2 alike: the grid says which chunks hold a
region, the chunk key encoding where they are stored, and the codecs what their bytes mean.

https://zarr-specs.readthedocs.io/en/latest/v3/core/#storage
"""

import math
import sys
from dataclasses import dataclass
from types import EllipsisType

from zarr_reference.errors import InvalidRequest, LimitExceeded, Refusal
from zarr_reference.representation import ArrayType, Elements, size_of_items
from zarr_reference.stores import Store
from zarr_reference.v3.chunk_grids import Index
from zarr_reference.v3.metadata import ArrayMetadata
from zarr_reference.v3.node_names import key_prefix

DEFAULT_LIMIT = 2**30


@dataclass(frozen=True)
class Array:
    """An array in a store.

    No value that is read or written, be it a region, a chunk, or what a codec makes of one, takes
    more than ``limit`` bytes. An array does not change: after its metadata was written anew, open
    it again.
    """

    store: Store
    path: str
    metadata: ArrayMetadata
    limit: int = DEFAULT_LIMIT

    def read(self) -> Elements:
        """All elements, in the shape of the array. Raises as ``read_region`` does."""
        shape = self.metadata.shape
        return self.read_region((0,) * len(shape), shape)

    def read_region(self, start: Index, stop: Index) -> Elements:
        """The elements from ``start`` up to, not including, ``stop``, a coordinate per dimension.

        Raises ``InvalidRequest`` if the region is not within the array, ``MalformedChunk`` if what
        is stored is no chunk of this array, and ``LimitExceeded``; elements of any length count
        together.
        """
        self._check_region(start, stop)
        region_type = self.metadata.array_type(_subtract(stop, start))
        self._check_size(region_type, "region")
        # core.metadata.array.fill_value.semantics: "an element value to use for uninitialised
        # portions of the Zarr array".
        region = region_type.filled()
        if region.size == 0:
            return region
        # Each of these chunks holds an element of the region, so the limit bounds their number.
        items_size = 0
        for index in self.metadata.chunk_grid.chunks_in(start, stop):
            chunk = self._read_chunk(index)
            if chunk is not None:
                # grid.regular.border_garbage_ignored: the overlap ends where the array does.
                first, last = self._overlap(index, start, stop)
                origin = self.metadata.chunk_grid.chunk_origin(index)
                part = chunk[_slices(first, last, origin)]
                items_size += size_of_items(part)
                if items_size > self.limit:
                    raise LimitExceeded.of(f"array {self.path}, region", items_size, self.limit)
                region[_slices(first, last, start)] = part
        return region

    def write_region(self, start: Index, elements: Elements) -> frozenset[str]:
        """Stores ``elements`` from the coordinates ``start`` on; returns the keys set.

        Chunks are written one after the other: if one is refused, those before it are written.
        Raises as ``read_region`` does, since of a chunk that is written in part the rest is read.
        """
        self._check_elements(elements, len(start))
        stop = _add(start, elements.shape)
        self._check_region(start, stop)
        if elements.size == 0:
            return frozenset()
        keys = set()
        for index in self.metadata.chunk_grid.chunks_in(start, stop):
            chunk = self._merge(index, start, stop, elements)
            # codec.encode.final_bytes_stored
            key = self._chunk_key(index)
            self.store.set(key, self.metadata.codecs.encode(chunk, self.metadata.chunk_type(index)))
            keys.add(key)
        return frozenset(keys)

    def place_of_appended(self, axis: int, elements: Elements) -> tuple[Index, Index]:
        """Where elements start that are put to the end of dimension ``axis``, and the shape then.

        Raises ``InvalidRequest`` if there is no such dimension, or if the elements do not fit: in
        every other dimension they must be as long as the array.
        """
        shape = self.metadata.shape
        self._check_elements(elements, len(shape))
        lengths = zip(shape, elements.shape, strict=True)
        fits = [dim == axis or old == new for dim, (old, new) in enumerate(lengths)]
        if not 0 <= axis < len(shape) or not all(fits):
            sentence = (
                f"elements of the shape {list(elements.shape)} cannot be put to the end of "
                f"dimension {axis} of the shape {list(shape)}"
            )
            raise InvalidRequest("request", f"array {self.path}", sentence)
        start = tuple(length if dim == axis else 0 for dim, length in enumerate(shape))
        return start, _add(start, elements.shape)

    def _merge(self, index: Index, start: Index, stop: Index, elements: Elements) -> Elements:
        """The chunk at ``index`` with those ``elements`` of the region that it holds in it."""
        # grid.regular.border_fill: "it is recommended to use the current fill value for elements
        # outside the bounds of the array".
        chunk_type = self.metadata.chunk_type(index)
        self._check_size(chunk_type, f"chunk {self._chunk_key(index)}")
        chunk = chunk_type.filled()
        origin = self.metadata.chunk_grid.chunk_origin(index)
        within_region = self._overlap(index, start, stop)
        within_array = self._overlap(index, (0,) * len(start), self.metadata.shape)
        # A chunk that is overwritten as a whole need not be readable.
        stored = None if within_region == within_array else self._read_chunk(index)
        if stored is not None:
            chunk[_slices(*within_array, origin)] = stored[_slices(*within_array, origin)]
        chunk[_slices(*within_region, origin)] = elements[_slices(*within_region, start)]
        return chunk

    def _read_chunk(self, index: Index) -> Elements | None:
        """The chunk at ``index``, or None if it is not stored."""
        key = self._chunk_key(index)
        data = self.store.get(key)
        # storage.chunk.missing_ok
        if data is None:
            return None
        try:
            return self.metadata.codecs.decode(data, self.metadata.chunk_type(index), self.limit)
        except Refusal as refusal:
            raise refusal.within(f"chunk {key}") from refusal

    def _chunk_key(self, index: Index) -> str:
        # grid.regular.keys_by_encoding
        chunk_key = self.metadata.chunk_key_encoding.encode_chunk_key(index)
        return key_prefix(self.path) + chunk_key

    def _overlap(self, index: Index, start: Index, stop: Index) -> tuple[Index, Index]:
        """The part of a region that is in the chunk at ``index``, in coordinates of the array."""
        grid = self.metadata.chunk_grid
        origin = grid.chunk_origin(index)
        end = _add(origin, grid.chunk_shape(index))
        return tuple(map(max, origin, start)), tuple(map(min, end, stop))

    def _check_elements(self, elements: Elements, rank: int) -> None:
        dtype = self.metadata.data_type.dtype
        if elements.dtype != dtype or elements.ndim != rank:
            raise InvalidRequest(
                "request",
                f"array {self.path}",
                f"elements of dtype {elements.dtype} in {elements.ndim} dimensions are given, "
                f"but {dtype} in {rank}, as there are coordinates, are needed",
            )

    def _check_region(self, start: Index, stop: Index) -> None:
        shape = self.metadata.shape
        if not len(start) == len(stop) == len(shape) or not all(
            0 <= first <= last <= length
            for first, last, length in zip(start, stop, shape, strict=True)
        ):
            raise InvalidRequest(
                "request",
                f"array {self.path}",
                f"the region from {list(start)} to {list(stop)} is not within the shape "
                f"{list(shape)}",
            )

    def _check_size(self, array_type: ArrayType, what: str) -> None:
        place = f"array {self.path}, {what}"
        if array_type.byte_size > self.limit:
            raise LimitExceeded.of(place, array_type.byte_size, self.limit)
        # NumPy multiplies the lengths other than 0 even if the product is 0 in the end.
        lengths = (max(length, 1) for length in array_type.shape)
        extent = math.prod(lengths) * array_type.data_type.item_size
        if extent > sys.maxsize:
            raise LimitExceeded.of(place, extent, sys.maxsize)


def _add(left: Index, right: Index) -> Index:
    return tuple(a + b for a, b in zip(left, right, strict=True))


def _subtract(left: Index, right: Index) -> Index:
    return tuple(a - b for a, b in zip(left, right, strict=True))


def _slices(first: Index, last: Index, origin: Index) -> tuple[slice | EllipsisType, ...]:
    """What selects a part, given in coordinates of the array, from elements that start at origin.

    The ellipsis makes it a view even if there are no dimensions.
    """
    slices = map(slice, _subtract(first, origin), _subtract(last, origin))
    return (*slices, ...)
