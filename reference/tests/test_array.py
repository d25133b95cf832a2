"""Regions are assembled from chunks, and written into them."""

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import InvalidRequest, LimitExceeded, MalformedChunk, Refusal
from zarr_reference.representation import Elements
from zarr_reference.stores import MemoryStore
from zarr_reference.v3.array import Array
from zarr_reference.v3.hierarchy import create_array
from zarr_reference.v3.json_documents import format_json
from zarr_reference.v3.metadata import parse_array_metadata

Shape = tuple[int, ...]


def metadata_document(shape: Shape, chunk_shape: Shape, **changes: Any) -> dict[str, Any]:
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": shape,
        "data_type": "uint16",
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": chunk_shape}},
        "chunk_key_encoding": "default",
        "fill_value": 9,
        "codecs": [{"name": "bytes", "configuration": {"endian": "big"}}],
        **changes,
    }


def array_of(
    shape: Shape, chunk_shape: Shape, store: MemoryStore | None = None, **changes: Any
) -> Array:
    document = metadata_document(shape, chunk_shape, **changes)
    return create_array(store or MemoryStore(), "/", document)


def opaque(numbers: npt.NDArray[np.uint16]) -> Elements:
    return numbers.astype("<u2", order="C").view("V2")


def numbers_in(elements: Elements) -> npt.NDArray[np.uint16]:
    return elements.copy(order="C").view("<u2")


def test_a_missing_chunk_is_the_fill_value() -> None:
    """core.metadata.array.fill_value.semantics, storage.chunk.missing_ok"""
    array = array_of((3, 2), (2, 2))
    assert numbers_in(array.read()).tolist() == [[9, 9], [9, 9], [9, 9]]


def test_chunks_are_found_by_their_keys() -> None:
    """grid.regular.origin, grid.regular.keys_by_encoding, core.keys.data.root_prefix"""
    store = MemoryStore({"c/1": b"\x00\x01\x00\x02", "c/7": b"outside"})
    array = array_of((5,), (2,), store)
    # storage.chunk.out_of_grid_ignored
    assert numbers_in(array.read()).tolist() == [9, 9, 1, 2, 9]


def test_chunks_of_a_child_are_under_its_path() -> None:
    """core.keys.data.nonroot_prefix"""
    store = MemoryStore()
    array = create_array(store, "/foo/baz", metadata_document((4, 4), (2, 2)))
    keys = array.write_region((2, 0), opaque(np.ones((1, 1), "<u2")))
    assert keys == {"foo/baz/c/1/0"}
    assert store.get("foo/baz/c/1/0") == bytes.fromhex("0001 0009 0009 0009")


def test_what_overhangs_the_array_is_ignored() -> None:
    """grid.regular.border_full_size, grid.regular.border_garbage_ignored"""
    store = MemoryStore({"c/1": b"\x00\x01\xde\xad"})
    assert numbers_in(array_of((3,), (2,), store).read()).tolist() == [9, 9, 1]


def test_what_overhangs_the_array_is_written_as_the_fill_value() -> None:
    """grid.regular.border_fill, even where something else was stored"""
    store = MemoryStore({"c/0": b"\x00\x01\x00\x02\x00\x03\xde\xad"})
    array = array_of((3,), (4,), store)
    assert array.write_region((1,), opaque(np.array([7], "<u2"))) == {"c/0"}
    assert store.get("c/0") == bytes.fromhex("0001 0007 0003 0009")


def test_a_chunk_that_is_replaced_need_not_be_readable() -> None:
    store = MemoryStore({"c/0": b"damaged", "c/1": b"damaged"})
    array = array_of((3,), (2,), store)
    array.write_region((0,), opaque(np.array([1, 2, 3], "<u2")))
    assert numbers_in(array.read()).tolist() == [1, 2, 3]


def test_an_array_without_dimensions_has_one_element() -> None:
    """grid.regular.zero_dim, core.array.scalar_shape_allowed"""
    store = MemoryStore()
    array = array_of((), (), store)
    assert numbers_in(array.read()).tolist() == 9
    assert array.write_region((), opaque(np.array(5, "<u2"))) == {"c"}
    assert numbers_in(array.read()).tolist() == 5


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2**40, 0)])
def test_an_array_without_elements_has_no_chunks(shape: Shape) -> None:
    """core.metadata.array.shape.zero_length_allowed"""
    array = array_of(shape, (1,) * len(shape))
    assert array.read().shape == shape
    nothing: Elements = np.zeros((0,) * len(shape), "V2")
    assert array.write_region((0,) * len(shape), nothing) == frozenset()


def test_v2_may_leave_the_fill_value_open() -> None:
    """v2.chunk.missing_null_fill"""
    metadata = parse_array_metadata(format_json(metadata_document((2,), (2,))))
    open_fill = type(metadata)(**{**vars(metadata), "fill_value": None})
    assert numbers_in(Array(MemoryStore(), "/", open_fill).read()).tolist() == [0, 0]


@st.composite
def regions(draw: st.DrawFn) -> tuple[Shape, Shape, Shape, Shape]:
    """A shape, a chunk shape, and the start and the stop of a region."""
    shape = tuple(draw(st.lists(st.integers(0, 7), max_size=3)))
    chunk_shape = tuple(draw(st.integers(1, 9)) for _ in shape)
    start = tuple(draw(st.integers(0, length)) for length in shape)
    pairs = zip(start, shape, strict=True)
    return shape, chunk_shape, start, tuple(draw(st.integers(a, b)) for a, b in pairs)


