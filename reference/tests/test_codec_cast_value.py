"""The ``cast_value`` codec."""

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata, InvalidRequest, MalformedChunk, Refusal
from zarr_reference.representation import ArrayType, elements_from_bytes
from zarr_reference.v3.codecs.cast_value import CastValueCodec
from zarr_reference.v3.data_types import UNPARAMETRISED_DATA_TYPES, parse_data_type
from zarr_reference.v3.fill_values import parse_fill_value

REAL_TYPES = [
    each for each in UNPARAMETRISED_DATA_TYPES.values() if each.kind in ("int", "uint", "float")
]
NAN_TO_0 = {"encode": [["NaN", 0]], "decode": [[0, "NaN"]]}


def codec(**configuration: Any) -> CastValueCodec:
    return CastValueCodec.from_configuration(configuration, "$")


def array_type(data_type: str, count: int = 1, fill_value: Any = 0) -> ArrayType:
    type_ = parse_data_type(data_type, "$")
    return ArrayType((count,), type_, parse_fill_value(fill_value, type_, "$"))


def encoded(values: Any, type_name: str, **configuration: Any) -> list[Any]:
    """What ``values``, an array of NumPy of the type ``type_name``, are stored as."""
    type_, cast = array_type(type_name, len(values)), codec(**configuration)
    target = cast.compute_encoded_representation_type(type_, "$[0]").data_type
    stored = cast.encode(elements_from_bytes(values.astype(type_name).tobytes(), type_), type_)
    return np.frombuffer(stored.tobytes(), target.name).tolist()


def decoded(values: Any, type_name: str, **configuration: Any) -> list[Any]:
    """What ``values``, stored, are as elements of an array of type ``type_name``."""
    type_, cast = array_type(type_name, len(values)), codec(**configuration)
    stored_type = cast.compute_encoded_representation_type(type_, "$[0]")
    stored = elements_from_bytes(values.tobytes(), stored_type)
    return np.frombuffer(cast.decode(stored, type_, 999).tobytes(), type_name).tolist()


def test_numbers_are_converted_and_not_bits() -> None:
    """codec.cast_value.value_not_bits, codec.cast_value.order.exact_second"""
    values = np.float64([0, 1, -1, 127, -128])
    assert encoded(values, "float64", data_type="int8") == [0, 1, -1, 127, -128]
    assert decoded(np.int8([0, 1, -1, 127, -128]), "float64", data_type="int8") == values.tolist()


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        ("nearest-even", [2, 2, -2, -2, 3, -3]),
        ("nearest-away", [2, 3, -2, -3, 3, -3]),
        ("towards-zero", [1, 2, -1, -2, 2, -2]),
        ("towards-positive", [2, 3, -1, -2, 3, -2]),
        ("towards-negative", [1, 2, -2, -3, 2, -3]),
    ],
)
def test_rounding(rounding: str, expected: list[int]) -> None:
    """codec.cast_value.rounding.nearest-even and so on, both ways: codec.cast_value.symmetric"""
    values = np.float64([1.5, 2.5, -1.5, -2.5, 2.75, -2.75])
    assert encoded(values, "float64", data_type="int8", rounding=rounding) == expected
    assert decoded(values, "int8", data_type="float64", rounding=rounding) == expected


def test_rounding_is_to_nearest_even_unless_said() -> None:
    """codec.cast_value.rounding.default"""
    assert decoded(np.float64([0.5, 1.5]), "uint8", data_type="float64") == [0, 2]
    large = np.int64([2**24 + 1, 2**24 + 3, -(2**24) - 1])
    expected = [2.0**24, 2.0**24 + 4, -(2.0**24)]
    assert decoded(large, "float32", data_type="int64") == expected


def test_out_of_range_is_an_error_unless_said() -> None:
    """codec.cast_value.out_of_range.absent_error"""
    with pytest.raises(InvalidRequest) as refusal:
        encoded(np.float64([1, 128]), "float64", data_type="int8")
    assert refusal.value.place == "element 1"
    with pytest.raises(MalformedChunk) as chunk:
        decoded(np.int16([-1]), "uint8", data_type="int16")
    assert chunk.value.requirement == "codec.cast_value.out_of_range.absent_error"
    assert chunk.value.place == "element 0"


