"""Whatever a metadata document holds, it is understood or refused: nothing else happens."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zarr_reference.errors import Refusal
from zarr_reference.stores import MemoryStore
from zarr_reference.v3.array import Array
from zarr_reference.v3.hierarchy import open_node
from zarr_reference.v3.json_documents import format_json, parse_json
from zarr_reference.v3.metadata import parse_node_metadata

ARRAY: dict[str, Any] = {
    "zarr_format": 3,
    "node_type": "array",
    "shape": [5, 7],
    "data_type": "float32",
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2, 3]}},
    "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
    "fill_value": "NaN",
    "codecs": [
        {"name": "transpose", "configuration": {"order": [1, 0]}},
        {"name": "bytes", "configuration": {"endian": "little"}},
        {"name": "gzip", "configuration": {"level": 1}},
        "crc32c",
    ],
    "attributes": {"a": [1, {"b": None}]},
    "dimension_names": ["x", None],
    "storage_transformers": [],
}
GROUP: dict[str, Any] = {
    "zarr_format": 3,
    "node_type": "group",
    "attributes": {},
    "consolidated_metadata": {"must_understand": False, "kind": "inline", "metadata": {}},
}

SHARDED: dict[str, Any] = {
    **ARRAY,
    "dimension_names": [None, ""],
    "codecs": [
        {
            "name": "sharding_indexed",
            "configuration": {
                "chunk_shape": [1, 3],
                "codecs": [
                    "bytes",
                    {
                        "name": "blosc",
                        "configuration": {
                            "cname": "zstd",
                            "clevel": 5,
                            "shuffle": "bitshuffle",
                            "typesize": 1,
                            "blocksize": 0,
                        },
                    },
                    {"name": "zstd", "configuration": {"level": 1, "checksum": True}},
                ],
                "index_codecs": [
                    {"name": "bytes", "configuration": {"endian": "little"}},
                    "crc32c",
                ],
                "index_location": "end",
            },
        }
    ],
    "data_type": "uint8",
    "fill_value": 255,
}

STRUCTURED: dict[str, Any] = {
    **ARRAY,
    "data_type": {
        "name": "structured",
        "configuration": {
            "fields": [
                ["a", {"name": "fixed_length_utf32", "configuration": {"length_bytes": 8}}],
                {
                    "name": "b",
                    "data_type": {
                        "name": "numpy.datetime64",
                        "configuration": {"unit": "s", "scale_factor": 1},
                    },
                },
                {"name": "c", "data_type": "complex_float6_e2m3fn"},
            ]
        },
    },
    "fill_value": {"a": "é", "b": "NaT", "c": [1, "0x3f"]},
    "chunk_grid": {
        "name": "rectilinear",
        "configuration": {"kind": "inline", "chunk_shapes": [[2, [1, 3]], 3]},
    },
    "codecs": ["bytes"],
}

WORDS = sorted(
    {*ARRAY, *GROUP, "name", "configuration", "must_understand", "chunk_shape", "separator"}
    | {"struct", "rectilinear", "inline", "chunk_shapes", "fields", "unit", "int4", "AAAA"}
    | {"bytes", "gzip", "sharding_indexed", "blosc", "r8", "r7", "0x7fc00000", "complex64", "/"}
)
NUMBERS = st.sampled_from([0, -1, 3, 2**31, 2**53 + 1, 2**63, 2**64, 10**400, 1e300, 1.5])
SCALARS = st.none() | st.booleans() | NUMBERS | st.sampled_from(WORDS) | st.text(max_size=3)
JSON = st.recursive(
    SCALARS,
    lambda values: (
        st.lists(values, max_size=3)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=2), values, max_size=3)
    ),
    max_leaves=8,
)


def places(document: Any) -> list[tuple[Any, ...]]:
    """The path of every value in a document."""
    match document:
        case dict():
            members = list(document.items())
        case list():
            members = list(enumerate(document))
        case _:
            members = []
    return [(), *((name, *rest) for name, value in members for rest in places(value))]


def with_value(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The document with another value at a path."""
    if not path:
        return value
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = with_value(document[path[0]], path[1:], value)
    return copy


