"""The rectilinear grid: every way to write it, and arrays whose chunks differ in shape."""

import itertools
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata, LimitExceeded, Refusal
from zarr_reference.representation import elements_from_bytes, elements_to_bytes
from zarr_reference.stores import MemoryStore
from zarr_reference.v3.array import Array
from zarr_reference.v3.chunk_grids import RectilinearGrid, RegularGrid, parse_chunk_grid
from zarr_reference.v3.hierarchy import create_array, open_array

Shape = tuple[int, ...]


def rectilinear(*chunk_shapes: Any) -> dict[str, Any]:
    return {
        "name": "rectilinear",
        "configuration": {"kind": "inline", "chunk_shapes": list(chunk_shapes)},
    }


def grid_of(shape: Shape, *chunk_shapes: Any) -> RectilinearGrid:
    grid = parse_chunk_grid(rectilinear(*chunk_shapes), shape, "$")
    assert isinstance(grid, RectilinearGrid)
    return grid


def lengths_of(grid: RectilinearGrid, dimension: int = 0) -> list[int]:
    edges = grid.edges[dimension]
    return [edges.length(chunk) for chunk in range(edges.count)]


def test_the_forms_of_the_example() -> None:
    """grid.rectilinear.edges.integer_form, .explicit_list, .rle_item, .mixed, .overflow_many"""
    grid = grid_of((6,) * 5, 4, [1, 2, 3], [[4, 2]], [[1, 3], 3], [4, 4, 4])
    assert [lengths_of(grid, dimension) for dimension in range(5)] == [
        [4, 4], [1, 2, 3], [4, 4], [1, 1, 1, 3], [4, 4, 4]
    ]  # fmt: skip
    assert grid.grid_shape((6,) * 5) == (2, 3, 2, 4, 3)


def test_the_example_of_indexing() -> None:
    """grid.rectilinear.index.cumsum, grid.rectilinear.index.within"""
    grid = grid_of((26, 38), [16, 10], [24, 14])
    assert list(grid.chunks_in((20, 15), (21, 16))) == [(1, 0)]
    assert grid.chunk_origin((1, 0)) == (16, 0)
    assert grid.chunk_shape((0, 1)) == (16, 14)


def test_a_pair_is_a_run_only_within_a_list() -> None:
    """grid.rectilinear.edges.only_two_kinds, grid.rectilinear.rle.pair: [4, 2] is 4, then 2"""
    assert lengths_of(grid_of((6,), [4, 2])) == [4, 2]
    assert lengths_of(grid_of((6,), [[4, 2]])) == [4, 4]


@pytest.mark.parametrize(
    ("length", "document", "lengths"),
    [
        (10, 3, [3, 3, 3, 3]),
        (9, 3, [3, 3, 3]),
        (1, 100, [100]),
        (0, 3, []),
        (0, [], []),
        (0, [3, 1], [3, 1]),
        (1, [[1, 1]], [1]),
        (2**60, 2**59, [2**59, 2**59]),
    ],
)
def test_edge_lengths(length: int, document: Any, lengths: list[int]) -> None:
    """grid.rectilinear.edges.integer_form_overhang, grid.rectilinear.edges.empty_list"""
    assert lengths_of(grid_of((length,), document)) == lengths


def test_runs_are_not_written_out() -> None:
    """A count says nothing of how much memory there is."""
    grid = grid_of((2**62,), [1, [2, 2**61], [3, 2**60]])
    assert grid.grid_shape((2**62,)) == (1 + 2**61 + 2**60,)
    assert list(grid.chunks_in((2**61,), (2**61 + 2,))) == [(2**60,), (2**60 + 1,)]
    assert grid.chunk_origin((2**60,)) == (2**61 - 1,)
    assert grid.chunk_shape((2**61 + 1,)) == (3,)
    assert list(grid.chunk_shapes()) == [(1,), (2,), (3,)]


