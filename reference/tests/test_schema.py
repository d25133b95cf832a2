"""The published schema and the code say the same, wherever a schema can say it."""

import copy
import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from zarr_reference.errors import LimitExceeded, MalformedMetadata, Refusal
from zarr_reference.v3.codecs import CODECS
from zarr_reference.v3.data_types import UNPARAMETRISED_DATA_TYPES
from zarr_reference.v3.extension_data_types import fixed_length_utf32, numpy_times
from zarr_reference.v3.extension_data_types import struct as struct_data_type
from zarr_reference.v3.json_documents import format_json, parse_json
from zarr_reference.v3.metadata import parse_node_metadata
from zarr_reference.v3.schema import NOT_EXPRESSIBLE, load_schema, validate

LITTLE = {"name": "bytes", "configuration": {"endian": "little"}}

ARRAY: dict[str, Any] = {
    "zarr_format": 3,
    "node_type": "array",
    "shape": [4, 6],
    "data_type": "int16",
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2, 3]}},
    "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
    "fill_value": 0,
    "codecs": [LITTLE],
}

GROUP: dict[str, Any] = {"zarr_format": 3, "node_type": "group"}


def refusal_of(document: Any) -> Refusal | None:
    try:
        parse_node_metadata(format_json(document))
    except Refusal as refusal:
        return refusal
    return None


def check_agreement(document: Any) -> None:
    """What the schema refuses the code refuses; and the other way round, where it can be said."""
    refusal = refusal_of(document)
    errors = validate(parse_json(format_json(document), "zarr.json"))
    if errors:
        assert refusal is not None, errors
    elif refusal is not None and not isinstance(refusal, LimitExceeded):
        assert refusal.requirement in NOT_EXPRESSIBLE, str(refusal)


def codec(name: str, **configuration: Any) -> dict[str, Any]:
    return {"name": name, "configuration": configuration}


def blosc(**changes: Any) -> dict[str, Any]:
    parameters = {"cname": "lz4", "clevel": 5, "shuffle": "shuffle", "typesize": 2, "blocksize": 0}
    merged = {**parameters, **changes}
    return codec("blosc", **{name: value for name, value in merged.items() if value is not ...})


def sharding(**changes: Any) -> dict[str, Any]:
    parameters = {"chunk_shape": [1, 3], "codecs": [LITTLE], "index_codecs": [LITTLE, "crc32c"]}
    return codec("sharding_indexed", **{**parameters, **changes})


def time(unit: Any = "s", scale_factor: Any = 1, **more: Any) -> dict[str, Any]:
    return codec("numpy.datetime64", unit=unit, scale_factor=scale_factor, **more)


def utf32(length_bytes: Any) -> dict[str, Any]:
    return codec("fixed_length_utf32", length_bytes=length_bytes)


def struct(*fields: Any, name: str = "struct") -> dict[str, Any]:
    return codec(name, fields=list(fields))


def rectilinear(*chunk_shapes: Any, **changes: Any) -> dict[str, Any]:
    return codec("rectilinear", **{"kind": "inline", "chunk_shapes": [*chunk_shapes], **changes})


def cast_value(data_type: Any, **more: Any) -> dict[str, Any]:
    return codec("cast_value", data_type=data_type, **more)


def n5(*codecs: Any) -> dict[str, Any]:
    return codec("n5_default", codecs=list(codecs))


def conditional(*codecs: Any, **more: Any) -> dict[str, Any]:
    return codec("conditional", codecs=list(codecs), **more)


BIG = {"name": "bytes", "configuration": {"endian": "big"}}
TRANSPOSED = codec("transpose", order=[1, 0])
X: dict[str, Any] = {"name": "x", "data_type": "float32"}
NESTED = struct(X, {"name": "p", "data_type": struct({"name": "s", "data_type": utf32(4)})})
OLDER = struct(["x", "int16"], X | {"name": "y"}, name="structured")