def test_clamped_to_the_range() -> None:
    """codec.cast_value.out_of_range.clamp, codec.cast_value.out_of_range.round_first"""
    values = np.float64([127.4, 127.5, 1e300, -128.5, -1e300])
    clamped = encoded(values, "float64", data_type="int8", out_of_range="clamp")
    assert clamped == [127, 127, 127, -128, -128]
    assert encoded(np.float64([127.4]), "float64", data_type="int8") == [127]


def test_clamped_to_infinity_where_there_is_one() -> None:
    """codec.cast_value.out_of_range.clamp_inf"""
    values = np.float64([65519, 65520, 1e300, -1e300])
    clamped = encoded(values, "float64", data_type="float16", out_of_range="clamp")
    assert clamped == [65504.0, math.inf, math.inf, -math.inf]
    down = {"data_type": "float16", "rounding": "towards-zero"}
    assert encoded(np.float64([65535]), "float64", **down) == [65504.0]
    with pytest.raises(InvalidRequest):
        encoded(np.float64([65536]), "float64", **down)


@pytest.mark.parametrize(
    ("value", "data_type", "bits"),
    [
        (1e9, "float8_e4m3fnuz", 0x7F),
        (-1e9, "float8_e4m3fnuz", 0xFF),
        (1e9, "float4_e2m1fn", 0b0111),
        (-1e9, "float4_e2m1fn", 0b1111),
        (1e300, "float8_e8m0fnu", 0xFE),
        (1e-300, "float8_e8m0fnu", 0),
        (-1.0, "float8_e8m0fnu", 0),
        (1e9, "float8_e5m2", 0x7C),
        (-9, "int4", 0b1000),
        (9, "uint2", 0b11),
    ],
)
def test_clamped_in_small_types(value: float, data_type: str, bits: int) -> None:
    """codec.cast_value.out_of_range.clamp"""
    type_ = array_type("float64", fill_value=1)
    cast = codec(data_type=data_type, out_of_range="clamp")
    stored = cast.encode(elements_from_bytes(np.float64(value).tobytes(), type_), type_)
    assert stored.tobytes() == bytes([bits])


def test_wrapped_around() -> None:
    """codec.cast_value.out_of_range.wrap: the examples of the text"""
    wrap = {"out_of_range": "wrap"}
    assert encoded(np.float64([128]), "float64", data_type="int8", **wrap) == [-128]
    values = np.float64([32768, 32769, -32769])
    assert encoded(values, "float64", data_type="int16", **wrap) == [-32768, -32767, 32767]
    stored = np.int16([-1, 256, 511])
    assert decoded(stored, "uint8", data_type="int16", **wrap) == [255, 0, 255]


def test_floats_do_not_wrap_around_when_decoded() -> None:
    """codec.cast_value.out_of_range.wrap_integral_only"""
    with pytest.raises(MalformedChunk) as refusal:
        decoded(np.int32([70000]), "float16", data_type="int32", out_of_range="wrap")
    assert refusal.value.requirement == "codec.cast_value.out_of_range.absent_error"


def test_nan_infinity_and_signed_zero_propagate() -> None:
    """codec.cast_value.nan_propagates, codec.cast_value.signed_zero"""
    values = np.float32([np.nan, np.inf, -np.inf, -0.0])
    expected = values.astype("<f8").tobytes()
    assert np.float64(decoded(values, "float64", data_type="float32")).tobytes() == expected
    # "Payload preservation is not required": there is one NaN afterwards.
    payload = np.uint32([0xFFC00001]).view("<f4")
    returned = decoded(payload, "float64", data_type="float32")
    assert np.float64(returned).tobytes() == np.float64([np.nan]).tobytes()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_are_no_integers(value: float) -> None:
    """codec.cast_value.nan_to_int_error: out_of_range is about numbers"""
    for out_of_range in ("clamp", "wrap"):
        with pytest.raises(InvalidRequest):
            encoded(np.float64([value]), "float64", data_type="int8", out_of_range=out_of_range)
    with pytest.raises(MalformedChunk) as refusal:
        decoded(np.float64([value]), "int8", data_type="float64", out_of_range="clamp")
    assert refusal.value.requirement == "codec.cast_value.nan_to_int_error"
    type_ = array_type("float64")
    stored = elements_from_bytes(np.float64([value]).tobytes(), type_)
    for data_type in ("float4_e2m1fn", "float6_e3m2fn"):
        with pytest.raises(InvalidRequest):
            codec(data_type=data_type, out_of_range="clamp").encode(stored, type_)


