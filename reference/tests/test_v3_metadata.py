"""The metadata documents of arrays and groups, member by member."""

import json
from typing import Any

import pytest

from zarr_reference.errors import (
    InvalidMetadata,
    LimitExceeded,
    MalformedMetadata,
    Refusal,
    UnknownExtension,
)
from zarr_reference.v3.chunk_grids import RegularGrid
from zarr_reference.v3.chunk_key_encodings import DefaultChunkKeyEncoding
from zarr_reference.v3.codecs.pipeline import MAX_RANK
from zarr_reference.v3.metadata import (
    ArrayMetadata,
    GroupMetadata,
    parse_array_metadata,
    parse_group_metadata,
    parse_node_metadata,
    parse_node_type,
)

ABSENT = object()

ARRAY: dict[str, Any] = {
    "zarr_format": 3,
    "node_type": "array",
    "shape": [5, 7],
    "data_type": "uint16",
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2, 3]}},
    "chunk_key_encoding": {"name": "default"},
    "fill_value": 258,
    "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
}
GROUP: dict[str, Any] = {"zarr_format": 3, "node_type": "group"}
CONSOLIDATED = {"must_understand": False, "kind": "inline", "metadata": {"a": {}}}


def changed(document: dict[str, Any], changes: dict[str, Any]) -> bytes:
    members = {**document, **changes}
    return json.dumps({k: v for k, v in members.items() if v is not ABSENT}).encode()


def test_a_plain_array() -> None:
    metadata = parse_array_metadata(changed(ARRAY, {}))
    assert metadata.shape == (5, 7)
    assert metadata.data_type.name == "uint16"
    assert metadata.chunk_grid == RegularGrid((2, 3))
    assert metadata.chunk_key_encoding == DefaultChunkKeyEncoding("/")
    assert metadata.fill_value == b"\x02\x01"
    assert len(metadata.codecs.codecs) == 1
    assert metadata.attributes == {}
    assert metadata.dimension_names is None
    assert metadata.chunk_type((0, 0)).shape == (2, 3)


def test_a_plain_group() -> None:
    metadata = parse_group_metadata(changed(GROUP, {}))
    assert metadata == GroupMetadata({})
    attributes = {"spam": "ham", "eggs": 42, "big": 2**70, "none": None}
    metadata = parse_group_metadata(changed(GROUP, {"attributes": attributes}))
    assert metadata.attributes == attributes


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": [], "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": []}}},
        {
            "shape": [1] * MAX_RANK,
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [1] * MAX_RANK}},
        },
        {"shape": [0, 7]},
        {"shape": [2**31, 2**53 + 1]},
        {"attributes": {"foo": [1, {"bar": None}]}},
        {"storage_transformers": []},
        {"storage_transformers": [{"name": "x", "must_understand": False}]},
        {"dimension_names": ["x", None]},
        {"dimension_names": ["x", "x"]},
        {"dimension_names": ["", ""]},
        {"extra": {"must_understand": False}},
        {"extra": {"name": "x", "configuration": {}, "must_understand": False}},
        {"consolidated_metadata": CONSOLIDATED},
        {"data_type": "bool", "fill_value": True, "codecs": ["bytes"]},
        {"codecs": [*ARRAY["codecs"], {"name": "unknown", "must_understand": False}]},
    ],
)
def test_arrays_that_can_be_opened(changes: dict[str, Any]) -> None:
    """core.metadata.array.*, ext.must_understand.unknown_top_level_false,
    core.metadata.consolidated.array_document"""
    metadata = parse_node_metadata(changed(ARRAY, changes))
    assert isinstance(metadata, ArrayMetadata)
    assert list(metadata.dimension_names or []) == changes.get("dimension_names", [])
    assert metadata.attributes == changes.get("attributes", {})


@pytest.mark.parametrize("name", ARRAY)
def test_every_mandatory_member_of_an_array_is_needed(name: str) -> None:
    with pytest.raises(InvalidMetadata) as caught:
        parse_node_metadata(changed(ARRAY, {name: ABSENT}))
    assert caught.value.requirement == f"core.metadata.array.{name}.required"
    assert caught.value.place == "zarr.json: $"