VALID_MEMBERS: list[dict[str, Any]] = [
    {},
    {"attributes": {"a": [1, None]}},
    {"dimension_names": ["x", None]},
    {"storage_transformers": []},
    {"storage_transformers": [{"name": "cache", "must_understand": False}]},
    {"note": {"must_understand": False, "anything": 1}},
    {"consolidated_metadata": {"must_understand": False}},
    {"chunk_key_encoding": "v2"},
    {"chunk_key_encoding": {"name": "default", "configuration": {}}},
    {"data_type": "bool", "fill_value": True, "codecs": ["bytes"]},
    {"data_type": "uint64", "fill_value": 2**64 - 1},
    {"data_type": "int64", "fill_value": -(2**63)},
    {"data_type": "float32", "fill_value": "0x7fc00001"},
    {"data_type": "float16", "fill_value": "-Infinity"},
    {"data_type": "float64", "fill_value": Decimal("1e400")},
    {"data_type": "complex64", "fill_value": [1, "NaN"]},
    {"data_type": {"name": "r24"}, "fill_value": [0, 128, 255]},
    {"data_type": "int2", "fill_value": -2},
    {"data_type": "uint4", "fill_value": 15},
    {"data_type": "bfloat16", "fill_value": "0x7fc1"},
    {"data_type": {"name": "float8_e4m3"}, "fill_value": "-Infinity"},
    {"data_type": "float8_e4m3fnuz", "fill_value": "NaN"},
    {"data_type": "float8_e8m0fnu", "fill_value": Decimal("0.5")},
    {"data_type": "float6_e3m2fn", "fill_value": "0x3f"},
    {"data_type": "float4_e2m1fn", "fill_value": "0x0F"},
    {"data_type": "complex_float6_e2m3fn", "fill_value": [-1, "0x01"]},
    {"data_type": "complex_float32", "fill_value": ["NaN", 0]},
    {"data_type": time(), "fill_value": "NaT"},
    {"data_type": time("μs", 2**31 - 1), "fill_value": -(2**63)},
    {"data_type": utf32(8), "fill_value": "é\0"},
    {"data_type": struct(X), "fill_value": {"x": "NaN"}},
    {"data_type": NESTED, "fill_value": {"x": 1, "p": {"s": ""}}},
    {"data_type": OLDER, "fill_value": {"x": 1, "y": 0}, "codecs": ["bytes"]},
    {"data_type": OLDER, "fill_value": "AAAAAAAA"},
    {"data_type": "string", "fill_value": "é", "codecs": ["vlen-utf8"]},
    {"data_type": "bytes", "fill_value": [0, 255], "codecs": ["vlen-bytes"]},
    {"data_type": "bytes", "fill_value": "AQ==", "codecs": [codec("vlen-bytes"), "crc32c"]},
    {"chunk_grid": rectilinear(2, [[3, 1], 3])},
    {"chunk_grid": rectilinear([1, 2, 3, 4], [[6, 2]])},
    {"codecs": [codec("transpose", order=[1, 0]), LITTLE, codec("gzip", level=9), "crc32c"]},
    {"codecs": [LITTLE, blosc()]},
    {"codecs": [LITTLE, blosc(shuffle="noshuffle", typesize=...)]},
    {"codecs": [LITTLE, blosc(shuffle="noshuffle", typesize=0)]},
    {"codecs": [LITTLE, codec("zstd", level=-5, checksum=True)]},
    {"codecs": [sharding()]},
    {"codecs": [sharding(index_location="start", codecs=[sharding(chunk_shape=[1, 1])])]},
    {"codecs": [{"name": "zarr.hint", "must_understand": False}, LITTLE]},
    {"codecs": [codec("bitround", keepbits=3), LITTLE]},
    {"codecs": [cast_value("float8_e4m3"), "bytes"]},
    {"codecs": [cast_value({"name": "uint8"}, rounding="nearest-away"), "bytes"]},
    {"codecs": [cast_value("int8", out_of_range="wrap"), "bytes"]},
    {"codecs": [cast_value("int8", scalar_map={"encode": [[1, 2]], "decode": [[2, 1]]}), "bytes"]},
    {"codecs": ["scale_offset", codec("scale_offset", offset=0, scale=2), LITTLE]},
    {"codecs": ["packbits"]},
    {"codecs": [codec("packbits", first_bit=0, last_bit=None, padding_encoding="last_byte")]},
    {"codecs": [codec("reshape", shape=[[0, 1], 1]), LITTLE]},
    {"codecs": [codec("reshape", shape=[3, -1]), LITTLE]},
    {"codecs": [n5(TRANSPOSED, BIG), "crc32c"]},
    {"codecs": [n5(TRANSPOSED, BIG, codec("gzip", level=1))]},
    {"codecs": [n5({"name": "zarr.hint", "must_understand": False}, TRANSPOSED, BIG)]},
    {"codecs": [LITTLE, conditional()]},
    {"codecs": [LITTLE, conditional("crc32c", conditional("crc32c"), header_bits=16)]},
    {"codecs": [LITTLE, "numcodecs.zlib", codec("numcodecs.gzip", level=-1)]},
    {"codecs": [LITTLE, codec("numcodecs.blosc", shuffle=-1), "numcodecs.bz2"]},
    {"codecs": [LITTLE, codec("numcodecs.lzma", format=3, filters=[{"id": 33}])]},
    {"codecs": [LITTLE, codec("numcodecs.lzma", check=-1, preset=None), "numcodecs.lz4"]},
    {"codecs": [LITTLE, codec("numcodecs.shuffle", elementsize=2), "numcodecs.fletcher32"]},
    {"codecs": [LITTLE, codec("numcodecs.crc32", location="end"), "numcodecs.zstd"]},
    {"codecs": [codec("numcodecs.delta", dtype="<i2", astype="int8"), "bytes"]},
    {"codecs": [codec("numcodecs.fixedscaleoffset", offset=1, scale=Decimal("0.1")), LITTLE]},
    {"codecs": [codec("numcodecs.astype", encode_dtype="|b1"), "bytes"]},
    {
        "data_type": "float32",
        "codecs": [
            codec("numcodecs.quantize", digits=3, dtype=None),
            codec("numcodecs.bitround", keepbits=0),
            LITTLE,
        ],
    },
    {"data_type": "bool", "fill_value": False, "codecs": ["numcodecs.packbits", "bytes"]},
]

