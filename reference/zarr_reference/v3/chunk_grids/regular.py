"""The regular grid: all chunks have the same shape.

https://zarr-specs.readthedocs.io/en/latest/v3/chunk-grids/regular-grid/
"""

from collections.abc import Iterator
from dataclasses import dataclass

from zarr_reference.errors import InvalidMetadata
from zarr_reference.v3.chunk_grids.chunk_grid import ChunkGrid, Index, indices_in
from zarr_reference.v3.extensions import Extension, expect_members
from zarr_reference.v3.json_documents import parse_lengths


@dataclass(frozen=True)
class RegularGrid(ChunkGrid):
    """A grid of chunks of the shape ``lengths``."""

    lengths: Index

    @classmethod
    def from_extension(cls, extension: Extension, array_shape: Index, place: str) -> "RegularGrid":
        """The grid that ``extension`` defines; raises ``InvalidMetadata``."""
        # core.metadata.array.chunk_grid.regular.object: "the value must be an object with the names
        # name and configuration", so the short-hand name will not do.
        configuration = extension.required_configuration(
            "core.metadata.array.chunk_grid.regular.object", place
        )
        place = f"{place}.configuration"
        requirement = "core.metadata.array.chunk_grid.regular.chunk_shape"
        expect_members(configuration, place, required={"chunk_shape": f"{requirement}.required"})
        # grid.regular.chunk_gt_zero: "Chunk sizes must be greater than zero." The core document
        # asks for that only where the array has a non-zero length; the page of the grid is newer.
        lengths = parse_lengths(
            configuration["chunk_shape"],
            f"{place}.chunk_shape",
            f"{requirement}.integers",
            minimum=1,
            minimum_requirement="grid.regular.chunk_gt_zero",
        )
        # grid.regular.dimensionality: "The dimensionality of the grid is the same as the
        # dimensionality of the array."
        if len(lengths) != len(array_shape):
            raise InvalidMetadata(
                f"{requirement}.rank",
                f"{place}.chunk_shape",
                f"the chunks have {len(lengths)} dimensions, the array has {len(array_shape)}",
            )
        return cls(lengths)

    def grid_shape(self, array_shape: Index) -> Index:
        """How many chunks there are along each dimension."""
        # grid.regular.grid_shape: "(ceil(z / dz), ceil(y / dy), ceil(x / dx), ...)". Where lengths
        # do not divide, the grid overhangs the array (grid.regular.overhang). Written without a
        # division that would round: lengths can be beyond 2**53.
        return tuple(
            -(-length // chunk) for length, chunk in zip(array_shape, self.lengths, strict=True)
        )

    def chunk_origin(self, index: Index) -> Index:
        """The coordinates, in the array, of the first element of the chunk at ``index``."""
        # grid.regular.origin: "(k * dz, j * dy, i * dx, ...)"
        return tuple(k * chunk for k, chunk in zip(index, self.lengths, strict=True))

    def chunk_shape(self, index: Index) -> Index:  # noqa: ARG002 - all chunks have one shape
        """The shape of any chunk."""
        # grid.regular.border_full_size: "Chunks at the border of an array always have the full
        # chunk size, even when the array only covers parts of it."
        return self.lengths

    def chunks_in(self, start: Index, stop: Index) -> Iterator[Index]:
        """The indices, in C order, of the chunks that hold any element of a region."""
        # grid.regular.element_mapping: an element with coordinates (c, b, a, ...) occurs "within
        # the chunk at grid index (c // dz, b // dy, a // dx, ...)".
        return indices_in(
            tuple(
                range(first // chunk, (last - 1) // chunk + 1)
                for first, last, chunk in zip(start, stop, self.lengths, strict=True)
            )
        )

    def chunk_shapes(self) -> Iterator[Index]:
        """The one shape that there is."""
        yield self.lengths