def examine(data: bytes, chunk: bytes = b"some bytes") -> None:
    """Opens a node and reads it if it is an array; any exception but a refusal comes through."""
    refusal = None
    try:
        node = open_node(MemoryStore({"zarr.json": data, "c/0/0": chunk}), limit=2_000)
        if isinstance(node, Array):
            node.read()
    except Refusal as caught:
        refusal = caught
    # A document may be long, but what is said about it is for a person.
    assert len(str(refusal)) < 5_000


@given(st.binary(max_size=200))
@settings(max_examples=100)
def test_any_bytes(data: bytes) -> None:
    examine(data)


@given(JSON)
@settings(max_examples=100)
def test_any_json(document: Any) -> None:
    examine(json.dumps(document).encode())


@given(st.sampled_from([ARRAY, GROUP, SHARDED, STRUCTURED]), st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_change_of_a_good_document(document: dict[str, Any], data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(places(document)))
        document = with_value(document, path, data.draw(JSON))
    examine(json.dumps(document).encode())


@given(st.dictionaries(st.sampled_from(sorted(ARRAY)), JSON), st.booleans())
@settings(max_examples=100)
def test_any_members(members: dict[str, Any], array: bool) -> None:
    examine(json.dumps({**(ARRAY if array else GROUP), **members}).encode())


@pytest.mark.parametrize(
    "text",
    [
        "1" * 4000,
        "1e999999999",
        "-1e-999999999",
        "0e999999999999999",
        "1" * 5000,
        "1e" + "9" * 5000,
        '"0x' + "f" * 100_000 + '"',
        "[" * 5000,
        "[" * 90 + "]" * 90,
        '"\\ud800"',
        '"\\u0000"',
        json.dumps("x" * 1_000_000),
        '{"name": "' + "a" * 100_000 + '"}',
        '{"name": "r' + "8" * 100_000 + '"}',
    ],
    ids=lambda text: f"{text[:12]}...{len(text)}",
)
@pytest.mark.parametrize(
    ("document", "path"),
    [
        *((ARRAY, path) for path in places(ARRAY) if path),
        *((STRUCTURED, path) for path in places(STRUCTURED) if path and path not in places(ARRAY)),
    ],
    ids=lambda value: str(value) if isinstance(value, tuple) else "in",
)
def test_extremes_everywhere(document: dict[str, Any], path: tuple[Any, ...], text: str) -> None:
    marked = json.dumps(with_value(document, path, "MARK"))
    examine(marked.replace('"MARK"', text).encode())


def test_the_good_documents_are_good() -> None:
    """The control: without a change, all are accepted."""
    for document in (ARRAY, GROUP, SHARDED, STRUCTURED):
        data = format_json(document)
        parse_node_metadata(data)
        assert parse_json(data, "zarr.json") == document


@pytest.mark.parametrize("depth", [1, 10, 33, 50, 1000])
def test_codecs_within_codecs(depth: int) -> None:
    """The deepest that JSON may be here is not too deep for the codecs."""
    text = '["bytes"]'
    for _ in range(depth):
        text = (
            '[{"name": "sharding_indexed", "configuration": {"chunk_shape": [1, 3], "codecs": '
            f'{text}, "index_codecs": [{{"name": "bytes", "configuration": {{"endian": "big"}}}}]'
            "}}]"
        )
    document = json.dumps({**SHARDED, "codecs": "MARK"}).replace('"MARK"', text)
    examine(document.encode(), chunk=bytes(16 * 2 + 100))


@pytest.mark.parametrize("depth", [1, 10, 20, 40, 1000])
def test_structs_within_structs(depth: int) -> None:
    """The deepest that JSON may be here is not too deep for the data types."""
    data_type, fill_value = '"int8"', "7"
    for _ in range(depth):
        data_type = (
            '{"name": "struct", "configuration": {"fields": '
            f'[{{"name": "\\"", "data_type": {data_type}}}]}}}}'
        )
        fill_value = f'{{"\\"": {fill_value}}}'
    members = {**ARRAY, "data_type": "TYPE", "fill_value": "FILL", "codecs": ["bytes"]}
    document = json.dumps(members).replace('"TYPE"', data_type).replace('"FILL"', fill_value)
    examine(document.encode(), chunk=bytes(6))