INVALID_MEMBERS: list[dict[str, Any]] = [
    {"zarr_format": 2},
    {"zarr_format": "3"},
    {"node_type": "Array"},
    {"shape": [-1, 6]},
    {"shape": "4"},
    {"shape": [4, True]},
    {"attributes": None},
    {"attributes": []},
    {"dimension_names": None},
    {"dimension_names": ["x", 1]},
    {"storage_transformers": {}},
    {"note": 1},
    {"note": None},
    {"note": {"must_understand": True}},
    {"note": {}},
    {"data_type": 5},
    {"data_type": "Int16"},
    {"data_type": "int16\n"},
    {"data_type": {"name": "int16", "must_understand": False}},
    {"data_type": {"name": "int16", "configuration": {"size": 2}}},
    {"data_type": {"name": "int16", "extra": 1}},
    {"data_type": {"configuration": {}}},
    {"data_type": "r0", "fill_value": []},
    {"data_type": "r12", "fill_value": [0]},
    {"data_type": "r08", "fill_value": [0]},
    {"data_type": {"name": "r12"}, "fill_value": [0]},
    {"chunk_grid": "regular"},
    {"chunk_grid": {"name": "regular"}},
    {"chunk_grid": codec("regular", chunk_shape=[0, 3])},
    {"chunk_grid": codec("regular", chunk_shape=[2, 3], more=1)},
    {"chunk_grid": {"name": "regular", "configuration": None}},
    {"chunk_key_encoding": codec("default", separator="_")},
    {"chunk_key_encoding": codec("v2", prefix="c")},
    {"chunk_key_encoding": {"name": "v2", "must_understand": False}},
    {"fill_value": None},
    {"fill_value": 2**15},
    {"fill_value": Decimal("0.5")},
    {"fill_value": "0"},
    {"fill_value": False},
    {"data_type": "bool", "fill_value": 0, "codecs": ["bytes"]},
    {"data_type": "float32", "fill_value": "0x7fc0"},
    {"data_type": "float32", "fill_value": "+Infinity"},
    {"data_type": "float32", "fill_value": "NaN\n"},
    {"data_type": "complex64", "fill_value": [1]},
    {"data_type": "complex64", "fill_value": [1, "nan"]},
    {"data_type": "r16", "fill_value": [0, 256]},
    {"data_type": "int2", "fill_value": 2},
    {"data_type": "uint4", "fill_value": -1},
    {"data_type": codec("int4", bits=4)},
    {"data_type": "bfloat16", "fill_value": "0x7fc00000"},
    {"data_type": "float8_e4m3", "fill_value": "0x7"},
    {"data_type": "float8_e4m3fnuz", "fill_value": "Infinity"},
    {"data_type": "float8_e8m0fnu", "fill_value": "-Infinity"},
    {"data_type": "float6_e3m2fn", "fill_value": "0x40"},
    {"data_type": "float6_e2m3fn", "fill_value": "NaN"},
    {"data_type": "float4_e2m1fn", "fill_value": "0x7"},
    {"data_type": "complex_float6_e2m3fn", "fill_value": [0, "0x7f"]},
    {"data_type": "complex_bfloat16", "fill_value": 0},
    {"data_type": "numpy.datetime64"},
    {"data_type": {"name": "numpy.timedelta64"}},
    {"data_type": time("minute")},
    {"data_type": time("\u00b5s")},
    {"data_type": time("s", 0)},
    {"data_type": time("s", 2**31)},
    {"data_type": time(endian="little")},
    {"data_type": time(), "fill_value": "nat"},
    {"data_type": time(), "fill_value": 2**63},
    {"data_type": "fixed_length_utf32", "fill_value": ""},
    {"data_type": utf32(0), "fill_value": ""},
    {"data_type": utf32(6), "fill_value": ""},
    {"data_type": utf32(4), "fill_value": 0},
    {"data_type": "struct", "fill_value": {}},
    {"data_type": struct(), "fill_value": {}},
    {"data_type": struct(["x", "int8"]), "fill_value": {"x": 0}},
    {"data_type": struct({**X, "name": ""}), "fill_value": {"": 0}},
    {"data_type": struct({**X, "offset": 0}), "fill_value": {"x": 0}},
    {"data_type": struct({**X, "data_type": "string"}), "fill_value": {"x": ""}},
    {"data_type": struct({**X, "data_type": "r7"}), "fill_value": {"x": [0]}},
    {"data_type": struct(X), "fill_value": 0},
    {"data_type": struct(X), "fill_value": "AAAAAA=="},
    {"data_type": struct(["x"], name="structured"), "fill_value": {"x": 0}},
    {"data_type": OLDER, "fill_value": None},
    {"data_type": "string", "fill_value": 0, "codecs": ["vlen-utf8"]},
    {"data_type": codec("string", length=4), "fill_value": "", "codecs": ["vlen-utf8"]},
    {"data_type": "bytes", "fill_value": [256], "codecs": ["vlen-bytes"]},
    {"data_type": "bytes", "fill_value": "AQ=", "codecs": ["vlen-bytes"]},
    {"data_type": "bytes", "fill_value": "_-__", "codecs": ["vlen-bytes"]},
    {"data_type": "bytes", "fill_value": "", "codecs": [codec("vlen-bytes", level=1)]},
    {"chunk_grid": "rectilinear"},
    {"chunk_grid": rectilinear(2, 3, kind="file")},
    {"chunk_grid": rectilinear(2, 3, chunk_shape=[2, 3])},
    {"chunk_grid": codec("rectilinear", kind="inline")},
    {"chunk_grid": rectilinear(2, 0)},
    {"chunk_grid": rectilinear(2, "3")},
    {"chunk_grid": rectilinear(2, [3, 0, 3])},
    {"chunk_grid": rectilinear(2, [[3, 0], 6])},
    {"chunk_grid": rectilinear(2, [[3], 6])},
    {"chunk_grid": rectilinear(2, [[3, 1, 1], 6])},
    {"chunk_grid": rectilinear(2, [[[3, 1], 1], 6])},
    {"codecs": []},
    {"codecs": {}},
    {"codecs": ["crc32c"]},
    {"codecs": [LITTLE, LITTLE]},
    {"codecs": [{"name": "zarr.hint", "must_understand": False}]},
    {"codecs": [codec("bytes", endian="native")]},
    {"codecs": [codec("bytes", endian="little", more=1)]},
    {"codecs": [LITTLE, codec("crc32c", seed=0)]},
    {"codecs": [LITTLE, "gzip"]},
    {"codecs": [LITTLE, codec("gzip", level=10)]},
    {"codecs": [codec("transpose", order="F"), LITTLE]},
    {"codecs": [codec("transpose"), LITTLE]},
    {"codecs": [LITTLE, blosc(typesize=...)]},
    {"codecs": [LITTLE, blosc(shuffle=1)]},
    {"codecs": [LITTLE, blosc(cname="zip")]},
    {"codecs": [LITTLE, codec("zstd", checksum=True)]},
    {"codecs": [LITTLE, codec("zstd", level=23)]},
    {"codecs": [sharding(index_location="middle")]},
    {"codecs": [sharding(codecs=[])]},
    {"codecs": [sharding(index_codecs=["bytes"])]},
    {"codecs": [sharding(index_codecs=[LITTLE, codec("gzip", level=1)])]},
    {"codecs": [sharding(index_codecs=[sharding()])]},
    {"codecs": [sharding(more=1)]},
    {"codecs": ["bitround", LITTLE]},
    {"codecs": [codec("bitround", keepbits=0), LITTLE]},
    {"codecs": ["cast_value", LITTLE]},
    {"codecs": [cast_value("bool"), "bytes"]},
    {"codecs": [cast_value("int8", note=1), "bytes"]},
    {"codecs": [cast_value("int8", rounding="up"), "bytes"]},
    {"codecs": [cast_value("float16", out_of_range="wrap"), LITTLE]},
    {"codecs": [cast_value("int8", scalar_map={"decode": [[1]]}), "bytes"]},
    {"codecs": [cast_value("int8", scalar_map=[[1, 2]]), "bytes"]},
    {"codecs": [codec("scale_offset", offset=None), LITTLE]},
    {"codecs": [codec("scale_offset", astype="int8"), LITTLE]},
    {"codecs": [codec("packbits", start_bit=0)]},
    {"codecs": [codec("packbits", first_bit=-1)]},
    {"codecs": [codec("packbits", padding_encoding="start_byte")]},
    {"codecs": [codec("reshape", shape=[0]), LITTLE]},
    {"codecs": [codec("reshape", shape=[-1, -1]), LITTLE]},
    {"codecs": [codec("reshape", shape=[[-1]]), LITTLE]},
    {"codecs": ["reshape", LITTLE]},
    {"codecs": [n5(BIG)]},
    {"codecs": [n5(TRANSPOSED, LITTLE)]},
    {"codecs": [n5(TRANSPOSED, BIG, "crc32c", "crc32c")]},
    {"codecs": [LITTLE, conditional(LITTLE)]},
    {"codecs": [LITTLE, conditional("scale_offset")]},
    {"codecs": [LITTLE, conditional(header_bits=4)]},
    {"codecs": [LITTLE, codec("numcodecs.zlib", level=10)]},
    {"codecs": [LITTLE, codec("numcodecs.lzma", format=3)]},
    {"codecs": [LITTLE, codec("numcodecs.lzma", preset=True)]},
    {"codecs": [LITTLE, codec("numcodecs.crc32", location="middle")]},
    {"codecs": [LITTLE, codec("numcodecs.fletcher32", location="end")]},
    {"codecs": [codec("numcodecs.delta", dtype="<M8[s]"), LITTLE]},
    {"codecs": [codec("numcodecs.fixedscaleoffset", offset=1, scale=0), LITTLE]},
    {"codecs": ["numcodecs.quantize", LITTLE]},
    {"codecs": ["numcodecs.astype", LITTLE]},
]

