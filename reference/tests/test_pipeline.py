"""The codec pipeline: which lists of codecs are read, and how types and bytes go through them."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import (
    InvalidMetadata,
    LimitExceeded,
    MalformedChunk,
    Refusal,
    UnknownExtension,
)
from zarr_reference.representation import (
    ArrayType,
    ByteStringType,
    DataType,
    elements_from_bytes,
    elements_to_bytes,
)
from zarr_reference.v3.codecs import CODECS, parse_codecs
from zarr_reference.v3.codecs.pipeline import MAX_RANK
from zarr_reference.v3.json_documents import MAX_DEPTH, parse_json

UINT16 = DataType("uint16", "uint", 2, 2)
CHUNK = ArrayType((2, 3), UINT16, b"\0\0")
ELEMENTS = elements_from_bytes(bytes(range(12)), CHUNK)

BIG = {"name": "bytes", "configuration": {"endian": "big"}}
LITTLE = {"name": "bytes", "configuration": {"endian": "little"}}
GZIP = {"name": "gzip", "configuration": {"level": 0}}
TRANSPOSE = {"name": "transpose", "configuration": {"order": [1, 0]}}
LOSSLESS = ["blosc", "bytes", "crc32c", "gzip", "sharding_indexed", "transpose", "zstd"]
OPTIONAL = {"name": "example.org.unknown", "must_understand": False}


def nested_sharding(depth: int) -> list[Any]:
    codecs: list[Any] = [LITTLE]
    for _ in range(depth):
        configuration = {"chunk_shape": [2, 3], "codecs": codecs, "index_codecs": [LITTLE]}
        codecs = [{"name": "sharding_indexed", "configuration": configuration}]
    return codecs


def test_the_core_codecs_and_zstd_are_known() -> None:
    """codec.core.should_implement"""
    assert [CODECS[name].name for name in LOSSLESS] == LOSSLESS


@pytest.mark.parametrize(
    ("document", "requirement"),
    [
        (None, "core.metadata.array.codecs.list"),
        ({"name": "bytes"}, "core.metadata.array.codecs.list"),
        ("bytes", "core.metadata.array.codecs.list"),
        ([], "core.metadata.array.codecs.nonempty"),
        ([GZIP], "codec.pipeline.exactly_one_a2b"),
        ([TRANSPOSE], "codec.pipeline.exactly_one_a2b"),
        ([LITTLE, BIG], "codec.pipeline.exactly_one_a2b"),
        ([OPTIONAL], "codec.pipeline.exactly_one_a2b"),
        ([GZIP, LITTLE], "codec.pipeline.b2b_last"),
        ([LITTLE, TRANSPOSE], "codec.pipeline.a2a_first"),
        ([LITTLE, GZIP, TRANSPOSE], "codec.pipeline.a2a_first"),
    ],
)
def test_lists_of_another_form_are_refused(document: Any, requirement: str) -> None:
    """codec.pipeline.exactly_one_a2b, codec.pipeline.a2a_first, codec.pipeline.b2b_last"""
    with pytest.raises(InvalidMetadata) as refusal:
        parse_codecs(document, "$.codecs")
    assert refusal.value.requirement == requirement
    assert refusal.value.place == "$.codecs"


def test_an_unknown_codec_is_refused() -> None:
    """core.metadata.array.codecs.unknown_rejected"""
    with pytest.raises(UnknownExtension) as refusal:
        parse_codecs([LITTLE, "example.org.unknown"], "$.codecs")
    assert refusal.value.requirement == "core.metadata.array.codecs.unknown_rejected"
    assert refusal.value.place == "$.codecs[1]"


def test_zfp_is_known_and_not_decoded() -> None:
    """codec.zfp.name: a registered codec, whose streams only its library understands"""
    with pytest.raises(UnknownExtension, match=r"zfp is not decoded here: .* the C library zfp"):
        parse_codecs([{"name": "zfp", "configuration": {"mode": "reversible"}}], "$.codecs")


def test_an_unknown_codec_that_need_not_be_understood_is_left_out() -> None:
    """ext.must_understand.may_false"""
    assert parse_codecs([LITTLE, OPTIONAL, GZIP], "$") == parse_codecs([LITTLE, GZIP], "$")


def test_a_known_codec_is_applied_whatever_must_understand_says() -> None:
    """ext.must_understand.may_false"""
    assert parse_codecs([LITTLE, {**GZIP, "must_understand": False}], "$") == parse_codecs(
        [LITTLE, GZIP], "$"
    )


def test_codecs_are_applied_in_the_order_of_the_list() -> None:
    """codec.pipeline.encode_order, codec.encode.final_bytes_stored"""
    pipeline = parse_codecs([TRANSPOSE, BIG, "crc32c", "crc32c"], "$")
    encoded = pipeline.encode(ELEMENTS, CHUNK)
    transposed = bytes.fromhex("0100 0706 0302 0908 0504 0b0a")
    assert encoded[:12] == transposed
    assert len(encoded) == 12 + 4 + 4
    decoded = pipeline.decode(encoded, CHUNK, limit=20)
    assert decoded.shape == (2, 3)
    assert elements_to_bytes(decoded) == bytes(range(12))


def test_types_are_threaded_through_the_codecs() -> None:
    """codec.pipeline.threaded_types, codec.pipeline.many_a2a, codec.pipeline.many_b2b"""
    rotate = {"name": "transpose", "configuration": {"order": [1, 2, 0]}}
    chunk = ArrayType((2, 3, 5), UINT16, b"\0\0")
    pipeline = parse_codecs([rotate, rotate, BIG, "crc32c", "crc32c"], "$")
    assert pipeline.encoded_representation_type(chunk) == ByteStringType(2 * 3 * 5 * 2 + 8)
    elements = elements_from_bytes(bytes(range(60)), chunk)
    encoded = pipeline.encode(elements, chunk)
    expected = elements.transpose(1, 2, 0).transpose(1, 2, 0)
    assert encoded[:60] == np.ascontiguousarray(expected).view(">u2").byteswap().tobytes()
    assert elements_to_bytes(pipeline.decode(encoded, chunk, 100)) == bytes(range(60))
    compressed = parse_codecs([BIG, GZIP, "crc32c"], "$")
    assert compressed.encoded_representation_type(chunk) == ByteStringType(None)


def test_the_place_of_an_unsupported_type_is_named() -> None:
    """codec.pipeline.unsupported_input_error"""
    pipeline = parse_codecs([TRANSPOSE, "bytes"], "$.codecs")
    with pytest.raises(InvalidMetadata) as refusal:
        pipeline.encoded_representation_type(CHUNK, "$.codecs")
    assert refusal.value.place == "$.codecs[1].configuration"
    with pytest.raises(InvalidMetadata) as refusal:
        parse_codecs([TRANSPOSE, TRANSPOSE, BIG], "$").encoded_representation_type(
            ArrayType((2,), UINT16, b"\0\0"), "$.codecs"
        )
    assert refusal.value.place == "$.codecs[0].configuration.order"


@pytest.mark.parametrize("size", [11, 13])
def test_a_decoded_byte_string_of_another_length_is_refused(size: int) -> None:
    """codec.decode.length_mismatch: with a valid checksum, only the length is wrong."""
    pipeline = parse_codecs([BIG, "crc32c"], "$")
    encoded = parse_codecs(["bytes", "crc32c"], "$").encode(
        elements_from_bytes(
            bytes(size), ArrayType((size,), DataType("uint8", "uint", 1, 1), b"\0")
        ),
        ArrayType((size,), DataType("uint8", "uint", 1, 1), b"\0"),
    )
    with pytest.raises(MalformedChunk) as refusal:
        pipeline.decode(encoded, CHUNK, 100)
    assert refusal.value.requirement == "codec.decode.length_mismatch"
    assert refusal.value.place == "output of crc32c"


def test_no_chunk_beyond_the_limit_is_decoded() -> None:
    pipeline = parse_codecs([BIG], "$")
    assert elements_to_bytes(pipeline.decode(bytes(12), CHUNK, limit=12)) == bytes(12)
    with pytest.raises(LimitExceeded):
        pipeline.decode(bytes(12), CHUNK, limit=11)
    huge = ArrayType((2**62, 2**62), UINT16, b"\0\0")
    with pytest.raises(LimitExceeded):
        pipeline.decode(bytes(12), huge, limit=2**40)


def test_ranks_up_to_that_of_numpy_are_decoded() -> None:
    pipeline = parse_codecs([BIG], "$")
    widest = ArrayType((1,) * MAX_RANK, UINT16, b"\0\0")
    assert pipeline.decode(b"\1\2", widest, 2).shape == (1,) * MAX_RANK
    with pytest.raises(LimitExceeded):
        pipeline.decode(b"\1\2", ArrayType((1,) * (MAX_RANK + 1), UINT16, b"\0\0"), 2)


def test_codecs_nested_as_deep_as_json_may_be_are_read() -> None:
    """codec.sharding_indexed.codecs.nested: no depth that JSON may have is too deep."""
    depth = (MAX_DEPTH - 3) // 3  # a list, an object and a configuration for each level
    document = parse_json(json.dumps(nested_sharding(depth)).encode(), "$")
    pipeline = parse_codecs(document, "$.codecs")
    encoded = pipeline.encode(ELEMENTS, CHUNK)
    assert len(encoded) == 12 + 16 * depth
    assert elements_to_bytes(pipeline.decode(encoded, CHUNK, 2**20)) == bytes(range(12))
    with pytest.raises(LimitExceeded):
        parse_json(json.dumps(nested_sharding(depth + 2)).encode(), "$")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 40)
    | st.sampled_from(["little", "C", "end", "zstd"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["endian", "order", "level", "chunk_shape", "codecs", "index_codecs"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
CODEC = st.sampled_from([*LOSSLESS, OPTIONAL, BIG, GZIP, TRANSPOSE]) | st.builds(
    lambda name, configuration: {"name": name, "configuration": configuration},
    st.sampled_from(LOSSLESS),
    JSON,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(CODEC | JSON, max_size=4))
def test_any_document_is_read_or_refused(document: Any) -> None:
    try:
        pipeline = parse_codecs(document, "$.codecs")
        pipeline.encoded_representation_type(CHUNK, "$.codecs")
    except Refusal:
        return
    assert elements_to_bytes(
        pipeline.decode(pipeline.encode(ELEMENTS, CHUNK), CHUNK, 2**20)
    ) == elements_to_bytes(ELEMENTS)