@pytest.mark.parametrize(
    ("document", "requirement", "place"),
    [
        ("rectilinear", "configuration", "$"),
        ({"name": "rectilinear"}, "configuration", "$"),
        ({"name": "rectilinear", "configuration": {"kind": "inline"}},
         "chunk_shapes.required", "$.configuration"),
        ({"name": "rectilinear", "configuration": {"chunk_shapes": [1, 1]}},
         "kind.required", "$.configuration"),
        ({"name": "rectilinear", "configuration": {"kind": "file", "chunk_shapes": [1, 1]}},
         "kind.inline", "$.configuration.kind"),
        (rectilinear(4), "chunk_shapes.rank", "$.configuration.chunk_shapes"),
        (rectilinear(4, 4, 4), "chunk_shapes.rank", "$.configuration.chunk_shapes"),
        ({"name": "rectilinear", "configuration": {"kind": "inline", "chunk_shapes": 4}},
         "chunk_shapes.rank", "$.configuration.chunk_shapes"),
        (rectilinear(4, 0), "edges.positive", "$.configuration.chunk_shapes[1][0]"),
        (rectilinear([4, 0], 4), "edges.positive", "$.configuration.chunk_shapes[0][1][0]"),
        (rectilinear([4, -1], 4), "edges.positive", "$.configuration.chunk_shapes[0][1][0]"),
        (rectilinear("4", 4), "edges.only_two_kinds", "$.configuration.chunk_shapes[0]"),
        (rectilinear(True, 4), "edges.only_two_kinds", "$.configuration.chunk_shapes[0]"),
        (rectilinear(["4"], 4), "edges.only_two_kinds", "$.configuration.chunk_shapes[0][0]"),
        (rectilinear([None], 4), "edges.only_two_kinds", "$.configuration.chunk_shapes[0][0]"),
        (rectilinear([3, 2], 4), "edges.sum_covers", "$.configuration.chunk_shapes[0]"),
        (rectilinear([], 4), "edges.sum_covers", "$.configuration.chunk_shapes[0]"),
        (rectilinear([[2, 2]], 4), "edges.sum_covers", "$.configuration.chunk_shapes[0]"),
        (rectilinear([[6]], 4), "rle.pair", "$.configuration.chunk_shapes[0][0]"),
        (rectilinear([[2, 3, 1]], 4), "rle.pair", "$.configuration.chunk_shapes[0][0]"),
        (rectilinear([[[2, 3], 1]], 4), "rle.pair", "$.configuration.chunk_shapes[0][0]"),
        (rectilinear([[2, "3"]], 4), "rle.pair", "$.configuration.chunk_shapes[0][0]"),
        (rectilinear([[6, 0]], 4), "rle.positive", "$.configuration.chunk_shapes[0][0][1]"),
        (rectilinear([[0, 6], 6], 4), "rle.positive", "$.configuration.chunk_shapes[0][0][0]"),
    ],
)  # fmt: skip
def test_other_configurations_are_refused(document: Any, requirement: str, place: str) -> None:
    """grid.rectilinear.no_shorthand, grid.rectilinear.rle.not_nested and so on"""
    with pytest.raises(InvalidMetadata) as caught:
        parse_chunk_grid(document, (6, 4), "$")
    assert caught.value.requirement == f"grid.rectilinear.{requirement}"
    assert caught.value.place == place


def test_unknown_members_are_refused() -> None:
    """grid.rectilinear.schema"""
    document = rectilinear(2, 2)
    document["configuration"]["chunk_shape"] = [2, 2]
    with pytest.raises(InvalidMetadata) as caught:
        parse_chunk_grid(document, (6, 4), "$")
    assert caught.value.requirement == "ext.object.unknown_members"


@pytest.mark.parametrize("document", [2**63, [2**63], [[2**63, 1]], [[1, 2**63]], 10**400])
def test_lengths_that_cannot_be_indexed_are_refused(document: Any) -> None:
    with pytest.raises(LimitExceeded):
        parse_chunk_grid(rectilinear(document), (6,), "$")


runs = st.integers(1, 9) | st.lists(st.integers(1, 5), min_size=2, max_size=2)
edge_lengths = st.lists(runs, max_size=6)


def written_out(document: list[Any]) -> list[int]:
    """The edge lengths, one by one."""
    items = [item if isinstance(item, list) else [item, 1] for item in document]
    return [length for length, count in items for _ in range(count)]