CONSOLIDATED = {"must_understand": False, "kind": "inline", "metadata": {}}

VALID_GROUP_MEMBERS: list[dict[str, Any]] = [
    {},
    {"attributes": {"a": 1}},
    {"consolidated_metadata": CONSOLIDATED},
    {"consolidated_metadata": {**CONSOLIDATED, "more": 1}},
    {"note": {"must_understand": False}},
    {"shape": {"must_understand": False}},
]

INVALID_GROUP_MEMBERS: list[dict[str, Any]] = [
    {"shape": [1]},
    {"zarr_format": 4},
    {"attributes": 1},
    {"consolidated_metadata": None},
    {"consolidated_metadata": {**CONSOLIDATED, "must_understand": True}},
    {"consolidated_metadata": {**CONSOLIDATED, "kind": "other"}},
    {"consolidated_metadata": {**CONSOLIDATED, "metadata": []}},
    {"consolidated_metadata": {"must_understand": False}},
]

# Documents that only the code can refuse, each with the rule that the schema cannot express.
BEYOND_THE_SCHEMA: list[tuple[dict[str, Any], str]] = [
    (
        {"data_type": struct(X, X), "fill_value": {"x": 0}},
        "dtype.struct.fields.name.duplicates_rejected",
    ),
    ({"data_type": struct(X), "fill_value": {}}, "dtype.struct.fill.complete"),
    ({"data_type": struct(X), "fill_value": {"x": 0, "y": 0}}, "dtype.struct.fill.extra"),
    ({"data_type": struct(X), "fill_value": {"x": "0"}}, "dtype.struct.fill.valid"),
    ({"data_type": OLDER, "fill_value": "AAAA"}, "dtype.structured.fill_base64"),
    ({"data_type": utf32(4), "fill_value": "ab"}, "dtype.fixed_length_utf32.json.too_long"),
    (
        {"data_type": utf32(4), "fill_value": "\ud800"},
        "dtype.fixed_length_utf32.invalid_code_units",
    ),
    ({"data_type": "string", "fill_value": ""}, "dtype.string.codec"),
    ({"data_type": "bytes", "fill_value": ""}, "dtype.bytes.codecs"),
    ({"codecs": ["vlen-utf8"]}, "codec.vlen-utf8.dtype"),
    ({"codecs": ["vlen-bytes"]}, "codec.vlen-bytes.dtype"),
    (
        {"data_type": "string", "fill_value": "\ud800", "codecs": ["vlen-utf8"]},
        "dtype.string.fill",
    ),
    ({"chunk_grid": rectilinear(2)}, "grid.rectilinear.chunk_shapes.rank"),
    ({"chunk_grid": rectilinear(2, [3, 2])}, "grid.rectilinear.edges.sum_covers"),
    ({"dimension_names": ["x"]}, "core.metadata.array.dimension_names.length"),
    (
        {"chunk_grid": codec("regular", chunk_shape=[2])},
        "core.metadata.array.chunk_grid.regular.chunk_shape.rank",
    ),
    ({"codecs": [codec("transpose", order=[1, 2]), LITTLE]}, "codec.transpose.order.permutation"),
    ({"codecs": [codec("transpose", order=[0]), LITTLE]}, "codec.transpose.order.rank"),
    (
        {"codecs": [sharding(chunk_shape=[2, 2])]},
        "codec.sharding_indexed.chunk_shape.divides",
    ),
    ({"codecs": [sharding(chunk_shape=[2])]}, "codec.sharding_indexed.chunk_shape.rank"),
    ({"codecs": ["bytes"]}, "codec.bytes.endian.required_multibyte"),
    ({"codecs": ["crc32c", LITTLE]}, "codec.pipeline.b2b_last"),
    ({"codecs": [LITTLE, codec("transpose", order=[1, 0])]}, "codec.pipeline.a2a_first"),
    ({"data_type": "r16", "fill_value": [0]}, "dtype.raw.fill.length"),
    ({"data_type": "strings"}, "core.metadata.array.data_type.unknown_rejected"),
    ({"chunk_grid": "hexagonal"}, "core.metadata.array.chunk_grid.unknown_rejected"),
    ({"chunk_key_encoding": "suffix"}, "core.metadata.array.chunk_key_encoding.unknown_rejected"),
    ({"codecs": ["zfp"]}, "core.metadata.array.codecs.unknown_rejected"),
    (
        {
            "data_type": "bool",
            "fill_value": False,
            "codecs": [codec("bitround", keepbits=1), "bytes"],
        },
        "codec.pipeline.unsupported_input_error",
    ),
    (
        {"codecs": [cast_value("uint8"), "bytes"], "fill_value": -1},
        "codec.cast_value.fill.roundtrip_error",
    ),
    (
        {"codecs": [cast_value("int8", scalar_map={"encode": [["NaN", 0]]}), "bytes"]},
        "codec.cast_value.scalar_map.scalars",
    ),
    (
        {"data_type": "bool", "fill_value": False, "codecs": [cast_value("int8"), "bytes"]},
        "codec.cast_value.real_types_only",
    ),
    (
        {"data_type": "bool", "fill_value": False, "codecs": ["scale_offset", "bytes"]},
        "codec.scale_offset.types",
    ),
    (
        {"codecs": [codec("scale_offset", offset=Decimal("0.5")), LITTLE]},
        "codec.scale_offset.offset.form",
    ),
    ({"codecs": [codec("scale_offset", scale="2"), LITTLE]}, "codec.scale_offset.scale.form"),
    ({"codecs": [codec("scale_offset", scale=0), LITTLE]}, "codec.scale_offset.scale.zero"),
    (
        {"codecs": [codec("scale_offset", offset=1), LITTLE], "fill_value": -(2**15)},
        "codec.scale_offset.unrepresentable_error",
    ),
    ({"codecs": [codec("packbits", first_bit=2, last_bit=1)]}, "codec.packbits.last_ge_first"),
    ({"codecs": [codec("packbits", last_bit=16)]}, "codec.packbits.bit_range"),
    ({"codecs": [codec("reshape", shape=[7]), LITTLE]}, "codec.reshape.product"),
    ({"codecs": [codec("reshape", shape=[[1], [0]]), LITTLE]}, "codec.reshape.dims_increasing"),
    ({"codecs": [codec("reshape", shape=[[1], 2]), LITTLE]}, "codec.reshape.dims_aligned"),
    ({"codecs": [codec("reshape", shape=[[2]]), LITTLE]}, "codec.reshape.shape.input_dims"),
    (
        {"codecs": [n5(codec("transpose", order=[0, 1]), BIG)]},
        "codec.n5_default.codecs.first_transpose",
    ),
    (
        {"codecs": [LITTLE, conditional(*["crc32c"] * 9, header_bits=8)]},
        "codec.conditional.header_bits.ge_len",
    ),
    (
        {"codecs": [LITTLE, codec("numcodecs.lzma", format=3, filters=[])]},
        "v2.compressor.lzma",
    ),
    ({"codecs": [codec("numcodecs.delta", dtype="<i4"), LITTLE]}, "v2.filter.delta"),
    ({"codecs": ["numcodecs.packbits", "bytes"]}, "v2.filter.packbits"),
    (
        {"storage_transformers": ["cache"]},
        "core.metadata.array.storage_transformers.unknown_rejected",
    ),
]

