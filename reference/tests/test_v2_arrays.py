"""Chunks of v2 arrays, against NumPy and against what numcodecs writes and reads."""

import json
import zlib
from typing import Any

import numcodecs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zarr_reference.errors import LimitExceeded, MalformedChunk, Refusal
from zarr_reference.stores import MemoryStore
from zarr_reference.v2.array import Array
from zarr_reference.v2.data_types import NUMERIC
from zarr_reference.v2.hierarchy import create_array, open_array

COMPRESSORS: list[dict[str, Any] | None] = [
    None,
    {"id": "zlib", "level": 6},
    {"id": "gzip", "level": 9},
    {"id": "zstd", "level": 1},
    {"id": "zstd", "level": 5, "checksum": True},
    {"id": "blosc", "cname": "lz4", "clevel": 5, "shuffle": 1, "blocksize": 0},
    {"id": "blosc", "cname": "blosclz", "clevel": 9, "shuffle": 2, "blocksize": 0},
    {"id": "blosc", "cname": "zstd", "clevel": 3, "shuffle": 0, "blocksize": 0},
    {"id": "blosc", "cname": "zlib", "clevel": 3, "shuffle": -1, "blocksize": 0},
]


def document(**members: Any) -> dict[str, Any]:
    return {
        "zarr_format": 2,
        "shape": [5, 3],
        "chunks": [2, 2],
        "dtype": "<i2",
        "compressor": None,
        "fill_value": 0,
        "order": "C",
        "filters": None,
        **members,
    }


def numbers(array: Array, dtype: str) -> Any:
    """The elements as NumPy understands them; in memory all are little-endian."""
    return array.read().view(np.dtype(dtype).newbyteorder("<"))


