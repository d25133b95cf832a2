"""The keys of chunks."""

from typing import Any

import pytest

from zarr_reference.errors import InvalidMetadata, Refusal, UnknownExtension
from zarr_reference.v3.chunk_key_encodings import parse_chunk_key_encoding


def encoding(name: str, separator: Any) -> dict[str, Any]:
    return {"name": name, "configuration": {"separator": separator}}


@pytest.mark.parametrize(
    ("document", "three", "one", "none"),
    [
        ("default", "c/1/23/45", "c/0", "c"),
        ({"name": "default"}, "c/1/23/45", "c/0", "c"),
        ({"name": "default", "configuration": {}}, "c/1/23/45", "c/0", "c"),
        (encoding("default", "/"), "c/1/23/45", "c/0", "c"),
        (encoding("default", "."), "c.1.23.45", "c.0", "c"),
        ("v2", "1.23.45", "0", "0"),
        ({"name": "v2", "configuration": {}}, "1.23.45", "0", "0"),
        (encoding("v2", "."), "1.23.45", "0", "0"),
        (encoding("v2", "/"), "1/23/45", "0", "0"),
    ],
)
def test_keys(document: Any, three: str, one: str, none: str) -> None:
    """cke.default.*, cke.v2.*, ext.shorthand.chunk_key_encoding: the examples of the pages"""
    parsed = parse_chunk_key_encoding(document, "$")
    assert parsed.encode_chunk_key((1, 23, 45)) == three
    assert parsed.encode_chunk_key((0,)) == one
    assert parsed.encode_chunk_key(()) == none


@pytest.mark.parametrize(
    ("document", "kind", "requirement"),
    [
        (encoding("default", "-"), InvalidMetadata, "cke.default.separator.values"),
        (encoding("default", ""), InvalidMetadata, "cke.default.separator.values"),
        (encoding("default", None), InvalidMetadata, "cke.default.separator.values"),
        (encoding("v2", ["/"]), InvalidMetadata, "cke.v2.separator.values"),
        (
            {"name": "default", "configuration": {"separator": "/", "prefix": "c"}},
            InvalidMetadata,
            "cke.default.no_other_members",
        ),
        ({"name": "v2", "configuration": {"x": 1}}, InvalidMetadata, "cke.v2.no_other_members"),
        (
            {"name": "default", "must_understand": False},
            InvalidMetadata,
            "ext.must_understand.not_for_chunk_key_encoding",
        ),
        (
            "fanout",
            UnknownExtension,
            "core.metadata.array.chunk_key_encoding.unknown_rejected",
        ),
        (2, InvalidMetadata, "core.metadata.array.chunk_key_encoding.extension_form"),
    ],
)
def test_other_encodings_are_refused(document: Any, kind: type[Refusal], requirement: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_chunk_key_encoding(document, "$")
    assert (type(caught.value), caught.value.requirement) == (kind, requirement)