VALID = [{**ARRAY, **members} for members in VALID_MEMBERS]
VALID += [{**GROUP, **members} for members in VALID_GROUP_MEMBERS]
INVALID = [{**ARRAY, **members} for members in INVALID_MEMBERS]
INVALID += [{**GROUP, **members} for members in INVALID_GROUP_MEMBERS]
INVALID += [{k: v for k, v in ARRAY.items() if k != name} for name in ARRAY]
INVALID += [{"zarr_format": 3}, {"node_type": "group"}]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(load_schema())


@pytest.mark.parametrize("document", VALID, ids=str)
def test_both_accept(document: dict[str, Any]) -> None:
    assert validate(document) == []
    assert refusal_of(document) is None


@pytest.mark.parametrize("document", INVALID, ids=str)
def test_both_refuse(document: dict[str, Any]) -> None:
    assert validate(parse_json(format_json(document), "zarr.json"))
    assert refusal_of(document) is not None


@pytest.mark.parametrize(("members", "requirement"), BEYOND_THE_SCHEMA)
def test_only_the_code_refuses(members: dict[str, Any], requirement: str) -> None:
    document = {**ARRAY, **members}
    assert validate(document) == []
    refusal = refusal_of(document)
    assert refusal is not None
    assert refusal.requirement == requirement
    assert requirement in NOT_EXPRESSIBLE


