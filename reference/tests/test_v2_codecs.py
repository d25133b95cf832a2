"""Filters and structured types of v2, against NumPy and against numcodecs."""

import json
from typing import Any

import numcodecs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata, MalformedChunk, Refusal, UnknownExtension
from zarr_reference.stores import MemoryStore
from zarr_reference.v2.filters import NumberFilter
from zarr_reference.v2.hierarchy import create_array, open_array


def document(dtype: Any, filters: Any, **members: Any) -> dict[str, Any]:
    return {
        "zarr_format": 2,
        "shape": [6],
        "chunks": [6],
        "dtype": dtype,
        "compressor": None,
        "fill_value": None,
        "order": "C",
        "filters": filters,
        **members,
    }


def written_by_numcodecs(array: Any, members: dict[str, Any]) -> MemoryStore:
    """A store with one chunk, encoded as zarr-python 2 did."""
    encoded = array
    for each in [*(members["filters"] or []), members["compressor"]]:
        if each is not None:
            encoded = numcodecs.get_codec(each).encode(encoded)
    data = encoded.tobytes(order="A") if isinstance(encoded, np.ndarray) else bytes(encoded)
    key = ".".join("0" for _ in members["shape"]) or "0"
    return MemoryStore({".zarray": json.dumps(members).encode(), key: data})


def decoded_by_numcodecs(data: bytes, members: dict[str, Any], dtype: Any) -> Any:
    for each in reversed([*(members["filters"] or []), members["compressor"]]):
        if each is not None:
            data = numcodecs.get_codec(each).decode(data)
    flat = np.frombuffer(bytes(np.asarray(data)), dtype)
    return flat.reshape(members["shape"], order=members["order"])


def little(array: Any) -> bytes:
    """The elements as the reference has them in memory."""
    return bytes(array.astype(array.dtype.newbyteorder("<")).tobytes(order="C"))


FILTERS: list[tuple[str, list[dict[str, Any]]]] = [
    ("<i4", [{"id": "delta", "dtype": "<i4"}]),
    ("<i4", [{"id": "delta", "dtype": "<i4", "astype": "|i1"}]),
    (">i4", [{"id": "delta", "dtype": ">i4", "astype": ">i2"}]),
    ("<f8", [{"id": "delta", "dtype": "<f8", "astype": "<f4"}]),
    ("<u2", [{"id": "delta", "dtype": "<u2"}, {"id": "delta", "dtype": "<u2"}]),
    (
        "<f8",
        [{"id": "fixedscaleoffset", "offset": 1, "scale": 10, "dtype": "<f8", "astype": "|u1"}],
    ),
    (">f4", [{"id": "fixedscaleoffset", "offset": 0, "scale": 2, "dtype": ">f4", "astype": ">i2"}]),
    ("<f8", [{"id": "quantize", "digits": 1, "dtype": "<f8"}]),
    ("<f8", [{"id": "quantize", "digits": 1, "dtype": "<f8", "astype": "<f4"}]),
    ("<f4", [{"id": "bitround", "keepbits": 5}]),
    ("<i4", [{"id": "astype", "encode_dtype": "<f8", "decode_dtype": "<i4"}]),
    (">i4", [{"id": "astype", "encode_dtype": ">i2", "decode_dtype": ">i4"}]),
    ("<i4", [{"id": "shuffle", "elementsize": 4}]),
    ("<i4", [{"id": "shuffle"}]),
    ("|b1", [{"id": "packbits"}]),
    ("|b1", [{"id": "packbits"}, {"id": "crc32"}]),
    ("<i4", [{"id": "crc32"}]),
    ("<i4", [{"id": "adler32"}]),
    ("<i4", [{"id": "fletcher32"}]),
    ("<i4", [{"id": "crc32c"}]),
    ("<i4", [{"id": "delta", "dtype": "<i4"}, {"id": "shuffle"}, {"id": "zlib", "level": 1}]),
    ("<f4", [{"id": "delta", "dtype": "<f4"}, {"id": "bitround", "keepbits": 8}]),
    (">i4", [{"id": "zstd", "level": 1}, {"id": "adler32"}]),
]
COMPRESSORS: list[dict[str, Any] | None] = [
    None,
    {"id": "lz4", "acceleration": 1},
    {"id": "bz2", "level": 1},
    {"id": "lzma", "format": 1, "check": -1, "preset": 1, "filters": None},
    {"id": "blosc", "cname": "zstd", "clevel": 5, "shuffle": 1, "blocksize": 0},
    {"id": "crc32c"},
]