@pytest.mark.parametrize(
    ("changes", "kind", "requirement", "place"),
    [
        ({"zarr_format": 2}, InvalidMetadata, "zarr_format.value", "$.zarr_format"),
        ({"zarr_format": 4}, InvalidMetadata, "zarr_format.value", "$.zarr_format"),
        ({"zarr_format": "3"}, InvalidMetadata, "zarr_format.integer", "$.zarr_format"),
        ({"zarr_format": 3.0}, InvalidMetadata, "zarr_format.integer", "$.zarr_format"),
        ({"node_type": "Array"}, InvalidMetadata, "node_type.value", "$.node_type"),
        ({"node_type": None}, InvalidMetadata, "node_type.value", "$.node_type"),
        ({"node_type": ["array"]}, InvalidMetadata, "node_type.value", "$.node_type"),
        ({"shape": 5}, InvalidMetadata, "shape.integers", "$.shape"),
        ({"shape": [5, "7"]}, InvalidMetadata, "shape.integers", "$.shape[1]"),
        ({"shape": [5, 7.0]}, InvalidMetadata, "shape.integers", "$.shape[1]"),
        ({"shape": [True, 7]}, InvalidMetadata, "shape.integers", "$.shape[0]"),
        ({"shape": [5, -7]}, InvalidMetadata, "shape.nonnegative", "$.shape[1]"),
        ({"shape": [5]}, InvalidMetadata, "chunk_grid.regular.chunk_shape.rank", "$.chunk_grid"),
        ({"shape": [1] * (MAX_RANK + 1)}, LimitExceeded, "limit", "$.shape"),
        ({"shape": [2**63, 1]}, LimitExceeded, "limit", "$.shape[0]"),
        ({"data_type": "x"}, UnknownExtension, "data_type.unknown_rejected", "$.data_type"),
        ({"fill_value": None}, InvalidMetadata, "fill_value.null_core", "$.fill_value"),
        ({"codecs": []}, InvalidMetadata, "codecs.nonempty", "$.codecs"),
        ({"codecs": None}, InvalidMetadata, "codecs.list", "$.codecs"),
        ({"codecs": ["x"]}, UnknownExtension, "codecs.unknown_rejected", "$.codecs[0]"),
        ({"codecs": ["bytes"]}, InvalidMetadata, "codec.bytes.", "$.codecs[0]"),
        ({"attributes": None}, InvalidMetadata, "attributes.object", "$.attributes"),
        ({"attributes": []}, InvalidMetadata, "attributes.object", "$.attributes"),
        (
            {"storage_transformers": None},
            InvalidMetadata,
            "storage_transformers.list",
            "$.storage_transformers",
        ),
        (
            {"storage_transformers": ["x"]},
            UnknownExtension,
            "storage_transformers.unknown_rejected",
            "$.storage_transformers[0]",
        ),
        ({"dimension_names": None}, InvalidMetadata, "dimension_names.array", "$.dimension_names"),
        ({"dimension_names": "xy"}, InvalidMetadata, "dimension_names.array", "$.dimension_names"),
        (
            {"dimension_names": ["x", 1]},
            InvalidMetadata,
            "dimension_names.element_types",
            "$.dimension_names[1]",
        ),
        (
            {"dimension_names": ["x"]},
            InvalidMetadata,
            "dimension_names.length",
            "$.dimension_names",
        ),
        ({"x": 1}, UnknownExtension, "ext.must_understand.unknown_top_level_scalar", "$"),
        ({"x": [{}]}, UnknownExtension, "ext.must_understand.unknown_top_level_scalar", "$"),
        ({"x": None}, UnknownExtension, "ext.must_understand.unknown_top_level_null", "$"),
        ({"x": {}}, UnknownExtension, "ext.must_understand.unknown_top_level_object", "$"),
        (
            {"x": {"must_understand": "false"}},
            UnknownExtension,
            "ext.must_understand.unknown_top_level_object",
            "$",
        ),
        (
            {"x": {"must_understand": 0}},
            UnknownExtension,
            "ext.must_understand.unknown_top_level_object",
            "$",
        ),
        (
            {"x": {"must_understand": True}},
            UnknownExtension,
            "ext.must_understand.unknown_top_level_true",
            "$",
        ),
        (
            {"consolidated_metadata": None},
            UnknownExtension,
            "ext.must_understand.unknown_top_level_null",
            "$",
        ),
    ],
)
def test_arrays_that_cannot_be_opened(
    changes: dict[str, Any], kind: type[Refusal], requirement: str, place: str
) -> None:
    with pytest.raises(Refusal) as caught:
        parse_node_metadata(changed(ARRAY, changes), "a/zarr.json")
    assert type(caught.value) is kind
    if not requirement.startswith(("ext.", "codec.", "limit")):
        requirement = f"core.metadata.array.{requirement}"
    assert caught.value.requirement.startswith(requirement)
    assert caught.value.place.startswith(f"a/zarr.json: {place}")


