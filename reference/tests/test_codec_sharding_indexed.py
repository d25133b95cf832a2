"""The ``sharding_indexed`` codec: shards taken apart byte by byte."""

import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata, LimitExceeded, MalformedChunk, Refusal
from zarr_reference.representation import (
    ArrayType,
    ByteStringType,
    DataType,
    elements_from_bytes,
    elements_to_bytes,
)
from zarr_reference.v3.codecs import parse_codecs
from zarr_reference.v3.codecs.crc32c import crc32c
from zarr_reference.v3.codecs.pipeline import MAX_RANK
from zarr_reference.v3.codecs.sharding_indexed import ShardingIndexedCodec

UINT8 = DataType("uint8", "uint", 1, 1)
FLOAT32 = DataType("float32", "float", 4, 4)
LITTLE = {"name": "bytes", "configuration": {"endian": "little"}}
BIG = {"name": "bytes", "configuration": {"endian": "big"}}
TRANSPOSE = {"name": "transpose", "configuration": {"order": [1, 0]}}
GZIP = {"name": "gzip", "configuration": {"level": 1}}

# Two inner chunks of two bytes each, and an index of 2 * 16 bytes.
CONFIGURATION = {"chunk_shape": [2], "codecs": ["bytes"], "index_codecs": [LITTLE]}
SHARD = ArrayType((4,), UINT8, b"\x09")
EMPTY = 2**64 - 1


def codec(**changes: Any) -> ShardingIndexedCodec:
    return ShardingIndexedCodec.from_configuration({**CONFIGURATION, **changes}, "$")


def nested(**changes: Any) -> dict[str, Any]:
    return {"name": "sharding_indexed", "configuration": {**CONFIGURATION, **changes}}


def shard(data: bytes, *entries: int) -> bytes:
    """A shard with its index at the end."""
    return data + struct.pack(f"<{len(entries)}Q", *entries)


def decode(encoded: bytes, limit: int = 2**20, **changes: Any) -> bytes:
    return elements_to_bytes(codec(**changes).decode(encoded, SHARD, limit))


def refused(encoded: bytes, requirement: str, **changes: Any) -> MalformedChunk:
    with pytest.raises(MalformedChunk) as refusal:
        decode(encoded, **changes)
    assert refusal.value.requirement == requirement
    return refusal.value


def test_the_index_is_at_the_end_by_default() -> None:
    """codec.sharding_indexed.index_location.default, .index.at_end, .index.pair, .index.nbytes"""
    expected = shard(b"abcd", 0, 2, 2, 2)
    for sharding in (codec(), codec(index_location="end")):
        assert sharding.encode(elements_from_bytes(b"abcd", SHARD), SHARD) == expected
    assert decode(expected) == b"abcd"


def test_offsets_count_from_the_first_byte_of_the_shard_also_after_an_index() -> None:
    """codec.sharding_indexed.index.at_start, .index.offset_base"""
    expected = struct.pack("<4Q", 32, 2, 34, 2) + b"abcd"
    encoded = codec(index_location="start").encode(elements_from_bytes(b"abcd", SHARD), SHARD)
    assert encoded == expected
    assert decode(expected, index_location="start") == b"abcd"


@pytest.mark.parametrize("location", ["start", "end"])
def test_inner_chunks_of_the_fill_value_are_left_empty(location: str) -> None:
    """codec.sharding_indexed.empty.marker, .empty.reads_fill, .empty.all"""
    sharding = codec(index_location=location)
    for elements, entries in ((b"\x09\x09ab", 1), (b"\x09\x09\x09\x09", 2)):
        encoded = sharding.encode(elements_from_bytes(elements, SHARD), SHARD)
        assert encoded.count(struct.pack("<Q", EMPTY)) == 2 * entries
        assert len(encoded) == 32 + 2 * (2 - entries)
        assert decode(encoded, index_location=location) == elements


def test_only_the_very_bits_of_the_fill_value_are_left_out() -> None:
    """codec.sharding_indexed.empty.reads_fill: -0.0 equals 0.0, but is not the fill value."""
    nan = b"\x01\x00\xa0\x7f"
    for fill_value, element in ((bytes(4), b"\0\0\0\x80"), (nan, b"\0\0\xc0\x7f")):
        array_type = ArrayType((4,), FLOAT32, fill_value)
        data = fill_value * 2 + element * 2
        sharding = codec(codecs=[BIG])
        encoded = sharding.encode(elements_from_bytes(data, array_type), array_type)
        assert len(encoded) == 8 + 32
        assert elements_to_bytes(sharding.decode(encoded, array_type, 999)) == data