def some_numbers(dtype: str) -> Any:
    if dtype == "|b1":
        return np.array([[True, False, True], [True, True, False], [False, True, True]])
    return (np.array([[3, 4, 4], [7, 5, 5], [1, 1, 0]]) / 2 * 2 + 1).astype(dtype)


@pytest.mark.parametrize(("dtype", "filters"), FILTERS, ids=str)
@pytest.mark.parametrize("compressor", COMPRESSORS, ids=lambda each: str(each and each["id"]))
@pytest.mark.parametrize("order", ["C", "F"])
def test_what_numcodecs_writes_is_read(
    dtype: str, filters: list[dict[str, Any]], compressor: dict[str, Any] | None, order: str
) -> None:
    """v2.filters.decode_order, v2.filter.*, v2.compressor.*"""
    array = np.asarray(some_numbers(dtype), order=order)
    members = document(
        dtype, filters, compressor=compressor, order=order, shape=[3, 3], chunks=[3, 3]
    )
    store = written_by_numcodecs(array, members)
    data = store.get("0.0")
    assert data is not None
    expected = decoded_by_numcodecs(data, members, dtype)
    assert open_array(store).read().tobytes() == little(expected)


@pytest.mark.parametrize(("dtype", "filters"), FILTERS, ids=str)
@pytest.mark.parametrize("order", ["C", "F"])
def test_what_is_written_numcodecs_reads(
    dtype: str, filters: list[dict[str, Any]], order: str
) -> None:
    """v2.filters.encode_order"""
    if filters[0]["id"] == "bitround":
        order = "C"  # the library forgets the other
    array = np.asarray(some_numbers(dtype), order=order)
    members = document(dtype, filters, order=order, shape=[3, 3], chunks=[3, 3])
    created = create_array(MemoryStore(), "", members)
    opaque = np.frombuffer(little(array), f"V{array.itemsize}").reshape(3, 3)
    created.write_region((0, 0), opaque)
    found, foreign = (
        decoded_by_numcodecs(store.get("0.0") or b"", members, dtype)
        for store in (created.store, written_by_numcodecs(array, members))
    )
    assert found.tobytes() == foreign.tobytes()


MALFORMED_FILTERS: list[tuple[Any, str, type[Refusal]]] = [
    ({"id": "delta"}, "v2.filter.delta", InvalidMetadata),
    ({"id": "delta", "dtype": "<U3"}, "v2.filter.delta", InvalidMetadata),
    ({"id": "delta", "dtype": "<i4", "order": 2}, "v2.filter.delta", InvalidMetadata),
    ({"id": "delta", "dtype": "<i8"}, "v2.filter.delta", InvalidMetadata),
    ({"id": "delta", "dtype": "<i4", "astype": "|b1"}, "v2.filter.delta", InvalidMetadata),
    ({"id": "packbits", "n": 1}, "v2.filter.packbits", InvalidMetadata),
    ({"id": "quantize", "dtype": "<f4"}, "v2.filters.no_registry", InvalidMetadata),
    ({"id": "bitround"}, "v2.filters.no_registry", InvalidMetadata),
    ({"id": "bitround", "keepbits": 1}, "", InvalidMetadata),
    ({"id": "shuffle", "elementsize": 0}, "v2.filter.shuffle", InvalidMetadata),
    ({"id": "crc32", "location": "middle"}, "v2.filter.crc32", InvalidMetadata),
    ({"id": "lzma", "format": 9}, "v2.compressor.lzma", InvalidMetadata),
    ({"id": "rot13"}, "v2.filters.no_registry", UnknownExtension),
    ({"id": "pickle"}, "v2.filters.no_registry", UnknownExtension),
    ({"id": "vlen-utf8"}, "v2.filters.no_registry", UnknownExtension),
    ({"id": "categorize"}, "v2.filters.no_registry", InvalidMetadata),
    ({}, "v2.array.filters.id", InvalidMetadata),
    ("delta", "v2.array.filters.id", InvalidMetadata),
]


