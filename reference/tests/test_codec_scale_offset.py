"""The ``scale_offset`` codec."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata, InvalidRequest, MalformedChunk
from zarr_reference.representation import ArrayType, elements_from_bytes
from zarr_reference.v3.codecs.scale_offset import ScaleOffsetCodec
from zarr_reference.v3.data_types import UNPARAMETRISED_DATA_TYPES, parse_data_type
from zarr_reference.v3.fill_values import parse_fill_value
from zarr_reference.v3.ieee754 import BINARY16, BINARY32, BINARY64


def codec(**configuration: Any) -> ScaleOffsetCodec:
    return ScaleOffsetCodec.from_configuration(configuration, "$")


def array_type(data_type: str, count: int = 1, fill_value: Any = 0) -> ArrayType:
    type_ = parse_data_type(data_type, "$")
    return ArrayType((count,), type_, parse_fill_value(fill_value, type_, "$"))


def encoded(values: Any, **configuration: Any) -> list[Any]:
    type_ = array_type(values.dtype.name, len(values))
    elements = elements_from_bytes(values.tobytes(), type_)
    return np.frombuffer(codec(**configuration).encode(elements, type_), values.dtype).tolist()


def decoded(values: Any, **configuration: Any) -> list[Any]:
    type_ = array_type(values.dtype.name, len(values))
    elements = elements_from_bytes(values.tobytes(), type_)
    return np.frombuffer(codec(**configuration).decode(elements, type_, 99), values.dtype).tolist()


def test_integers_are_moved_and_scaled() -> None:
    """codec.scale_offset.encode, codec.scale_offset.decode"""
    values = np.int16([1000, 1001, 990])
    assert encoded(values, offset=1000, scale=3) == [0, 3, -30]
    assert decoded(np.int16([0, 3, -30]), offset=1000, scale=3) == values.tolist()
    assert encoded(values, offset=1000) == [0, 1, -10]
    assert decoded(np.int16([7]), scale=-7) == [-1]


def test_both_parameters_can_be_left_out() -> None:
    """codec.scale_offset.configuration.optional, .offset.default, .scale.default"""
    bits = np.array([0xFFF0000000000001, 1 << 63], "<u8").view("<f8")
    type_ = array_type("float64", 2)
    elements = elements_from_bytes(bits.tobytes(), type_)
    assert codec().compute_encoded_representation_type(type_, "$") == type_
    assert codec().encode(elements, type_).tobytes() == bits.tobytes()
    assert codec().decode(elements, type_, 99).tobytes() == bits.tobytes()


@pytest.mark.parametrize(
    ("values", "configuration"),
    [
        (np.uint16([999]), {"offset": 1000}),
        (np.uint8([100]), {"scale": 3}),
        (np.int8([-100]), {"offset": 100}),
        (np.int64([2**63 - 1]), {"offset": -1}),
    ],
)
def test_integers_out_of_range_are_not_encoded(values: Any, configuration: Any) -> None:
    """codec.scale_offset.unrepresentable_error: also of what is between the steps"""
    with pytest.raises(InvalidRequest) as refusal:
        encoded(values, **configuration)
    assert refusal.value.place == "element 0"


@pytest.mark.parametrize(
    ("values", "configuration"),
    [
        (np.uint8([7]), {"scale": 2}),
        (np.int8([-128]), {"scale": -1}),
        (np.uint8([250]), {"offset": 10}),
    ],
)
def test_quotients_and_sums_that_are_no_elements_are_refused(
    values: Any, configuration: Any
) -> None:
    """codec.scale_offset.unrepresentable_error"""
    with pytest.raises(MalformedChunk) as refusal:
        decoded(values, **configuration)
    assert refusal.value.requirement == "codec.scale_offset.unrepresentable_error"


FORMATS = {"float16": BINARY16, "float32": BINARY32, "float64": BINARY64}


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(sorted(FORMATS)),
    *[st.decimals(-1000, 1000, allow_nan=False, places=3) for _ in range(3)],
)
def test_floats_are_calculated_with_as_by_numpy(
    name: str, value: Decimal, offset: Decimal, scale: Decimal
) -> None:
    """codec.scale_offset.arithmetic: each step in the type of the array"""
    x, o, s = (
        np.uint64(FORMATS[name].round(each)).astype(f"<u{np.dtype(name).itemsize}").view(name)
        for each in (value, offset, scale)
    )
    if s == 0:
        return
    with np.errstate(all="ignore"):
        forth, back = (x - o) * s, x / s + o
    configuration = {"offset": offset, "scale": scale}
    values = np.array([x])
    assert np.array(encoded(values, **configuration), name).tobytes() == forth.tobytes()
    assert np.array(decoded(values, **configuration), name).tobytes() == back.tobytes()


def test_division_is_no_multiplication_by_the_reciprocal() -> None:
    """codec.scale_offset.decode"""
    assert decoded(np.float32([5]), scale=Decimal("0.1")) == [np.float32(5) / np.float32(0.1)]
    assert decoded(np.float64([3]), scale=5) == [3 / 5]
    assert 3 / 5 != 3 * (1 / 5)


def test_infinity_and_nan_follow_the_arithmetic() -> None:
    """codec.scale_offset.special_values"""
    values = np.float32([np.inf, -np.inf, np.nan, 3e38, -3e38])
    result = encoded(values, offset=1, scale=10)
    assert (
        np.float32(result).tobytes()
        == np.float32([np.inf, -np.inf, np.nan, np.inf, -np.inf]).tobytes()
    )
    assert decoded(np.float32([1]), scale="Infinity") == [0]


def test_small_types_lack_what_the_arithmetic_may_need() -> None:
    """codec.scale_offset.unrepresentable_error"""
    for data_type, bits, configuration in [
        ("float4_e2m1fn", 0b0111, {"scale": 2}),
        ("float4_e2m1fn", 0b0111, {"offset": -1, "scale": 1}),
        ("float8_e8m0fnu", 127, {"offset": 1}),
        ("float8_e8m0fnu", 127, {"offset": 2}),
        ("float8_e4m3fnuz", 0x7F, {"scale": 2}),
    ]:
        type_ = ArrayType((1,), UNPARAMETRISED_DATA_TYPES[data_type], b"\1")
        with pytest.raises(InvalidRequest):
            codec(**configuration).encode(elements_from_bytes(bytes([bits]), type_), type_)


def test_the_fill_value_is_transformed() -> None:
    """codec.scale_offset.fill.transformed"""
    type_ = array_type("float32", 1, 10)
    stored = codec(offset=5, scale=2).compute_encoded_representation_type(type_, "$[0]")
    assert stored == array_type("float32", 1, 10)
    stored = codec(offset=4, scale=2).compute_encoded_representation_type(type_, "$[0]")
    assert stored == array_type("float32", 1, 12)
    with pytest.raises(InvalidMetadata) as refusal:
        codec(offset=1).compute_encoded_representation_type(array_type("uint8"), "$[0]")
    assert refusal.value.requirement == "codec.scale_offset.unrepresentable_error"


@pytest.mark.parametrize(
    ("configuration", "requirement"),
    [
        ({"offset": 1, "dtype": "float32"}, "codec.scale_offset.unknown_keys_invalid"),
        ({"offset": None}, "codec.scale_offset.offset.form"),
        ({"scale": None}, "codec.scale_offset.scale.form"),
    ],
)
def test_other_configurations_are_refused(configuration: Any, requirement: str) -> None:
    with pytest.raises(InvalidMetadata) as refusal:
        codec(**configuration)
    assert refusal.value.requirement == requirement


@pytest.mark.parametrize(
    ("data_type", "configuration", "requirement"),
    [
        ("int16", {"offset": Decimal("0.5")}, "codec.scale_offset.offset.form"),
        ("int16", {"scale": Decimal("0.1")}, "codec.scale_offset.scale.form"),
        ("int8", {"offset": 128}, "codec.scale_offset.offset.form"),
        ("float32", {"scale": "ten"}, "codec.scale_offset.scale.form"),
        ("float32", {"scale": 0}, "codec.scale_offset.scale.zero"),
        ("int16", {"scale": 0}, "codec.scale_offset.scale.zero"),
        ("bool", {}, "codec.scale_offset.types"),
        ("complex64", {}, "codec.scale_offset.types"),
    ],
)
def test_what_the_type_does_not_have_is_refused(
    data_type: str, configuration: Any, requirement: str
) -> None:
    type_ = ArrayType((1,), UNPARAMETRISED_DATA_TYPES[data_type], bytes(8))
    with pytest.raises(InvalidMetadata) as refusal:
        codec(**configuration).compute_encoded_representation_type(type_, "$[0]")
    assert refusal.value.requirement == requirement
    assert refusal.value.place.startswith("$[0]")