@pytest.mark.parametrize(
    ("changes", "requirement"),
    [
        ({"zarr_format": ABSENT}, "core.metadata.group.zarr_format.required"),
        ({"zarr_format": 2}, "core.metadata.group.zarr_format.value"),
        ({"zarr_format": "3"}, "core.metadata.group.zarr_format.value"),
        ({"attributes": None}, "core.metadata.group.attributes.object"),
        ({"shape": [1]}, "core.metadata.group.no_array_members"),
        ({"dimension_names": []}, "core.metadata.group.no_array_members"),
        ({"x": 1}, "ext.must_understand.unknown_top_level_scalar"),
        ({"consolidated_metadata": None}, "core.metadata.consolidated.object"),
        ({"consolidated_metadata": []}, "core.metadata.consolidated.object"),
        *[
            (
                {"consolidated_metadata": {k: v for k, v in CONSOLIDATED.items() if k != name}},
                f"core.metadata.consolidated.{name}",
            )
            for name in CONSOLIDATED
        ],
        *[
            (
                {"consolidated_metadata": {**CONSOLIDATED, name: wrong}},
                f"core.metadata.consolidated.{name}",
            )
            for name, wrong in (
                ("must_understand", True),
                ("must_understand", 0),
                ("kind", "external"),
                ("metadata", []),
            )
        ],
    ],
)
def test_groups_that_cannot_be_opened(changes: dict[str, Any], requirement: str) -> None:
    """ext.must_understand.group_scope"""
    with pytest.raises(Refusal) as caught:
        parse_node_metadata(changed(GROUP, changes))
    assert caught.value.requirement == requirement


@pytest.mark.parametrize("extra", [{}, {"note": 1}])
def test_consolidated_metadata_is_kept_as_it_stands(extra: dict[str, Any]) -> None:
    """core.metadata.consolidated.allowed, core.metadata.consolidated.ignorable"""
    document = changed(GROUP, {"consolidated_metadata": {**CONSOLIDATED, **extra}})
    assert parse_group_metadata(document).consolidated_metadata == {**CONSOLIDATED, **extra}


def test_the_kind_asked_for_must_be_there() -> None:
    with pytest.raises(InvalidMetadata) as caught:
        parse_array_metadata(changed(GROUP, {}))
    assert caught.value.requirement == "core.metadata.array.node_type.value"
    with pytest.raises(InvalidMetadata) as caught:
        parse_group_metadata(changed(ARRAY, {}))
    assert caught.value.requirement == "core.metadata.group.node_type.value"


def test_the_node_type_shows_in_a_document_that_is_otherwise_broken() -> None:
    assert parse_node_type(b'{"node_type": "array"}') == "array"
    assert parse_node_type(b'{"node_type": "group", "zarr_format": 2}') == "group"
    for broken in (b"{}", b'{"node_type": 1}'):
        with pytest.raises(InvalidMetadata):
            parse_node_type(broken)
    with pytest.raises(MalformedMetadata):
        parse_node_type(b"array")


def test_metadata_cannot_be_changed() -> None:
    metadata = parse_array_metadata(changed(ARRAY, {"attributes": {"a": 1}}))
    with pytest.raises(TypeError):
        metadata.attributes["a"] = 2  # type: ignore[index]
    with pytest.raises(AttributeError):
        metadata.shape = (1,)  # type: ignore[misc]
