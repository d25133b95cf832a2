"""The rectilinear grid: along each dimension, the chunks have lengths of their own.

https://github.com/zarr-developers/zarr-extensions/tree/main/chunk-grids/rectilinear

The lengths of the chunks along a dimension are the *edge lengths*. They are kept as the runs of
equal lengths that they are written in, and never written out: a run can be as long as an integer.
"""

import itertools
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from zarr_reference.errors import InvalidMetadata
from zarr_reference.v3.chunk_grids.chunk_grid import ChunkGrid, Index, indices_in
from zarr_reference.v3.extensions import Extension, expect_members
from zarr_reference.v3.json_documents import is_integer, parse_lengths, shown

# An edge length, and how many times it occurs in a row.
Run = tuple[int, int]


@dataclass(frozen=True)
class Edges:
    """The edge lengths along one dimension, as runs.

    ``first_chunks`` has the number of the first chunk of each run, and last the number of all
    chunks; ``first_elements`` the coordinate of its first element, and the sum of all edge lengths.
    """

    runs: tuple[Run, ...]
    first_chunks: tuple[int, ...]
    first_elements: tuple[int, ...]

    @classmethod
    def of(cls, *runs: Run) -> "Edges":
        """The edge lengths of these runs."""
        counts = (count for _, count in runs)
        totals = (length * count for length, count in runs)
        return cls(runs, (0, *itertools.accumulate(counts)), (0, *itertools.accumulate(totals)))

    @property
    def count(self) -> int:
        """How many chunks there are."""
        return self.first_chunks[-1]

    @property
    def total(self) -> int:
        """The sum of the edge lengths."""
        return self.first_elements[-1]

    def length(self, chunk: int) -> int:
        """The length of a chunk, of which there are ``count``."""
        return self.runs[bisect_right(self.first_chunks, chunk) - 1][0]

    def origin(self, chunk: int) -> int:
        """The coordinate of the first element of a chunk, of which there are ``count``."""
        run = bisect_right(self.first_chunks, chunk) - 1
        return self.first_elements[run] + (chunk - self.first_chunks[run]) * self.runs[run][0]

    def chunk_of(self, coordinate: int) -> int:
        """The chunk that holds an element; ``coordinate`` is less than ``total``."""
        # grid.rectilinear.index.cumsum: "the index of the first element of C that exceeds idx[n]",
        # where C are the cumulative sums of the edge lengths.
        run = bisect_right(self.first_elements, coordinate) - 1
        within_run = coordinate - self.first_elements[run]
        return self.first_chunks[run] + within_run // self.runs[run][0]