def test_the_worked_example_of_the_page() -> None:
    """codec.sharding_indexed.index.size, .index.shape, .index.order, .index_codecs.recommended"""
    array_type = ArrayType((64, 64), UINT8, b"\0")
    sharding = codec(chunk_shape=[32, 32], index_codecs=[LITTLE, "crc32c"])
    data = np.arange(1, 64 * 64 + 1).astype("u1").tobytes()
    encoded = sharding.encode(elements_from_bytes(data, array_type), array_type)
    index = encoded[4096:]
    assert len(index) == 68
    assert struct.unpack("<8QI", index) == (
        *(0, 1024, 1024, 1024, 2048, 1024, 3072, 1024),
        crc32c(index[:64]),
    )
    array = np.frombuffer(data, "u1").reshape(64, 64)
    assert encoded[1024:2048] == array[:32, 32:].tobytes()
    assert elements_to_bytes(sharding.decode(encoded, array_type, 2**20)) == data


@pytest.mark.parametrize(
    ("encoded", "elements"),
    [
        (shard(b"cdab", 2, 2, 0, 2), b"abcd"),  # .data.order_free
        (shard(b"..ab...cd....", 2, 2, 7, 2), b"abcd"),  # .data.gaps
        (shard(b"ab", 0, 2, 0, 2), b"abab"),  # .data.overlap
        (shard(b"abc", 0, 2, 1, 2), b"abbc"),
        (shard(b"ab", EMPTY, EMPTY, 0, 2), b"\x09\x09ab"),
        (shard(b"", EMPTY, EMPTY, EMPTY, EMPTY), b"\x09\x09\x09\x09"),
    ],
)
def test_any_placement_of_inner_chunks_is_read(encoded: bytes, elements: bytes) -> None:
    """codec.sharding_indexed.data.order_free, .data.gaps, .data.overlap, .empty.all"""
    assert decode(encoded) == elements


@pytest.mark.parametrize(
    ("index_codecs", "index"),
    [
        ([BIG], struct.pack(">4Q", 0, 2, 3, 2)),
        # Both offsets first, then both lengths.
        ([TRANSPOSE, LITTLE], struct.pack("<4Q", 0, 3, 2, 2)),
    ],
)
def test_any_index_codecs_of_fixed_size_are_applied(index_codecs: Any, index: bytes) -> None:
    """codec.sharding_indexed.index_codecs.big_endian, .no_crc, .transpose"""
    assert decode(b"ab.cd" + index, index_codecs=index_codecs) == b"abcd"