@given(edge_lengths.filter(bool), st.data())
def test_every_element_is_in_its_chunk(document: list[Any], data: st.DataObject) -> None:
    """grid.rectilinear.index.cumsum, held against the edge lengths one by one"""
    lengths = written_out(document)
    owners = [(chunk, i) for chunk, length in enumerate(lengths) for i in range(length)]
    size = data.draw(st.integers(1, len(owners)))
    grid = grid_of((size,), document)
    for coordinate, (chunk, within) in enumerate(owners[:size]):
        assert list(grid.chunks_in((coordinate,), (coordinate + 1,))) == [(chunk,)]
        assert grid.chunk_origin((chunk,)) == (coordinate - within,)
        assert grid.chunk_shape((chunk,)) == (lengths[chunk],)
    assert sorted(grid.chunk_shapes()) == [(length,) for length in sorted(set(lengths))]


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(1, 7)), max_size=3), st.data())
def test_bare_integers_are_a_regular_grid(
    dimensions: list[tuple[int, int]], data: st.DataObject
) -> None:
    """grid.rectilinear.regular_equivalent"""
    shape = tuple(length for length, _ in dimensions)
    chunk_shape = tuple(chunk for _, chunk in dimensions)
    grid, regular = grid_of(shape, *chunk_shape), RegularGrid(chunk_shape)
    start = tuple(data.draw(st.integers(0, length - 1)) for length in shape)
    stop = tuple(data.draw(st.integers(a + 1, b)) for a, b in zip(start, shape, strict=True))
    chunks = list(grid.chunks_in(start, stop))
    assert chunks == list(regular.chunks_in(start, stop))
    assert grid.grid_shape(shape) == regular.grid_shape(shape)
    for index in chunks:
        assert grid.chunk_origin(index) == regular.chunk_origin(index)
        assert grid.chunk_shape(index) == regular.chunk_shape(index)
    assert list(grid.chunk_shapes()) == list(regular.chunk_shapes())


def document_of(shape: Shape, chunk_shapes: list[Any], **members: Any) -> dict[str, Any]:
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": list(shape),
        "data_type": "uint16",
        "chunk_grid": rectilinear(*chunk_shapes),
        "chunk_key_encoding": "default",
        "fill_value": 9,
        "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
        **members,
    }


def array_of(shape: Shape, chunk_shapes: list[Any], **members: Any) -> Array:
    return create_array(MemoryStore(), "/", document_of(shape, chunk_shapes, **members))


def sharding(*chunk_shape: int) -> list[Any]:
    little = {"name": "bytes", "configuration": {"endian": "little"}}
    return [
        {
            "name": "sharding_indexed",
            "configuration": {
                "chunk_shape": list(chunk_shape),
                "codecs": [little],
                "index_codecs": [little],
            },
        }
    ]


def test_chunks_are_stored_in_their_full_shapes() -> None:
    """grid.rectilinear.chunk_encoded_full, grid.rectilinear.keys"""
    array = array_of((5, 3), [[1, 2, 4], 2])
    array.write_region((0, 0), elements_from_bytes(bytes(30), array.metadata.array_type((5, 3))))
    sizes = {key: len(array.store.get(key) or b"") for key in array.store.list()}
    del sizes["zarr.json"]
    assert sizes == {
        f"c/{i}/{j}": 2 * rows * 2 for i, rows in enumerate((1, 2, 4)) for j in range(2)
    }