@pytest.mark.parametrize(("each", "requirement", "kind"), MALFORMED_FILTERS, ids=str)
def test_malformed_filters_are_refused(each: Any, requirement: str, kind: type[Refusal]) -> None:
    members = document("<i4", [each], shape=[3], chunks=[3])
    with pytest.raises(kind) as refused:
        create_array(MemoryStore(), "", members)
    assert refused.value.requirement == requirement or not requirement


def test_numbers_must_be_known_to_be_numbers() -> None:
    """A filter that computes cannot follow one that compresses."""
    delta, bitround = {"id": "delta", "dtype": "|u1"}, {"id": "bitround", "keepbits": 1}
    for second in (delta, bitround):
        with pytest.raises(InvalidMetadata):
            create_array(MemoryStore(), "", document("<f4", [{"id": "zlib"}, second]))


@pytest.mark.parametrize(
    ("filters", "data"),
    [
        ([{"id": "delta", "dtype": "<i4", "astype": "|i1"}], bytes(5)),
        ([{"id": "delta", "dtype": "<i4", "astype": "|i1"}], bytes(7)),
        ([{"id": "shuffle"}], bytes(23)),
        ([{"id": "crc32"}], bytes(3)),
        ([{"id": "crc32"}], bytes(28)),
    ],
)
def test_malformed_chunks_are_refused(filters: list[Any], data: bytes) -> None:
    members = document("<i4", filters)
    store = MemoryStore({".zarray": json.dumps(members).encode(), "0": data})
    with pytest.raises(MalformedChunk):
        open_array(store).read()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(choice=st.sampled_from(FILTERS), data=st.binary(max_size=60))
def test_nothing_but_a_refusal_escapes(choice: Any, data: bytes) -> None:
    dtype, filters = choice
    members = document(dtype, filters)
    store = MemoryStore({".zarray": json.dumps(members).encode(), "0": data})
    try:
        assert open_array(store).read().shape == (6,)
    except Refusal as refusal:
        assert refusal.stage == "read"  # noqa: PT017


STRUCTURES: list[list[Any]] = [
    [["x", "<u2"], ["y", "|u1"]],
    [["x", ">u2"], ["y", ">f4"]],
    [["x", ">u2"], ["y", "<f4"], ["z", "|S3"]],
    [["x", ">U2"], ["y", [["a", "<i2"], ["b", ">c8"]], [2, 2]], ["t", ">M8[s]"]],
    [["m", ">f8", [2, 2]], ["n", "<i4", [3]]],
]


def as_numpy(fields: Any) -> Any:
    if isinstance(fields, str):
        return fields
    return np.dtype([(name, as_numpy(kind), *map(tuple, shape)) for name, kind, *shape in fields])


@pytest.mark.parametrize("fields", STRUCTURES, ids=str)
@pytest.mark.parametrize("order", ["C", "F"])
def test_structured_elements(fields: list[Any], order: str) -> None:
    """v2.dtype.struct.*: every field has its own byte order"""
    dtype = as_numpy(fields)
    raw = np.random.default_rng(1).integers(0, 0x7F, 6 * dtype.itemsize, dtype="u1")
    array = raw.view(dtype).reshape(3, 2)
    for name in [name for name, kind, *_ in fields if "U" in kind]:
        array[name] = "ab"
    members = document(fields, None, shape=[3, 2], chunks=[3, 2], order=order)
    store = written_by_numcodecs(np.asarray(array, order=order), members)
    opened = open_array(store)
    assert opened.read().tobytes() == array.astype(dtype.newbyteorder("<")).tobytes()
    copy = create_array(MemoryStore(), "", members)
    copy.write_region((0, 0), opened.read())
    assert copy.store.get("0.0") == store.get("0.0")


def test_a_structured_chunk_of_another_length_is_refused() -> None:
    members = document([["x", ">u2"], ["y", "<u2"]], None)
    store = MemoryStore({".zarray": json.dumps(members).encode(), "0": bytes(23)})
    with pytest.raises(MalformedChunk):
        open_array(store).read()


def test_filters_can_be_made_from_their_configuration() -> None:
    delta = {"id": "delta", "dtype": "<i4"}
    assert NumberFilter.from_configuration(delta, "$").decoded.data_type.name == "int32"
