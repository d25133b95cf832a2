"""What a chunk grid is: how an array is divided into chunks that do not overlap.

All lengths and coordinates are in elements, one for each dimension; a chunk index counts chunks.

https://zarr-specs.readthedocs.io/en/latest/v3/core/#chunk-grids
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator

Index = tuple[int, ...]


class ChunkGrid(ABC):
    """A chunk grid with its configuration. Subclasses are frozen dataclasses."""

    @abstractmethod
    def grid_shape(self, array_shape: Index) -> Index:
        """How many chunks there are along each dimension."""

    @abstractmethod
    def chunk_origin(self, index: Index) -> Index:
        """The coordinates, in the array, of the first element of the chunk at ``index``."""

    @abstractmethod
    def chunk_shape(self, index: Index) -> Index:
        """The shape of the chunk at ``index``, which may reach beyond the array."""

    @abstractmethod
    def chunks_in(self, start: Index, stop: Index) -> Iterator[Index]:
        """The indices, in C order, of the chunks that hold any element of a region.

        The region goes from ``start`` up to, not including, ``stop``. It is not empty.
        """

    @abstractmethod
    def chunk_shapes(self) -> Iterator[Index]:
        """Shapes of chunks among which each length along each dimension occurs.

        They are few even where there are many chunks, so that the codecs can be checked against
        them before any chunk is read.
        """


def indices_in(ranges: tuple[range, ...]) -> Iterator[Index]:
    """Every index with one number from each range; unlike itertools.product, without a copy."""
    if not ranges:
        yield ()
        return
    for first in ranges[0]:
        for rest in indices_in(ranges[1:]):
            yield (first, *rest)
