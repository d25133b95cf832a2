"""The chapter "Chunk grids": how an array is divided into chunks.

https://zarr-specs.readthedocs.io/en/latest/v3/core/#chunk-grids
https://zarr-specs.readthedocs.io/en/latest/v3/chunk-grids/regular-grid/
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from zarr_reference.errors import InvalidMetadata, UnknownExtension
from zarr_reference.v3.extensions import expect_members, parse_extension
from zarr_reference.v3.json_documents import parse_lengths, shown

Index = tuple[int, ...]


@dataclass(frozen=True)
class RegularGrid:
    """A grid in which all chunks have the same shape.

    All lengths and coordinates are in elements, one for each dimension; a chunk index counts
    chunks.
    """

    # grid.regular.border_full_size: "Chunks at the border of an array always have the full chunk
    # size, even when the array only covers parts of it."
    chunk_shape: Index

    def grid_shape(self, array_shape: Index) -> Index:
        """How many chunks there are along each dimension."""
        # grid.regular.grid_shape: "(ceil(z / dz), ceil(y / dy), ceil(x / dx), ...)". Where lengths
        # do not divide, the grid overhangs the array (grid.regular.overhang). Written without a
        # division that would round: lengths can be beyond 2**53.
        return tuple(
            -(-length // chunk) for length, chunk in zip(array_shape, self.chunk_shape, strict=True)
        )

    def chunk_origin(self, index: Index) -> Index:
        """The coordinates, in the array, of the first element of the chunk at ``index``."""
        # grid.regular.origin: "(k * dz, j * dy, i * dx, ...)"
        return tuple(k * chunk for k, chunk in zip(index, self.chunk_shape, strict=True))

    def chunks_in(self, start: Index, stop: Index) -> Iterator[Index]:
        """The indices, in C order, of the chunks that hold any element of a region.

        The region goes from ``start`` up to, not including, ``stop``. It is not empty.
        """
        # grid.regular.element_mapping: an element with coordinates (c, b, a, ...) occurs "within
        # the chunk at grid index (c // dz, b // dy, a // dx, ...)".
        ranges = tuple(
            range(first // chunk, (last - 1) // chunk + 1)
            for first, last, chunk in zip(start, stop, self.chunk_shape, strict=True)
        )
        return _indices(ranges)


def _indices(ranges: tuple[range, ...]) -> Iterator[Index]:
    """Every index with one number from each range; unlike itertools.product, without a copy."""
    if not ranges:
        yield ()
        return
    for first in ranges[0]:
        for rest in _indices(ranges[1:]):
            yield (first, *rest)


def parse_chunk_grid(document: Any, array_shape: Index, place: str) -> RegularGrid:
    """The chunk grid that ``document`` defines for an array; ``place`` is its JSON path.

    Raises ``InvalidMetadata`` if it breaks a rule of the regular grid, ``UnknownExtension`` if it
    names another grid.
    """
    extension = parse_extension(document, place, "core.metadata.array.chunk_grid.extension_form")
    # ext.must_understand.not_for_chunk_grid
    if not extension.must_understand:
        raise InvalidMetadata(
            "ext.must_understand.not_for_chunk_grid",
            f"{place}.must_understand",
            "must_understand cannot be false for a chunk grid",
        )
    # core.metadata.array.chunk_grid.unknown_rejected
    if extension.name != "regular":
        raise UnknownExtension(
            "core.metadata.array.chunk_grid.unknown_rejected",
            place,
            f'the chunk grid {shown(extension.name)} is not known, only "regular" is',
        )
    # core.metadata.array.chunk_grid.regular.object: "the value must be an object with the names
    # name and configuration", so the short-hand name will not do.
    if not isinstance(document, dict) or "configuration" not in document:
        raise InvalidMetadata(
            "core.metadata.array.chunk_grid.regular.object",
            place,
            "a regular grid is an object with a name and a configuration",
        )
    expect_members(
        extension.configuration,
        f"{place}.configuration",
        required={"chunk_shape": "core.metadata.array.chunk_grid.regular.chunk_shape.required"},
    )
    return _parse_chunk_shape(
        extension.configuration["chunk_shape"], array_shape, f"{place}.configuration.chunk_shape"
    )


def _parse_chunk_shape(document: Any, array_shape: Index, place: str) -> RegularGrid:
    # grid.regular.chunk_gt_zero: "Chunk sizes must be greater than zero." The core document asks
    # for that only where the array has a non-zero length; the page of the grid is newer.
    chunk_shape = parse_lengths(
        document,
        place,
        "core.metadata.array.chunk_grid.regular.chunk_shape.integers",
        minimum=1,
        minimum_requirement="grid.regular.chunk_gt_zero",
    )
    # grid.regular.dimensionality: "The dimensionality of the grid is the same as the dimensionality
    # of the array."
    if len(chunk_shape) != len(array_shape):
        raise InvalidMetadata(
            "core.metadata.array.chunk_grid.regular.chunk_shape.rank",
            place,
            f"the chunks have {len(chunk_shape)} dimensions, the array has {len(array_shape)}",
        )
    return RegularGrid(chunk_shape)