@pytest.mark.parametrize("document", [[], None, 3, "zarr"])
def test_what_is_no_object_is_refused(document: Any) -> None:
    """core.metadata.array.single_object"""
    assert validate(document)
    assert isinstance(refusal_of(document), MalformedMetadata)


def test_the_text_of_numbers_is_beyond_a_schema() -> None:
    """core.metadata.array.zarr_format.integer: to JSON Schema 3.0 is the integer 3."""
    document = json.loads(json.dumps({**ARRAY, "zarr_format": 3.0}))
    assert validate(document) == []
    refusal = refusal_of(document)
    assert refusal is not None
    assert refusal.requirement in NOT_EXPRESSIBLE


def test_a_finding_has_a_place_and_a_sentence() -> None:
    document = {**ARRAY, "codecs": [LITTLE, codec("gzip")], "fill_value": 2**15, "note": 1}
    assert validate(document) == [
        ("$.codecs[1].configuration", "'level' is a required property"),
        (
            "$.fill_value",
            "32768 does not fit. An integer from -32768 to 32767, without fraction and exponent.",
        ),
        (
            "$.note",
            "1 does not fit. A member that the specification does not define has to be an object "
            'that says "must_understand": false. '
            "https://zarr-specs.readthedocs.io/en/latest/v3/core/#must-understand",
        ),
    ]