def test_the_scalar_map_comes_first() -> None:
    """codec.cast_value.order.map_first, codec.cast_value.scalar_map.decode, .first_wins"""
    maps = {
        "encode": [["NaN", 0], ["Infinity", 255], [3, 33], [3, 34]],
        "decode": [[7, "-Infinity"]],
    }
    values = np.float64([np.nan, np.inf, 3, 4])
    configuration = {"data_type": "uint8", "scalar_map": maps}
    assert encoded(values, "float64", **configuration) == [0, 255, 33, 4]
    assert decoded(np.uint8([7, 8]), "float64", **configuration) == [-math.inf, 8]


def test_keys_are_numbers() -> None:
    """codec.cast_value.scalar_map.nan_key: any NaN, and either zero"""
    maps = {"encode": [["NaN", 1], [0, 2]], "decode": [[2, 0]]}
    values = np.array([0x7FF8000000000000, 0xFFF0000000000001, 0, 1 << 63], "<u8").view("<f8")
    assert encoded(values, "float64", data_type="uint8", scalar_map=maps) == [1, 1, 2, 2]
    # What is written is the element as it is spelled.
    bits = {"decode": [[1, "0x7fc00001"]]}
    type_, cast = array_type("float32"), codec(data_type="uint8", scalar_map=bits)
    stored = elements_from_bytes(b"\1", array_type("uint8"))
    assert cast.decode(stored, type_, 9).tobytes().hex() == "0100c07f"


def test_the_fill_value_is_cast() -> None:
    """codec.cast_value.fill.cast"""
    cast = codec(data_type="uint8", scalar_map=NAN_TO_0)
    stored = cast.compute_encoded_representation_type(array_type("float64", 1, "NaN"), "$[0]")
    assert stored == ArrayType((1,), UNPARAMETRISED_DATA_TYPES["uint8"], b"\0")
    cast = codec(data_type="int16")
    stored = cast.compute_encoded_representation_type(array_type("float32", 1, -5), "$[0]")
    assert stored.fill_value == b"\xfb\xff"


@pytest.mark.parametrize(
    ("data_type", "fill_value", "configuration"),
    [
        ("float64", "NaN", {"data_type": "uint8"}),
        ("float64", "NaN", {"data_type": "uint8", "scalar_map": {"encode": [["NaN", 0]]}}),
        ("float64", 256, {"data_type": "uint8"}),
        ("float64", 256, {"data_type": "uint8", "out_of_range": "wrap"}),
        ("float64", Decimal("0.1"), {"data_type": "float32"}),
        ("uint8", 0, {"data_type": "int16", "scalar_map": {"decode": [[0, 1]]}}),
        ("uint8", 0, {"data_type": "int16", "scalar_map": {"encode": [[0, -1]]}}),
    ],
)
def test_a_fill_value_that_does_not_survive_is_refused(
    data_type: str, fill_value: Any, configuration: Any
) -> None:
    """codec.cast_value.fill.roundtrip_error, codec.cast_value.fill.validate_early"""
    type_ = array_type(data_type, 1, fill_value)
    with pytest.raises(InvalidMetadata) as refusal:
        codec(**configuration).compute_encoded_representation_type(type_, "$[0]")
    assert refusal.value.requirement == "codec.cast_value.fill.roundtrip_error"


FORM = "codec.cast_value.scalar_map.form"


