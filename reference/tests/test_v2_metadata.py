"""The documents of v2, and what they become."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import (
    InvalidMetadata,
    LimitExceeded,
    MalformedMetadata,
    Refusal,
    UnknownExtension,
)
from zarr_reference.v2.metadata import parse_array_metadata, parse_attributes, parse_group_metadata
from zarr_reference.v3.chunk_grids import RegularGrid
from zarr_reference.v3.chunk_key_encodings import V2ChunkKeyEncoding
from zarr_reference.v3.codecs.bytes import BytesCodec
from zarr_reference.v3.codecs.transpose import TransposeCodec
from zarr_reference.v3.metadata import ArrayMetadata

ARRAY: dict[str, Any] = {
    "zarr_format": 2,
    "shape": [5, 3],
    "chunks": [2, 2],
    "dtype": ">i2",
    "compressor": None,
    "fill_value": 7,
    "order": "C",
    "filters": None,
}


def parse(**members: Any) -> ArrayMetadata:
    return parse_array_metadata(json.dumps({**ARRAY, **members}).encode())


def test_an_array() -> None:
    metadata = parse()
    assert metadata.shape == (5, 3)
    assert metadata.data_type.name == "int16"
    assert metadata.chunk_grid == RegularGrid((2, 2))
    assert metadata.fill_value == b"\7\0"
    assert metadata.codecs.codecs == (BytesCodec("big"),)
    assert metadata.attributes == {}
    assert metadata.dimension_names is None


def test_order() -> None:
    """v2.array.order.C, v2.array.order.F: a transposition in front of the bytes"""
    assert parse(order="F").codecs.codecs == (TransposeCodec((1, 0)), BytesCodec("big"))
    without_dimensions = parse(order="F", shape=[], chunks=[])
    assert without_dimensions.codecs.codecs[0] == TransposeCodec(())


@pytest.mark.parametrize(
    ("members", "separator"),
    [
        ({}, "."),
        ({"dimension_separator": "."}, "."),
        ({"dimension_separator": "/"}, "/"),
    ],
)
def test_dimension_separator(members: dict[str, str], separator: str) -> None:
    """v2.array.dimension_separator.default, v2.array.dimension_separator.optional"""
    assert parse(**members).chunk_key_encoding == V2ChunkKeyEncoding(separator)


@pytest.mark.parametrize(
    "members",
    [
        {"filters": []},  # v2.array.filters.empty_list
        {"shape": [], "chunks": []},  # v2.array.shape.zero_dim
        {"shape": [0, 3], "chunks": [0, 2]},
        {"shape": [2**53 + 1, 3]},
        {"fill_value": None},  # v2.array.fill_value.null
        {"node_type": "array", "_nc": 1},  # v2.array.other_keys.ignored
        {"compressor": {"id": "zlib"}},
        {"compressor": {"id": "gzip", "level": -1}},
        {"compressor": {"id": "zstd", "level": 3, "checksum": True, "more": 1}},
        {"compressor": {"id": "blosc", "cname": "zstd", "clevel": 1, "shuffle": -1}},
    ],
)
def test_what_is_read(members: dict[str, Any]) -> None:
    assert isinstance(parse(**members), ArrayMetadata)


@pytest.mark.parametrize("name", list(ARRAY))
def test_every_member_is_required(name: str) -> None:
    document = {key: value for key, value in ARRAY.items() if key != name}
    with pytest.raises(InvalidMetadata) as caught:
        parse_array_metadata(json.dumps(document).encode(), "foo/.zarray")
    assert caught.value.requirement == f"v2.array.{name}.required"
    assert caught.value.place == "foo/.zarray: $"


@pytest.mark.parametrize(
    ("members", "refusal", "requirement", "path"),
    [
        ({"zarr_format": 3}, InvalidMetadata, "v2.array.zarr_format.value", ".zarr_format"),
        ({"zarr_format": "2"}, InvalidMetadata, "v2.array.zarr_format.required", ".zarr_format"),
        ({"zarr_format": 2.0}, InvalidMetadata, "v2.array.zarr_format.required", ".zarr_format"),
        ({"shape": [5, -1]}, InvalidMetadata, "v2.array.shape.required", ".shape[1]"),
        ({"shape": 5}, InvalidMetadata, "v2.array.shape.required", ".shape"),
        ({"shape": [1] * 40}, LimitExceeded, "limit", ".shape"),
        ({"shape": [2**63, 3]}, LimitExceeded, "limit", ".shape[0]"),
        ({"chunks": [2]}, InvalidMetadata, "v2.array.chunks.rank", ".chunks"),
        ({"chunks": [2, 0]}, InvalidMetadata, "v2.array.chunks.required", ".chunks[1]"),
        ({"chunks": [2, 1.5]}, InvalidMetadata, "v2.array.chunks.required", ".chunks[1]"),
        ({"dtype": "i2"}, InvalidMetadata, "v2.dtype.byteorder.required", ".dtype"),
        ({"fill_value": "x"}, InvalidMetadata, "v2.fill.int.float_token", ".fill_value"),
        ({"order": "A"}, InvalidMetadata, "v2.array.order.values", ".order"),
        ({"order": ["C"]}, InvalidMetadata, "v2.array.order.values", ".order"),
        (
            {"dimension_separator": "-"},
            InvalidMetadata,
            "v2.array.dimension_separator.values",
            ".dimension_separator",
        ),
        (
            {"dimension_separator": None},
            InvalidMetadata,
            "v2.array.dimension_separator.values",
            ".dimension_separator",
        ),
        ({"filters": {}}, InvalidMetadata, "v2.array.filters.required", ".filters"),
        ({"filters": ["delta"]}, InvalidMetadata, "v2.array.filters.id", ".filters[0]"),
        ({"filters": [{}]}, InvalidMetadata, "v2.array.filters.id", ".filters[0]"),
        ({"filters": [{"id": "x"}]}, UnknownExtension, "v2.filters.no_registry", ".filters[0]"),
        ({"compressor": "zlib"}, InvalidMetadata, "v2.array.compressor.id", ".compressor"),
        ({"compressor": {"id": 1}}, InvalidMetadata, "v2.array.compressor.id", ".compressor"),
        (
            {"compressor": {"id": "snappy"}},
            UnknownExtension,
            "v2.array.compressor.unknown",
            ".compressor",
        ),
        (
            {"compressor": {"id": "zlib", "level": 10}},
            InvalidMetadata,
            "v2.compressor.zlib",
            ".compressor.level",
        ),
        (
            {"compressor": {"id": "gzip", "level": "1"}},
            InvalidMetadata,
            "v2.compressor.gzip",
            ".compressor.level",
        ),
        (
            {"compressor": {"id": "zstd", "checksum": 1}},
            InvalidMetadata,
            "v2.compressor.zstd",
            ".compressor.checksum",
        ),
        (
            {"compressor": {"id": "blosc", "shuffle": 3}},
            InvalidMetadata,
            "v2.compressor.blosc",
            ".compressor.shuffle",
        ),
        (
            {"compressor": {"id": "blosc", "shuffle": True}},
            InvalidMetadata,
            "v2.compressor.blosc",
            ".compressor.shuffle",
        ),
        (
            {"compressor": {"id": "blosc", "cname": "zip"}},
            InvalidMetadata,
            "v2.compressor.blosc",
            ".compressor.cname",
        ),
    ],
)
def test_refusals(
    members: dict[str, Any], refusal: type[Refusal], requirement: str, path: str
) -> None:
    with pytest.raises(refusal) as caught:
        parse(**members)
    assert caught.value.requirement == requirement
    assert caught.value.place == f".zarray: ${path}"


def test_a_group() -> None:
    metadata = parse_group_metadata(b'{"zarr_format": 2}', attributes={"a": 1})
    assert metadata.attributes == {"a": 1}


@pytest.mark.parametrize(
    ("text", "requirement"),
    [
        ("{}", "v2.group.zarr_format.required"),
        ('{"zarr_format": "2"}', "v2.group.zarr_format.required"),
        ('{"zarr_format": 3}', "v2.array.zarr_format.value"),
        ('{"zarr_format": 2, "attributes": {}}', "v2.group.no_other_keys"),
    ],
)
def test_groups_that_are_refused(text: str, requirement: str) -> None:
    with pytest.raises(InvalidMetadata) as caught:
        parse_group_metadata(text.encode())
    assert caught.value.requirement == requirement


def test_documents_that_are_no_objects() -> None:
    """v2.array.object, v2.group.zgroup_key, v2.attrs.key"""
    for parse_document, requirement in (
        (parse_array_metadata, "v2.array.object"),
        (parse_group_metadata, "v2.group.zgroup_key"),
        (parse_attributes, "v2.attrs.key"),
    ):
        with pytest.raises(MalformedMetadata) as caught:
            parse_document(b"[]")
        assert caught.value.requirement == requirement
        with pytest.raises(MalformedMetadata):
            parse_document(b'{"a": NaN}')


def test_attributes() -> None:
    """v2.attrs.absent, v2.attrs.arbitrary"""
    assert parse_attributes(None) == {}
    assert parse_attributes(b'{"foo": [1, null]}') == {"foo": [1, None]}


VALUES = st.sampled_from(
    [
        None, True, 0, -1, 2, 1.5, "", "C", "<f8", "|S3", "YQ==", [], [1], [2, 2], [[]], {},
        {"id": "zlib"}, {"id": "blosc", "clevel": None}, {"id": []}, [{"id": "x"}],
    ]
)  # fmt: skip


@settings(deadline=None)
@given(changes=st.dictionaries(st.sampled_from([*ARRAY, "dimension_separator"]), VALUES))
def test_any_document_is_read_or_refused(changes: dict[str, Any]) -> None:
    metadata = None
    try:
        metadata = parse(**changes)
    except Refusal as refusal:
        assert refusal.place.startswith(".zarray: $")  # noqa: PT017
    assert metadata is None or isinstance(metadata, ArrayMetadata)