def test_every_bit_count_of_a_raw_type() -> None:
    """core.dtype.raw.multiple_of_8: the pattern counts as arithmetic does."""
    raw_name = Draft202012Validator(load_schema()["$defs"]["raw_name"])
    for bits in range(3_000):
        assert raw_name.is_valid(f"r{bits}") == (bits % 8 == 0 and bits > 0)


def test_the_schema_knows_what_the_code_knows() -> None:
    definitions = load_schema()["$defs"]
    assert set(definitions["known_codecs"]) == set(CODECS)
    parametrised = {*numpy_times.NAMES, fixed_length_utf32.NAME, *struct_data_type.NAMES, "raw"}
    assert set(definitions["fill_values"]) == {*UNPARAMETRISED_DATA_TYPES} | parametrised


def test_sharding_nested_as_deep_as_json_can_be() -> None:
    """The validator recurses; no document that can be parsed is too deep for it."""
    nested = LITTLE
    for _ in range(31):
        nested = sharding(codecs=[nested])
    assert validate({**ARRAY, "codecs": [nested]}) == []


def test_the_rules_beyond_the_schema_are_in_the_register() -> None:
    register = next(Path(__file__).parents[2].glob("fixtures/zarr_fixtures/requirements/*.csv"))
    with register.open(encoding="utf-8", newline="") as file:
        known = {row["id"] for row in csv.DictReader(file)}
    assert known >= NOT_EXPRESSIBLE