@pytest.mark.parametrize(
    ("configuration", "requirement"),
    [
        ({}, "codec.cast_value.data_type.required"),
        ({"data_type": "bool"}, "codec.cast_value.real_types_only"),
        ({"data_type": "complex64"}, "codec.cast_value.real_types_only"),
        ({"data_type": 8}, "core.metadata.array.data_type.extension_form"),
        ({"data_type": "int8", "note": 1}, "codec.cast_value.unknown_keys_invalid"),
        ({"data_type": "int8", "rounding": "nearest"}, "codec.cast_value.rounding.values"),
        ({"data_type": "int8", "rounding": None}, "codec.cast_value.rounding.values"),
        ({"data_type": "int8", "rounding": ["nearest-even"]}, "codec.cast_value.rounding.values"),
        ({"data_type": "int8", "out_of_range": "error"}, "codec.cast_value.out_of_range.values"),
        (
            {"data_type": "float32", "out_of_range": "wrap"},
            "codec.cast_value.out_of_range.wrap_integral_only",
        ),
        ({"data_type": "int8", "scalar_map": []}, FORM),
        ({"data_type": "int8", "scalar_map": {"both": []}}, FORM),
        ({"data_type": "int8", "scalar_map": {"encode": {"NaN": 0}}}, FORM),
        ({"data_type": "int8", "scalar_map": {"decode": [[0]]}}, FORM),
        ({"data_type": "int8", "scalar_map": {"decode": ["00"]}}, FORM),
    ],
)
def test_other_configurations_are_refused(configuration: Any, requirement: str) -> None:
    with pytest.raises(InvalidMetadata) as refusal:
        codec(**configuration)
    assert refusal.value.requirement == requirement


@pytest.mark.parametrize(
    ("data_type", "scalar_map"),
    [
        ("float64", {"encode": [["+Infinity", 0]]}),
        ("float64", {"encode": [["NaN", 128]]}),
        ("float64", {"decode": [["NaN", 0]]}),
        ("float64", {"decode": [[0, None]]}),
    ],
)
def test_scalars_are_written_as_fill_values_are(data_type: str, scalar_map: Any) -> None:
    """codec.cast_value.scalar_map.scalars"""
    cast = codec(data_type="int8", scalar_map=scalar_map)
    with pytest.raises(InvalidMetadata) as refusal:
        cast.compute_encoded_representation_type(array_type(data_type), "$[0]")
    assert refusal.value.requirement == "codec.cast_value.scalar_map.scalars"
    assert refusal.value.place.startswith("$[0].configuration.scalar_map.")


def test_other_arrays_are_refused() -> None:
    """codec.cast_value.real_types_only"""
    for data_type, fill_value in [("bool", False), ("complex64", [0, 0]), ("r8", [0])]:
        with pytest.raises(InvalidMetadata) as refusal:
            codec(data_type="int8").compute_encoded_representation_type(
                array_type(data_type, 1, fill_value), "$[0]"
            )
        assert refusal.value.requirement == "codec.cast_value.real_types_only"


@pytest.mark.parametrize("data_type", REAL_TYPES, ids=lambda each: each.name)
def test_every_real_type_is_cast_to_float64_and_back(data_type) -> None:
    """codec.cast_value.order.exact_second: but 64 bits are more than float64 has"""
    type_ = ArrayType((8,), data_type, (1).to_bytes(data_type.item_size, "little"))
    count = 8 * data_type.item_size
    data = b"".join(bytes([i]) + bytes(data_type.item_size - 1) for i in range(1, 9))
    mask = 0xFF >> data_type.padding_bits
    data = bytes(byte & mask for byte in data)[:count]
    cast = codec(data_type="float64", out_of_range="clamp")
    stored_type = cast.compute_encoded_representation_type(type_, "$[0]")
    stored = cast.encode(elements_from_bytes(data, type_), type_)
    assert stored_type.data_type.name == "float64"
    assert cast.decode(stored, type_, 999).tobytes() == data


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_any_cast_gives_numbers_or_a_refusal(data: st.DataObject) -> None:
    source, target = (data.draw(st.sampled_from(REAL_TYPES)) for _ in range(2))
    configuration = {"data_type": target.name, "rounding": data.draw(
        st.sampled_from(["nearest-even", "towards-positive", "nearest-away"])
    )}  # fmt: skip
    if (out_of_range := data.draw(st.sampled_from([None, "clamp", "wrap"]))) is not None:
        configuration["out_of_range"] = out_of_range
    stored = bytes(
        byte & 0xFF >> target.padding_bits
        for byte in data.draw(st.binary(min_size=target.item_size, max_size=target.item_size))
    )
    type_ = ArrayType((1,), source, (1).to_bytes(source.item_size, "little"))
    try:
        cast = codec(**configuration)
        stored_type = cast.compute_encoded_representation_type(type_, "$[0]")
        elements = cast.decode(elements_from_bytes(stored, stored_type), type_, 999)
    except Refusal:
        return
    assert elements.dtype == source.dtype