def foreign_store(elements: Any, members: dict[str, Any]) -> MemoryStore:
    """A store as another implementation writes it: chunks by NumPy, compressed by numcodecs."""
    store = MemoryStore({".zarray": json.dumps(members).encode()})
    chunks, separator = members["chunks"], members.get("dimension_separator", ".")
    grid = [-(-length // chunk) for length, chunk in zip(members["shape"], chunks, strict=True)]
    for index in np.ndindex(*grid):
        chunk = np.zeros(chunks, members["dtype"])
        start = [i * length for i, length in zip(index, chunks, strict=True)]
        region = tuple(slice(s, s + length) for s, length in zip(start, chunks, strict=True))
        part = elements[region]
        chunk[tuple(slice(0, length) for length in part.shape)] = part
        data = chunk.tobytes(order=members["order"])
        if members["compressor"] is not None:
            data = bytes(numcodecs.get_codec(members["compressor"]).encode(data))
        store.set(separator.join(map(str, index)) or "0", data)
    return store


@pytest.mark.parametrize("compressor", COMPRESSORS, ids=str)
@pytest.mark.parametrize("order", ["C", "F"])
def test_what_numcodecs_writes_is_read(compressor: dict[str, Any] | None, order: str) -> None:
    """v2.compressor.zlib, .gzip, .blosc, .zstd; v2.chunk.full_size, v2.chunk.overhang_undefined"""
    elements = np.arange(700, dtype=">u4").reshape(25, 28) // 3
    members = document(
        shape=[25, 28], chunks=[10, 9], dtype=">u4", compressor=compressor, order=order
    )
    array = open_array(foreign_store(elements, members))
    assert np.array_equal(numbers(array, ">u4"), elements)


@pytest.mark.parametrize("compressor", COMPRESSORS, ids=str)
def test_what_is_written_numcodecs_reads(compressor: dict[str, Any] | None) -> None:
    """v2.chunk.no_header"""
    elements = np.arange(4, dtype="<i2").reshape(2, 2)
    array = create_array(MemoryStore(), "", document(shape=[2, 2], compressor=compressor))
    assert array.write_region((0, 0), elements.view("V2")) == {"0.0"}
    data = array.store.get("0.0")
    if compressor is not None:
        data = numcodecs.get_codec(compressor).decode(data)
    assert data is not None
    assert bytes(data) == elements.tobytes()


@pytest.mark.parametrize("code", [*NUMERIC, "S3", "V3"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_data_type_keeps_every_bit(code: str, order: str) -> None:
    """v2.dtype.kind.*: NaN payloads, negative zeros and all other patterns survive"""
    dtype = np.dtype(order + code)
    raw = np.random.default_rng(1).integers(0, 256, 15 * dtype.itemsize, dtype="u1")
    if code == "b1":
        raw %= 2
    elements = raw.view(dtype).reshape(5, 3)
    members = document(dtype=order + code, fill_value=None)
    array = open_array(foreign_store(elements, members))
    swap = order == ">" and code not in ("S3", "V3")
    expected = elements.byteswap() if swap else elements
    assert array.read().tobytes() == expected.tobytes()
    copy = create_array(MemoryStore(), "", members)
    copy.write_region((0, 0), array.read())
    assert copy.read().tobytes() == expected.tobytes()
    assert copy.store.get("0.0") == array.store.get("0.0")


def test_order_f_does_not_turn_the_keys_round() -> None:
    """v2.array.order.F, v2.chunk.grid_row_major_keys"""
    array = create_array(MemoryStore(), "", document(order="F"))
    elements = np.arange(15, dtype="<i2").reshape(5, 3)
    keys = array.write_region((0, 0), elements.view("V2"))
    assert keys == {"0.0", "0.1", "1.0", "1.1", "2.0", "2.1"}
    assert array.store.get("1.0") == np.array([6, 9, 7, 10], "<i2").tobytes()
    assert np.array_equal(numbers(array, "<i2"), elements)


def test_keys() -> None:
    """v2.chunk.key.dot, v2.chunk.key.slash, v2.chunk.key.zero_dim, v2.path.key_prefix"""
    one = np.ones((1, 1), "<i2").view("V2")
    dot = create_array(MemoryStore(), "foo/bar", document())
    assert dot.write_region((4, 2), one) == {"foo/bar/2.1"}
    slash = create_array(MemoryStore(), "foo", document(dimension_separator="/"))
    assert slash.write_region((4, 2), one) == {"foo/2/1"}
    scalar = create_array(MemoryStore(), "", document(shape=[], chunks=[]))
    assert scalar.write_region((), one.reshape(())) == {"0"}
    assert numbers(scalar, "<i2") == 1


def test_missing_chunks_read_as_the_fill_value() -> None:
    """v2.chunk.missing_ok, v2.chunk.missing_fill"""
    array = create_array(MemoryStore(), "", document(fill_value=-1))
    assert np.array_equal(numbers(array, "<i2"), np.full((5, 3), -1))


def test_missing_chunks_without_fill_value_do_not_fail() -> None:
    """v2.chunk.missing_null_fill"""
    array = create_array(MemoryStore(), "", document(fill_value=None))
    assert array.read().shape == (5, 3)


def test_arrays_without_elements() -> None:
    array = create_array(MemoryStore(), "", document(shape=[0, 3], chunks=[0, 2]))
    assert array.read().shape == (0, 3)


@pytest.mark.parametrize("compressor", [c for c in COMPRESSORS if c is not None], ids=str)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_chunks_are_refused_or_read(compressor: dict[str, Any], data: Any) -> None:
    elements = np.arange(4, dtype="<i2").reshape(2, 2)
    members = document(shape=[2, 2], compressor=compressor)
    store = foreign_store(elements, members)
    raw = bytearray(store.get("0.0") or b"")
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    store.set("0.0", bytes(raw[: data.draw(st.integers(0, len(raw)))]))
    found = None
    try:
        found = open_array(store).read()
    except Refusal as refusal:
        assert refusal.stage == "read"  # noqa: PT017
    assert found is None or found.shape == (2, 2)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x78",
        zlib.compress(bytes(8))[:-1],
        zlib.compress(bytes(8))[:-1] + b"\0",
        zlib.compress(bytes(8)) + b"\0",
        zlib.compress(bytes(7)),
        zlib.compress(bytes(9)),
        b"\x78\x9d" + zlib.compress(bytes(8))[2:],
        bytes(8),
    ],
)
def test_zlib_streams_that_are_no_chunk(data: bytes) -> None:
    """v2.compressor.zlib: one stream with its checksum, and nothing after it"""
    array = create_array(MemoryStore(), "", document(shape=[2, 2], compressor={"id": "zlib"}))
    array.store.set("0.0", data)
    with pytest.raises(MalformedChunk) as caught:
        array.read()
    assert caught.value.place.startswith("chunk 0.0, ")


@given(data=st.binary(max_size=300))
def test_zlib_round_trip(data: bytes) -> None:
    members = document(shape=[len(data)], chunks=[max(len(data), 1)], dtype="|u1")
    array = create_array(MemoryStore(), "", {**members, "compressor": {"id": "zlib"}})
    keys = array.write_region((0,), np.frombuffer(data, "V1"))
    assert all(zlib.decompress(array.store.get(key) or b"") == data for key in keys)
    assert array.read().tobytes() == data


def test_a_bomb_is_refused_before_it_grows() -> None:
    members = document(shape=[2**20], chunks=[2**20], dtype="|u1", compressor={"id": "zlib"})
    store = MemoryStore({".zarray": json.dumps(members).encode()})
    store.set("0", zlib.compress(bytes(2**20)))
    assert open_array(store).read().shape == (2**20,)
    with pytest.raises(LimitExceeded):
        open_array(store, limit=2**20 - 1).read()