@given(regions(), st.data())
@settings(max_examples=60, deadline=None)
def test_regions_are_those_of_numpy(
    geometry: tuple[Shape, Shape, Shape, Shape], data: st.DataObject
) -> None:
    """grid.regular.element_mapping: any sequence of writes and a read, against a plain array"""
    shape, chunk_shape, _, _ = geometry
    expected = np.full(shape, 9, "<u2")
    store = MemoryStore()
    array = array_of(shape, chunk_shape, store)
    counter = itertools.count(100)
    keys: set[str] = set()
    for _ in range(2):
        start = tuple(data.draw(st.integers(0, length)) for length in shape)
        stop = tuple(data.draw(st.integers(a, b)) for a, b in zip(start, shape, strict=True))
        region = tuple(map(slice, start, stop))
        new = np.zeros_like(expected[region])
        new.flat = [next(counter) for _ in range(new.size)]
        expected[region] = new
        keys |= array.write_region(start, opaque(new))
    assert keys == {key for key in store.list() if key != "zarr.json"}
    _, _, start, stop = geometry
    region = array.read_region(start, stop)
    assert numbers_in(region).tolist() == expected[tuple(map(slice, start, stop))].tolist()


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        ((0,), (5,)),
        ((0, 0), (5, 8)),
        ((-1, 0), (5, 7)),
        ((3, 3), (2, 4)),
        ((6, 0), (6, 1)),
        ((0, 0, 0), (1, 1, 1)),
        ((), ()),
    ],
)
def test_a_region_outside_the_array_is_refused(start: Shape, stop: Shape) -> None:
    with pytest.raises(InvalidRequest) as caught:
        array_of((5, 7), (2, 3)).read_region(start, stop)
    assert str(list(stop)) in caught.value.sentence


@pytest.mark.parametrize(
    ("start", "elements"),
    [
        ((0,), np.zeros((1,), "<u2")),
        ((0,), np.zeros((1,), "V4")),
        ((0,), np.zeros((1, 1), "V2")),
        ((0, 0), np.zeros((1,), "V2")),
        ((2,), np.zeros((2,), "V2")),
        ((-1,), np.zeros((1,), "V2")),
    ],
)
def test_elements_that_do_not_fit_are_refused(start: Shape, elements: Any) -> None:
    store = MemoryStore()
    array = array_of((3,), (2,), store)
    with pytest.raises(InvalidRequest):
        array.write_region(start, elements)
    assert store.list() == ["zarr.json"]


@pytest.mark.parametrize("value", [b"", b"\x00\x01\x00", b"\x00\x01\x00\x02\x00"])
def test_a_damaged_chunk_is_named(value: bytes) -> None:
    """codec.decode.length_mismatch"""
    array = array_of((2,), (2,), MemoryStore({"c/0": value}))
    with pytest.raises(MalformedChunk) as caught:
        array.read()
    assert caught.value.place.startswith("chunk c/0, ")


def limited(array: Array, limit: int) -> Array:
    return Array(array.store, array.path, array.metadata, limit)


def test_the_limit_is_for_the_region_and_for_the_chunk() -> None:
    array = array_of((10,), (4,))
    array.write_region((0,), opaque(np.arange(10, dtype="<u2")))
    assert limited(array, 20).read().size == 10
    with pytest.raises(LimitExceeded):
        limited(array, 19).read()
    assert limited(array, 8).read_region((0,), (1,)).size == 1
    with pytest.raises(LimitExceeded) as caught:
        limited(array, 7).read_region((0,), (1,))
    assert caught.value.place.startswith("chunk c/0, ")
    with pytest.raises(LimitExceeded):
        limited(array, 7).write_region((0,), opaque(np.zeros(1, "<u2")))


def test_a_huge_array_is_refused_but_a_part_of_it_can_be_read() -> None:
    """core.metadata.array.shape.large"""
    array = array_of((2**53,), (1,), MemoryStore({f"c/{2**52}": b"\x00\x05"}))
    with pytest.raises(LimitExceeded):
        array.read()
    assert numbers_in(array.read_region((2**52 - 1,), (2**52 + 1,))).tolist() == [9, 5]
    huge_chunk = array_of((2**53,), (2**53,))
    assert numbers_in(huge_chunk.read_region((5,), (6,))).tolist() == [9]
    with pytest.raises(LimitExceeded):
        huge_chunk.write_region((5,), opaque(np.zeros(1, "<u2")))


def test_no_elements_in_a_shape_beyond_numpy_are_refused() -> None:
    with pytest.raises(LimitExceeded):
        array_of((2**62, 2**62, 0), (1, 1, 1)).read()


@given(st.binary(max_size=20))
@settings(max_examples=30, deadline=None)
def test_any_chunk_is_read_or_refused(value: bytes) -> None:
    codecs = [{"name": "bytes", "configuration": {"endian": "little"}}, "crc32c"]
    array = array_of((2,), (2,), MemoryStore({"c/0": value}), codecs=codecs)
    place = "chunk c/0"
    try:
        array.read()
    except Refusal as refusal:
        place = refusal.place
    assert place.startswith("chunk c/0")
