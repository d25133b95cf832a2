"""The regular grid."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata, LimitExceeded, Refusal, UnknownExtension
from zarr_reference.v3.chunk_grids import RegularGrid, parse_chunk_grid

lengths = st.integers(1, 6)


def regular(chunk_shape: Any) -> dict[str, Any]:
    return {"name": "regular", "configuration": {"chunk_shape": chunk_shape}}


def test_the_grid_of_the_specification() -> None:
    """grid.regular.grid_shape, grid.regular.origin: the examples of the page"""
    grid = parse_chunk_grid(regular([5, 20, 400]), (10, 200, 3000), "$")
    assert grid == RegularGrid((5, 20, 400))
    assert grid.grid_shape((10, 200, 3000)) == (2, 10, 8)
    element = (7, 150, 900)
    assert list(grid.chunks_in(element, (8, 151, 901))) == [(1, 7, 2)]
    origin = grid.chunk_origin((1, 7, 2))
    assert tuple(a - b for a, b in zip(element, origin, strict=True)) == (2, 10, 100)


@pytest.mark.parametrize(
    ("chunk_shape", "array_shape", "grid_shape"),
    [
        ([], (), ()),
        ([4], (0,), (0,)),
        ([10], (3,), (1,)),
        ([1], (2**63 - 1,), (2**63 - 1,)),
        ([3], (2**60,), ((2**60 + 2) // 3,)),
    ],
)
def test_unusual_grids(
    chunk_shape: list[int], array_shape: tuple[int, ...], grid_shape: tuple[int, ...]
) -> None:
    """grid.regular.zero_dim, grid.regular.overhang, chunk_shape.exceeds_shape, shape.large"""
    grid = parse_chunk_grid(regular(chunk_shape), array_shape, "$")
    assert grid.grid_shape(array_shape) == grid_shape


def test_without_dimensions_there_is_one_chunk() -> None:
    """grid.regular.zero_dim"""
    assert list(RegularGrid(()).chunks_in((), ())) == [()]


@given(st.lists(st.tuples(lengths, st.integers(0, 6), lengths), max_size=3))
def test_a_region_touches_the_chunks_of_its_elements(
    dimensions: list[tuple[int, int, int]],
) -> None:
    """grid.regular.element_mapping, core.grid.tessellation"""
    chunk_shape = tuple(chunk for chunk, _, _ in dimensions)
    start = tuple(first for _, first, _ in dimensions)
    stop = tuple(first + length for _, first, length in dimensions)
    elements = itertools.product(*map(range, start, stop))
    chunks = sorted({tuple(i // c for i, c in zip(e, chunk_shape, strict=True)) for e in elements})
    assert list(RegularGrid(chunk_shape).chunks_in(start, stop)) == chunks


@pytest.mark.parametrize(
    ("document", "kind", "requirement"),
    [
        ("regular", InvalidMetadata, "core.metadata.array.chunk_grid.regular.object"),
        ({"name": "regular"}, InvalidMetadata, "core.metadata.array.chunk_grid.regular.object"),
        (
            {"name": "regular", "configuration": {}},
            InvalidMetadata,
            "core.metadata.array.chunk_grid.regular.chunk_shape.required",
        ),
        (
            {"name": "regular", "configuration": {"chunk_shape": [2, 2], "x": 1}},
            InvalidMetadata,
            "ext.object.unknown_members",
        ),
        (
            {**regular([2, 2]), "must_understand": False},
            InvalidMetadata,
            "ext.must_understand.not_for_chunk_grid",
        ),
        (regular([2, 0]), InvalidMetadata, "grid.regular.chunk_gt_zero"),
        (regular([2, -1]), InvalidMetadata, "grid.regular.chunk_gt_zero"),
        (
            regular([2, "2"]),
            InvalidMetadata,
            "core.metadata.array.chunk_grid.regular.chunk_shape.integers",
        ),
        (
            regular(2),
            InvalidMetadata,
            "core.metadata.array.chunk_grid.regular.chunk_shape.integers",
        ),
        (
            regular([2]),
            InvalidMetadata,
            "core.metadata.array.chunk_grid.regular.chunk_shape.rank",
        ),
        (
            regular([2, 2, 2]),
            InvalidMetadata,
            "core.metadata.array.chunk_grid.regular.chunk_shape.rank",
        ),
        (regular([2, 2**63]), LimitExceeded, "limit"),
        (
            {"name": "hexagonal"},
            UnknownExtension,
            "core.metadata.array.chunk_grid.unknown_rejected",
        ),
        ([2, 2], InvalidMetadata, "core.metadata.array.chunk_grid.extension_form"),
    ],
)
def test_other_grids_are_refused(document: Any, kind: type[Refusal], requirement: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_chunk_grid(document, (4, 4), "$.chunk_grid")
    assert (type(caught.value), caught.value.requirement) == (kind, requirement)