@pytest.mark.parametrize("location", ["start", "end"])
@pytest.mark.parametrize("changed_bit", range(0, 8 * 36, 37))
def test_a_changed_bit_in_the_index_is_found_by_its_checksum(
    location: str, changed_bit: int
) -> None:
    """codec.sharding_indexed.index_crc_checked"""
    changes = {"index_codecs": [LITTLE, "crc32c"], "index_location": location}
    encoded = bytearray(codec(**changes).encode(elements_from_bytes(b"abcd", SHARD), SHARD))
    start = 0 if location == "start" else 4
    encoded[start + changed_bit // 8] ^= 1 << changed_bit % 8
    refusal = refused(bytes(encoded), "codec.crc32c.verified_on_read", **changes)
    assert refusal.place == "shard index, byte 32"


@pytest.mark.parametrize(
    ("entry", "requirement"),
    [
        ((EMPTY, 2), "codec.sharding_indexed.empty.half_marker"),
        ((0, EMPTY), "codec.sharding_indexed.empty.half_marker"),
        ((0, 0), "codec.sharding_indexed.empty.nbytes_zero"),
        ((4, 0), "codec.sharding_indexed.empty.nbytes_zero"),
        ((35, 2), "codec.sharding_indexed.data.out_of_range"),
        ((36, 2), "codec.sharding_indexed.data.out_of_range"),
        ((2**64 - 2, 2), "codec.sharding_indexed.data.out_of_range"),
        ((2, 2**64 - 2), "codec.sharding_indexed.data.out_of_range"),
        ((3, 2), "codec.sharding_indexed.data.points_into_index"),
        ((34, 2), "codec.sharding_indexed.data.points_into_index"),
        ((1, 3), "codec.bytes.length_check"),
    ],
)
def test_entries_that_are_none_are_refused(entry: tuple[int, int], requirement: str) -> None:
    """codec.sharding_indexed.empty.half_marker, .data.out_of_range, .data.points_into_index"""
    refusal = refused(shard(b"abcd", 0, 2, *entry), requirement)
    assert refusal.place.startswith("inner chunk (1,), ")


def test_entries_that_point_into_an_index_at_the_start_are_refused() -> None:
    """codec.sharding_indexed.data.points_into_index"""
    encoded = struct.pack("<4Q", 0, 2, 34, 2) + b"abcd"
    refused(encoded, "codec.sharding_indexed.data.points_into_index", index_location="start")


@pytest.mark.parametrize("location", ["start", "end"])
@pytest.mark.parametrize("size", [0, 31])
def test_a_value_shorter_than_the_index_is_refused(size: int, location: str) -> None:
    """codec.sharding_indexed.too_short"""
    refused(bytes(size), "codec.sharding_indexed.too_short", index_location=location)


def test_an_index_beyond_the_limit_is_refused() -> None:
    array_type = ArrayType((4, 4), UINT8, b"\0")
    sharding = codec(chunk_shape=[1, 1])
    encoded = sharding.encode(elements_from_bytes(bytes(16), array_type), array_type)
    with pytest.raises(LimitExceeded):
        sharding.decode(encoded, array_type, limit=255)
    assert elements_to_bytes(sharding.decode(encoded, array_type, limit=256)) == bytes(16)


def test_a_shard_without_dimensions_has_one_inner_chunk() -> None:
    array_type = ArrayType((), UINT8, b"\0")
    sharding = codec(chunk_shape=[])
    for element in (b"a", b"\0"):
        encoded = sharding.encode(elements_from_bytes(element, array_type), array_type)
        assert len(encoded) == 16 + (element == b"a")
        decoded = sharding.decode(encoded, array_type, 99)
        assert decoded.shape == ()
        assert elements_to_bytes(decoded) == element


def test_codecs_stand_before_within_and_after() -> None:
    """codec.sharding_indexed.chunk_shape.after_transpose, .codecs.nested, .followed_by_b2b"""
    inner = nested(chunk_shape=[1, 2], codecs=["bytes", GZIP])
    outer = nested(chunk_shape=[3, 2], codecs=[inner], index_location="start")
    pipeline = parse_codecs([TRANSPOSE, outer, "crc32c"], "$")
    array_type = ArrayType((4, 6), UINT8, b"\x05")
    assert pipeline.encoded_representation_type(array_type) == ByteStringType()
    data = bytes(range(1, 25))
    encoded = pipeline.encode(elements_from_bytes(data, array_type), array_type)
    assert elements_to_bytes(pipeline.decode(encoded, array_type, 2**20)) == data
    assert struct.unpack("<Q", encoded[:8]) == (4 * 16,)


@pytest.mark.parametrize(
    ("changes", "requirement", "place"),
    [
        ({"chunk_shape": None}, "codec.sharding_indexed.chunk_shape.integers", "$.chunk_shape"),
        ({"chunk_shape": [2.5]}, "codec.sharding_indexed.chunk_shape.integers", "$.chunk_shape[0]"),
        ({"chunk_shape": [True]}, "codec.sharding_indexed.chunk_shape.integers",
         "$.chunk_shape[0]"),
        ({"chunk_shape": [0]}, "codec.sharding_indexed.chunk_shape.positive", "$.chunk_shape[0]"),
        ({"chunk_shape": [-1]}, "codec.sharding_indexed.chunk_shape.positive", "$.chunk_shape[0]"),
        ({"codecs": []}, "core.metadata.array.codecs.nonempty", "$.codecs"),
        ({"codecs": ["crc32c"]}, "codec.pipeline.exactly_one_a2b", "$.codecs"),
        ({"index_codecs": {}}, "core.metadata.array.codecs.list", "$.index_codecs"),
        ({"index_location": "middle"}, "codec.sharding_indexed.index_location.values",
         "$.index_location"),
        ({"index_location": None}, "codec.sharding_indexed.index_location.values",
         "$.index_location"),
        ({"order": "C"}, "codec.sharding_indexed.no_extra_members", "$"),
    ],
)  # fmt: skip
def test_other_configurations_are_refused(
    changes: dict[str, Any], requirement: str, place: str
) -> None:
    with pytest.raises(InvalidMetadata) as refusal:
        codec(**changes)
    assert (refusal.value.requirement, refusal.value.place) == (requirement, place)


@pytest.mark.parametrize("name", ["chunk_shape", "codecs", "index_codecs"])
def test_three_parameters_are_required(name: str) -> None:
    configuration = {key: value for key, value in CONFIGURATION.items() if key != name}
    with pytest.raises(InvalidMetadata) as refusal:
        ShardingIndexedCodec.from_configuration(configuration, "$")
    assert refusal.value.requirement == f"codec.sharding_indexed.{name}.required"


@pytest.mark.parametrize(
    ("changes", "requirement", "place"),
    [
        ({"chunk_shape": [2, 2]}, "codec.sharding_indexed.chunk_shape.rank", "chunk_shape"),
        ({"chunk_shape": [3]}, "codec.sharding_indexed.chunk_shape.divides", "chunk_shape"),
        ({"chunk_shape": [8]}, "codec.sharding_indexed.chunk_shape.divides", "chunk_shape"),
        ({"index_codecs": ["bytes"]}, "codec.bytes.endian.required_multibyte",
         "index_codecs[0].configuration"),
        ({"index_codecs": [LITTLE, GZIP]},
         "codec.sharding_indexed.index_codecs.fixed_size", "index_codecs"),
        ({"index_codecs": [nested(chunk_shape=[1, 1], codecs=[LITTLE])]},
         "codec.sharding_indexed.index_codecs.fixed_size", "index_codecs"),
        ({"codecs": [TRANSPOSE, "bytes"]},
         "codec.transpose.order.rank", "codecs[0].configuration.order"),
    ],
)  # fmt: skip
def test_shards_that_do_not_fit_are_refused(
    changes: dict[str, Any], requirement: str, place: str
) -> None:
    """codec.sharding_indexed.chunk_shape.rank, .chunk_shape.divides, .index_codecs.fixed_size"""
    with pytest.raises(InvalidMetadata) as refusal:
        codec(**changes).compute_encoded_representation_type(SHARD, "$[0]")
    assert refusal.value.requirement == requirement
    assert refusal.value.place == f"$[0].configuration.{place}"


def test_a_shard_of_the_highest_rank_has_no_index() -> None:
    shape = (1,) * MAX_RANK
    with pytest.raises(LimitExceeded):
        codec(chunk_shape=list(shape)).compute_encoded_representation_type(
            ArrayType(shape, UINT8, b"\0"), "$"
        )


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=12),
    st.lists(st.sampled_from([0, 1, 2, 3, 4, 34, EMPTY - 1, EMPTY]), min_size=4, max_size=4),
    st.booleans(),
)
def test_any_bytes_are_decoded_or_refused(data: bytes, entries: list[int], at_start: bool) -> None:
    index = struct.pack("<4Q", *entries)
    encoded = index + data if at_start else data + index
    try:
        elements = decode(encoded, index_location="start" if at_start else "end")
    except Refusal:
        return
    assert len(elements) == 4


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 3).flatmap(
        lambda rank: st.tuples(
            st.lists(st.integers(1, 3), min_size=rank, max_size=rank),
            st.lists(st.integers(1, 3), min_size=rank, max_size=rank),
        )
    ),
    st.sampled_from(["start", "end"]),
    st.data(),
)
def test_any_shard_survives_the_round_trip(
    lengths: tuple[list[int], list[int]], location: str, draw: st.DataObject
) -> None:
    """codec.sharding_indexed.chunk_shape.equal_shard, .multi_inner"""
    inner_shape, counts = lengths
    shape = tuple(inner * count for inner, count in zip(inner_shape, counts, strict=True))
    array_type = ArrayType(shape, UINT8, b"\0")
    size = array_type.element_count
    data = draw.draw(st.binary(min_size=size, max_size=size) | st.just(bytes(size)))
    sharding = codec(chunk_shape=inner_shape, index_location=location)
    encoded = sharding.encode(elements_from_bytes(data, array_type), array_type)
    assert elements_to_bytes(sharding.decode(encoded, array_type, 2**20)) == data