@dataclass(frozen=True)
class RectilinearGrid(ChunkGrid):
    """A grid with the given edge lengths along each dimension."""

    edges: tuple[Edges, ...]

    @classmethod
    def from_extension(
        cls, extension: Extension, array_shape: Index, place: str
    ) -> "RectilinearGrid":
        """The grid that ``extension`` defines; raises ``InvalidMetadata``."""
        # grid.rectilinear.configuration, grid.rectilinear.no_shorthand
        configuration = extension.required_configuration("grid.rectilinear.configuration", place)
        place = f"{place}.configuration"
        expect_members(
            configuration,
            place,
            required={
                "kind": "grid.rectilinear.kind.required",
                "chunk_shapes": "grid.rectilinear.chunk_shapes.required",
            },
        )
        # grid.rectilinear.kind.inline: "a single permitted value for the kind field"
        if configuration["kind"] != "inline":
            raise InvalidMetadata(
                "grid.rectilinear.kind.inline",
                f"{place}.kind",
                f'this must be "inline", not {shown(configuration["kind"])}',
            )
        documents, place = configuration["chunk_shapes"], f"{place}.chunk_shapes"
        # grid.rectilinear.chunk_shapes.rank: "The length of chunk_shapes MUST match the number of
        # dimensions of the array."
        if not isinstance(documents, list) or len(documents) != len(array_shape):
            raise InvalidMetadata(
                "grid.rectilinear.chunk_shapes.rank",
                place,
                f"this must be an array of edge lengths for each of {len(array_shape)} dimensions",
            )
        dimensions = zip(documents, array_shape, strict=True)
        return cls(
            tuple(
                _parse_edges(document, length, f"{place}[{dimension}]")
                for dimension, (document, length) in enumerate(dimensions)
            )
        )

    def grid_shape(self, array_shape: Index) -> Index:  # noqa: ARG002 - the edges say it all
        """How many chunks there are along each dimension, also of those beyond the array."""
        return tuple(edges.count for edges in self.edges)

    def chunk_origin(self, index: Index) -> Index:
        """The coordinates, in the array, of the first element of the chunk at ``index``."""
        # grid.rectilinear.index.within: the index within a chunk is counted from here.
        return tuple(edges.origin(i) for edges, i in zip(self.edges, index, strict=True))

    def chunk_shape(self, index: Index) -> Index:
        """The shape of the chunk at ``index``."""
        # grid.rectilinear.chunk_encoded_full: so also where it reaches beyond the array.
        return tuple(edges.length(i) for edges, i in zip(self.edges, index, strict=True))

    def chunks_in(self, start: Index, stop: Index) -> Iterator[Index]:
        """The indices, in C order, of the chunks that hold any element of a region."""
        return indices_in(
            tuple(
                range(edges.chunk_of(first), edges.chunk_of(last - 1) + 1)
                for first, last, edges in zip(start, stop, self.edges, strict=True)
            )
        )

    def chunk_shapes(self) -> Iterator[Index]:
        """The first chunk's shape, and for each other edge length that shape with it in place.

        A dimension without chunks has edge lengths only if they are given as an integer.
        """
        if any(not edges.runs for edges in self.edges):
            return
        first = tuple(edges.runs[0][0] for edges in self.edges)
        yield first
        for dimension, edges in enumerate(self.edges):
            for length in sorted({length for length, _ in edges.runs} - {first[dimension]}):
                yield (*first[:dimension], length, *first[dimension + 1 :])


def _parse_edges(document: Any, array_length: int, place: str) -> Edges:
    """The edge lengths along a dimension in which the array is ``array_length`` long."""
    # grid.rectilinear.edges.integer_form: "repeat the integer m until it defines a sequence with a
    # sum greater than or equal to L". For a length of 0 that is no chunk.
    if is_integer(document):
        [length] = _parse_positive([document], place, "grid.rectilinear.edges.positive")
        return Edges.of((length, -(-array_length // length)))
    if not isinstance(document, list):
        raise InvalidMetadata(
            "grid.rectilinear.edges.only_two_kinds",
            place,
            f"edge lengths are an integer or an array, not {shown(document)}",
        )
    edges = Edges.of(*(_parse_run(item, f"{place}[{i}]") for i, item in enumerate(document)))
    # grid.rectilinear.edges.sum_covers: "The sum of the edge lengths MUST equal or exceed L.
    # Overflowing L by multiple chunks is permitted."
    if edges.total < array_length:
        raise InvalidMetadata(
            "grid.rectilinear.edges.sum_covers",
            place,
            f"the chunks have {edges.total} elements together, the array has {array_length}",
        )
    return edges


def _parse_run(document: Any, place: str) -> Run:
    # grid.rectilinear.edges.explicit_list, grid.rectilinear.edges.mixed
    if is_integer(document):
        [length] = _parse_positive([document], place, "grid.rectilinear.edges.positive")
        return length, 1
    if not isinstance(document, list):
        raise InvalidMetadata(
            "grid.rectilinear.edges.only_two_kinds",
            place,
            f"an edge length is an integer, or a run of two integers, not {shown(document)}",
        )
    # grid.rectilinear.rle.pair: "N repetitions of some value V [are] denoted by the JSON array
    # [V, N]", so that runs are not nested either (grid.rectilinear.rle.not_nested).
    if len(document) != 2 or not all(map(is_integer, document)):
        raise InvalidMetadata(
            "grid.rectilinear.rle.pair",
            place,
            f"a run is an edge length and how often it occurs, not {shown(document)}",
        )
    # grid.rectilinear.rle.positive: "Both V and N MUST be positive integers (i.e., at least 1)."
    length, count = _parse_positive(document, place, "grid.rectilinear.rle.positive")
    return length, count


def _parse_positive(numbers: list[int], place: str, requirement: str) -> tuple[int, ...]:
    """Integers that are at least 1; raises ``LimitExceeded`` if they could be no index."""
    return parse_lengths(numbers, place, requirement, minimum=1, minimum_requirement=requirement)