POOL = [
    None, True, False, 0, 1, -1, 3, 2**63, Decimal("1.5"), Decimal("1e0"), "", "x", "NaN", "0x00",
    "int8", "float64", "complex128", "r16", "bool", "r7", "bytes", "crc32c", "gzip", "regular",
    "int4", "float8_e8m0fnu", "float4_e2m1fn", "NaT", "0x0f", "AAAA", "structured", "rectilinear",
    time(), utf32(4), struct(X), {"x": 0}, [4, 2], [[4, 2]], rectilinear(2, 3), "generic", 8,
    "v2", ".", "a:b", "Z", [], [0], [1, 0], [0, 0], [1, 1], ["bytes"], {}, {"name": "bytes"},
    {"must_understand": False}, {"must_understand": True}, LITTLE, codec("gzip", level=1), blosc(),
    sharding(), codec("transpose", order=[1, 0]), codec("regular", chunk_shape=[1, 1]),
    cast_value("int8"), codec("scale_offset", scale=1), "packbits", codec("reshape", shape=[-1]),
    n5(TRANSPOSED, BIG), conditional("crc32c"), codec("bitround", keepbits=1), "numcodecs.lzma",
    codec("numcodecs.delta", dtype="<i2"), "<i2", {"id": 33}, "numcodecs.packbits", [[0, 1]],
    {"name": "other", "must_understand": False}, CONSOLIDATED,
]  # fmt: skip

NAMES = [
    "name", "configuration", "must_understand", "endian", "level", "order", "shape", "attributes",
    "dimension_names", "storage_transformers", "consolidated_metadata", "note", "typesize", "x",
    "rounding", "out_of_range", "scalar_map", "offset", "scale", "first_bit", "last_bit", "filters",
    "header_bits", "codecs", "astype", "format", "location",
]  # fmt: skip


def containers(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield value
        for child in value.values() if isinstance(value, dict) else value:
            yield from containers(child)


def mutate(document: Any, draw: Any) -> None:
    """Replaces, removes or adds one member or item anywhere in the document."""
    container = draw(st.sampled_from(list(containers(document))))
    value = copy.deepcopy(draw(st.sampled_from(POOL)))
    keys = list(container) if isinstance(container, dict) else list(range(len(container)))
    action = draw(st.sampled_from(["replace", "remove", "add"])) if keys else "add"
    if action == "remove":
        del container[draw(st.sampled_from(keys))]
    elif action == "replace":
        container[draw(st.sampled_from(keys))] = value
    elif isinstance(container, dict):
        container[draw(st.sampled_from(NAMES))] = value
    else:
        container.insert(draw(st.integers(0, len(container))), value)


@settings(deadline=None, max_examples=400, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_schema_and_code_agree_on_any_document(data: st.DataObject) -> None:
    document = copy.deepcopy(data.draw(st.sampled_from(VALID)))
    for _ in range(data.draw(st.integers(1, 3))):
        mutate(document, data.draw)
    check_agreement(document)