@st.composite
def geometries(draw: st.DrawFn) -> tuple[Shape, list[Any], Shape, Shape]:
    """A shape, the edge lengths that cover it, and a region within it."""
    shape, chunk_shapes = [], []
    for _ in range(draw(st.integers(0, 3))):
        document = draw(edge_lengths | st.integers(1, 5))
        longest = sum(written_out(document)) if isinstance(document, list) else 12
        shape.append(draw(st.integers(0, min(longest, 12))))
        chunk_shapes.append(document)
    start = tuple(draw(st.integers(0, length)) for length in shape)
    stop = tuple(draw(st.integers(a, b)) for a, b in zip(start, shape, strict=True))
    return tuple(shape), chunk_shapes, start, stop


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(geometries())
def test_a_region_is_what_slicing_the_whole_gives(
    geometry: tuple[Shape, list[Any], Shape, Shape],
) -> None:
    """Written in parts and read in parts: chunks of all shapes, and some that are missing."""
    shape, chunk_shapes, start, stop = geometry
    array = array_of(shape, chunk_shapes)
    whole = np.full(shape, 9, "<u2")
    region = tuple(slice(*pair) for pair in zip(start, stop, strict=True))
    numbers = np.arange(100, 100 + whole[region].size, dtype="<u2")
    whole[region] = numbers.reshape(whole[region].shape)
    part_type = array.metadata.array_type(whole[region].shape)
    keys = array.write_region(start, elements_from_bytes(numbers.tobytes(), part_type))
    grid_shape = array.metadata.chunk_grid.grid_shape(shape)
    assert keys <= {
        "/".join(["c", *map(str, index)]) for index in itertools.product(*map(range, grid_shape))
    }
    again = open_array(array.store)
    assert elements_to_bytes(again.read()) == whole.tobytes()
    assert elements_to_bytes(again.read_region(start, stop)) == numbers.tobytes()
    middle = tuple((a + b) // 2 for a, b in zip(start, stop, strict=True))
    half = tuple(slice(*pair) for pair in zip(middle, stop, strict=True))
    assert elements_to_bytes(again.read_region(middle, stop)) == whole[half].tobytes()


def test_every_length_must_hold_whole_inner_chunks() -> None:
    """grid.rectilinear.with_sharding"""
    array = array_of((9, 3), [[4, 2, [2, 2]], 3], codecs=sharding(2, 3))
    elements = elements_from_bytes(bytes(range(54)), array.metadata.array_type((9, 3)))
    array.write_region((0, 0), elements)
    assert elements_to_bytes(open_array(array.store).read()) == bytes(range(54))
    for chunk_shapes in ([[4, 3, 2], 3], [[2, 2, 2, 3], 3], [[[2, 5]], [3, 1]]):
        with pytest.raises(InvalidMetadata) as caught:
            array_of((9, 3), chunk_shapes, codecs=sharding(2, 3))
        assert caught.value.requirement == "codec.sharding_indexed.chunk_shape.divides"


def test_an_integer_is_a_length_even_if_there_is_no_chunk() -> None:
    """grid.rectilinear.with_sharding, codec.sharding_indexed.chunk_shape.rank"""
    assert array_of((0, 3), [4, 3], codecs=sharding(2, 3)).read().size == 0
    assert array_of((0, 3), [[], 3], codecs=sharding(7, 3)).read().size == 0
    with pytest.raises(InvalidMetadata):
        array_of((0, 3), [5, 3], codecs=sharding(2, 3))


def test_only_the_chunks_that_are_too_large_are_refused() -> None:
    array = array_of((10,), [[2, 2**40]])
    assert elements_to_bytes(array.read_region((0,), (2,))) == b"\x09\0" * 2
    part = elements_from_bytes(bytes(4), array.metadata.array_type((2,)))
    assert array.write_region((0,), part) == {"c/0"}
    with pytest.raises(LimitExceeded):
        array.write_region((1,), part)


NUMBERS = st.sampled_from([0, -1, 1, 2, 3, 5, 2**31, 2**62, 2**63, 2**64, 10**400, 1.5, True])
JSON = st.recursive(NUMBERS | st.sampled_from([None, "4", {}]), st.lists, max_leaves=12)


@settings(deadline=None, max_examples=200)
@given(st.lists(JSON, max_size=3), st.lists(st.sampled_from([0, 1, 5, 2**62]), max_size=3))
def test_any_edge_lengths_are_understood_or_refused(
    chunk_shapes: list[Any], shape: list[int]
) -> None:
    document = json.dumps(document_of(tuple(shape), chunk_shapes)).encode()
    store = MemoryStore({"zarr.json": document, "c/0": b"1234"})
    refusal = None
    try:
        open_array(store, limit=2_000).read()
    except Refusal as caught:
        refusal = caught
    assert len(str(refusal)) < 5_000
