"""The codecs ``bitround`` and ``numcodecs.bitround``."""

from typing import Any

import numcodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata
from zarr_reference.representation import ArrayType, elements_from_bytes
from zarr_reference.v3.codecs.bitround import BitroundCodec
from zarr_reference.v3.codecs.numcodecs.bitround import NumcodecsBitroundCodec
from zarr_reference.v3.data_types import UNPARAMETRISED_DATA_TYPES, parse_data_type


def rounded(keepbits: int, values: Any, data_type: str) -> Any:
    codec = BitroundCodec.from_configuration({"keepbits": keepbits}, "$")
    array = np.asarray(values)
    type_ = ArrayType(array.shape, UNPARAMETRISED_DATA_TYPES[data_type], b"")
    assert codec.compute_encoded_representation_type(type_, "$") == type_
    encoded = codec.encode(elements_from_bytes(array.tobytes(), type_), type_)
    assert codec.decode(encoded, type_, 999) is encoded
    return np.frombuffer(encoded.tobytes(), array.dtype).reshape(array.shape)


def test_the_sample_data_of_float32() -> None:
    """codec.bitround.sample_float32, codec.bitround.float.mantissa, codec.bitround.float.special"""
    values = [0.0, 0.1, 1.2, 12.3, 123.4, 1234.5, np.nan, np.inf, -np.inf]
    expected = [0.0, 0.1015625, 1.25, 12.0, 120.0, 1280.0, np.nan, np.inf, -np.inf]
    assert rounded(3, np.float32(values), "float32").tobytes() == np.float32(expected).tobytes()


def test_the_sample_data_of_uint8() -> None:
    """codec.bitround.sample_uint8, codec.bitround.int.msb, codec.bitround.int.saturate"""
    values = [0, 1, 10, 11, 100, 123, 200, 208, 209, 255]
    expected = [0, 1, 10, 12, 96, 128, 192, 192, 224, 224]
    assert rounded(3, np.uint8(values), "uint8").tolist() == expected


def test_a_carry_goes_into_the_exponent() -> None:
    """codec.bitround.float.carry"""
    assert rounded(3, np.float32([1.97, -1.97]), "float32").tolist() == [2.0, -2.0]
    assert rounded(1, np.float16([65504]), "float16").tolist() == [np.inf]


def test_every_bit_pattern_of_nan_stays() -> None:
    """codec.bitround.float.special"""
    bits = np.uint32([0x7F800001, 0x7FFFFFFF, 0xFFFFFFFF, 0xFF800001])
    assert rounded(1, bits, "float32").tolist() == bits.tolist()


def test_integers_do_not_leave_their_type() -> None:
    """codec.bitround.int.saturate"""
    assert rounded(3, np.int8([127, 100, -1, -128, -100]), "int8").tolist() == [
        112, 96, -32, -128, -96,
    ]  # fmt: skip
    assert rounded(1, np.uint64([2**64 - 1, 3]), "uint64").tolist() == [2**63, 4]


def test_bits_beyond_the_type_are_no_bits() -> None:
    """codec.bitround.keepbits.max"""
    assert rounded(99, np.uint16([65535, 12345]), "uint16").tolist() == [65535, 12345]
    assert rounded(99, np.float64([0.1]), "float64").tolist() == [0.1]


def test_complex_numbers_are_rounded_by_component() -> None:
    """codec.bitround.dtypes.float"""
    assert rounded(3, np.complex64([1.2 + 12.3j]), "complex64").tolist() == [1.25 + 12j]
    # bfloat16: 1.2 is 0x3f9a, and 1.25 is 0x3fa0
    assert rounded(3, np.uint16([0x3F9A]), "bfloat16").tolist() == [0x3FA0]


def test_times_are_rounded_as_integers() -> None:
    """codec.bitround.dtypes.int"""
    document = {
        "name": "numpy.datetime64",
        "configuration": {"unit": "s", "scale_factor": 1},
    }
    type_ = ArrayType((1,), parse_data_type(document, "$"), bytes(8))
    codec = BitroundCodec(3)
    elements = elements_from_bytes((1000).to_bytes(8, "little"), type_)
    assert codec.encode(elements, type_).tobytes() == (1024).to_bytes(8, "little")


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(width=32, allow_nan=False), min_size=1), st.integers(1, 23))
def test_floats_are_rounded_as_by_numcodecs(values: list[float], keepbits: int) -> None:
    """codec.bitround.float.mantissa"""
    array = np.float32(values)
    expected = numcodecs.BitRound(keepbits).encode(array.copy())
    assert rounded(keepbits, array, "float32").tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    ("configuration", "requirement"),
    [
        ({}, "codec.bitround.keepbits.required"),
        ({"keepbits": "3"}, "codec.bitround.keepbits.integer"),
        ({"keepbits": True}, "codec.bitround.keepbits.integer"),
        ({"keepbits": 0}, "codec.bitround.keepbits.min"),
        ({"keepbits": -1}, "codec.bitround.keepbits.min"),
        ({"keepbits": 3, "mode": 1}, "ext.object.unknown_members"),
    ],
)
def test_other_configurations_are_refused(configuration: Any, requirement: str) -> None:
    with pytest.raises(InvalidMetadata) as refusal:
        BitroundCodec.from_configuration(configuration, "$")
    assert refusal.value.requirement == requirement


def test_the_older_name_has_floats_only_and_can_keep_nothing() -> None:
    """codec.bitround.alias.read"""
    codec = NumcodecsBitroundCodec.from_configuration({"keepbits": 0}, "$")
    type_ = ArrayType((2,), UNPARAMETRISED_DATA_TYPES["float32"], bytes(4))
    array = np.float32([1.4, 2.9])
    encoded = codec.encode(elements_from_bytes(array.tobytes(), type_), type_)
    assert np.frombuffer(encoded.tobytes(), "<f4").tolist() == [1.0, 2.0]
    for name, each in [("uint8", codec), ("bool", BitroundCodec(3))]:
        with pytest.raises(InvalidMetadata) as refusal:
            each.compute_encoded_representation_type(
                ArrayType((1,), UNPARAMETRISED_DATA_TYPES[name], b"\0"), "$"
            )
        assert refusal.value.requirement == "codec.pipeline.unsupported_input_error"
