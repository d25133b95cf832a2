"""Whatever bytes are stored, the registered codecs decode them or refuse them."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import Refusal
from zarr_reference.representation import ArrayType
from zarr_reference.v3.codecs import CODECS, parse_codecs
from zarr_reference.v3.data_types import parse_data_type
from zarr_reference.v3.fill_values import parse_fill_value

LIMIT = 2**16
LITTLE = {"name": "bytes", "configuration": {"endian": "little"}}
BIG = {"name": "bytes", "configuration": {"endian": "big"}}


def codec(name: str, **configuration: Any) -> dict[str, Any]:
    return {"name": name, "configuration": configuration}


GZIP, ZSTD = codec("gzip", level=1), codec("zstd", level=1)
TRANSPOSE = codec("transpose", order=[1, 0])
SHARDS = codec(
    "sharding_indexed", chunk_shape=[2, 1], codecs=[LITTLE], index_codecs=[LITTLE, "crc32c"]
)
BY_INDEX = {**SHARDS, "configuration": {**SHARDS["configuration"], "index_codecs": ["packbits"]}}

PIPELINES: list[tuple[str, list[Any]]] = [
    ("int16", [codec("bitround", keepbits=3), LITTLE]),
    ("float64", [codec("cast_value", data_type="int16", rounding="towards-zero"), LITTLE]),
    ("int8", [codec("cast_value", data_type="float16", out_of_range="clamp"), LITTLE]),
    ("float8_e8m0fnu", [codec("cast_value", data_type="float32"), LITTLE]),
    ("float32", [codec("scale_offset", offset=2, scale=Decimal("0.1")), LITTLE]),
    ("int16", [codec("scale_offset", scale=-3), SHARDS]),
    ("float64", [codec("cast_value", data_type="uint16"), SHARDS]),
    ("int16", [codec("reshape", shape=[[1], -1])]),
    ("int16", [codec("reshape", shape=[-1]), "packbits"]),
    ("bool", [codec("packbits", padding_encoding="first_byte")]),
    ("int4", [codec("packbits", first_bit=1, last_bit=2, padding_encoding="last_byte")]),
    ("uint16", [BY_INDEX]),
    ("int16", [codec("n5_default", codecs=[TRANSPOSE, BIG])]),
    ("int16", [codec("n5_default", codecs=[TRANSPOSE, BIG, GZIP])]),
    ("int16", [LITTLE, codec("conditional", codecs=["crc32c", GZIP, ZSTD])]),
    ("int16", [LITTLE, codec("conditional", codecs=[], header_bits=8)]),
    ("int16", [codec("numcodecs.delta", dtype="<i2", astype="<f8"), LITTLE]),
    ("float32", [codec("numcodecs.fixedscaleoffset", offset=1, scale=2, astype="|i1"), "bytes"]),
    ("float32", [codec("numcodecs.astype", encode_dtype="<f8"), LITTLE]),
    ("float32", [codec("numcodecs.quantize", digits=3), LITTLE]),
    ("bool", ["numcodecs.packbits", "bytes"]),
    ("int16", [LITTLE, codec("numcodecs.shuffle", elementsize=3)]),
    ("int16", [LITTLE, "numcodecs.lzma", "numcodecs.bz2", "numcodecs.fletcher32"]),
    ("int16", [LITTLE, "numcodecs.lz4"]),
    ("int16", [LITTLE, "numcodecs.zlib"]),
]


@settings(deadline=None, max_examples=60)
@given(data=st.binary(max_size=40) | st.binary(max_size=12).map(lambda some: b"\0" * 3 + some))
@pytest.mark.parametrize(("data_type", "documents"), PIPELINES, ids=str)
def test_any_bytes_are_decoded_or_refused(
    data_type: str, documents: list[Any], data: bytes
) -> None:
    type_ = parse_data_type(data_type, "$")
    fill_value = parse_fill_value(False if data_type == "bool" else 2, type_, "$")
    array_type = ArrayType((2, 3), type_, fill_value)
    try:
        pipeline = parse_codecs(documents, "$.codecs")
        pipeline.encoded_representation_type(array_type)
        elements = pipeline.decode(data, array_type, LIMIT)
    except Refusal:
        return
    assert elements.shape == (2, 3)
    assert elements.dtype == type_.dtype


SCALARS = [
    None, True, 0, 1, -1, 8, 2**64, -(2**63), Decimal("0.1"), Decimal("1e999"), "", "NaN", "<i4",
    "int4", "float8_e8m0fnu", "wrap", "first_byte", "bytes", "crc32c",
]  # fmt: skip
VALUES = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "encode", "decode", "id"]), inner, max_size=2)
    ),
    max_leaves=5,
)
MEMBERS = [
    "keepbits", "data_type", "rounding", "out_of_range", "scalar_map", "offset", "scale", "codecs",
    "shape", "first_bit", "last_bit", "padding_encoding", "header_bits", "dtype", "astype",
    "encode_dtype", "digits", "elementsize", "location", "format", "filters", "level", "shuffle",
]  # fmt: skip


@settings(deadline=None, max_examples=400)
@given(
    st.sampled_from(sorted(CODECS)),
    st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=3),
    st.sampled_from(["int8", "float32", "bool", "complex64", "r8", "int4"]),
)
def test_any_configuration_is_understood_or_refused(
    name: str, configuration: dict[str, Any], data_type: str
) -> None:
    type_ = parse_data_type(data_type, "$")
    array_type = ArrayType((2, 3), type_, bytes(type_.item_size))
    for documents in ([codec(name, **configuration), LITTLE], [codec(name, **configuration)]):
        try:
            pipeline = parse_codecs(documents, "$.codecs")
            pipeline.encoded_representation_type(array_type)
            encoded = pipeline.encode(array_type.filled(), array_type)
        except Refusal:
            continue
        assert pipeline.decode(encoded, array_type, LIMIT).shape == (2, 3)
