"""The ``bytes`` codec: every data type in both byte orders, to the last bit."""

import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata, InvalidRequest, MalformedChunk, Refusal
from zarr_reference.representation import (
    ArrayType,
    ByteStringType,
    DataType,
    elements_from_bytes,
    elements_to_bytes,
)
from zarr_reference.v3.codecs.bytes import BytesCodec

BOOL = DataType("bool", "bool", 1, 1)
UINT8 = DataType("uint8", "uint", 1, 1)
INT16 = DataType("int16", "int", 2, 2)
R24 = DataType("r24", "raw", 3, 1)
COMPLEX64 = DataType("complex64", "complex", 8, 4)

# The struct module's letter for each type, which writes it independently of this codec.
NUMBERS = {
    DataType("int8", "int", 1, 1): "b",
    INT16: "h",
    DataType("int32", "int", 4, 4): "i",
    DataType("int64", "int", 8, 8): "q",
    UINT8: "B",
    DataType("uint16", "uint", 2, 2): "H",
    DataType("uint32", "uint", 4, 4): "I",
    DataType("uint64", "uint", 8, 8): "Q",
    DataType("float16", "float", 2, 2): "e",
    DataType("float32", "float", 4, 4): "f",
    DataType("float64", "float", 8, 8): "d",
    COMPLEX64: "ff",
    DataType("complex128", "complex", 16, 8): "dd",
}


def codec(configuration: Any) -> BytesCodec:
    return BytesCodec.from_configuration(configuration, "$")


@pytest.mark.parametrize("endian", ["little", "big"])
@pytest.mark.parametrize("data_type", NUMBERS, ids=lambda data_type: data_type.name)
def test_numbers_are_written_in_the_byte_order_asked_for(data_type: DataType, endian: str) -> None:
    """codec.bytes.int16.big and its siblings; complex numbers are a real and an imaginary part."""
    letters = NUMBERS[data_type]
    sign = 1 if data_type.kind == "uint" else -1
    rows = [[(sign if row % 2 else 1) * (row + i) for i in range(len(letters))] for row in range(6)]
    array_type = ArrayType((2, 3), data_type, bytes(data_type.item_size))
    written = {
        order: b"".join(struct.pack(order + letters, *row) for row in rows) for order in "<>"
    }
    elements = elements_from_bytes(written["<"], array_type)
    bytes_codec = codec({"endian": endian})
    encoded = bytes_codec.encode(elements, array_type)
    assert encoded == written[">" if endian == "big" else "<"]
    assert bytes_codec.compute_encoded_representation_type(array_type, "$") == ByteStringType(
        6 * data_type.item_size
    )
    assert elements_to_bytes(bytes_codec.decode(encoded, array_type, 2**20)) == written["<"]


@pytest.mark.parametrize("configuration", [{}, {"endian": "little"}, {"endian": "big"}])
@pytest.mark.parametrize("data_type", [BOOL, UINT8, R24], ids=lambda data_type: data_type.name)
def test_single_bytes_and_raw_bytes_have_no_order(
    data_type: DataType, configuration: dict[str, str]
) -> None:
    """codec.bytes.endian.optional_single_byte, .allowed_single_byte, .raw"""
    array_type = ArrayType((2,), data_type, bytes(data_type.item_size))
    data = bytes([1, 0] * data_type.item_size)
    elements = elements_from_bytes(data, array_type)
    bytes_codec = codec(configuration)
    bytes_codec.compute_encoded_representation_type(array_type, "$")
    assert bytes_codec.encode(elements, array_type) == data
    assert elements_to_bytes(bytes_codec.decode(data, array_type, 9)) == data


def test_elements_are_in_c_order_whatever_the_memory() -> None:
    """codec.bytes.c_order"""
    array_type = ArrayType((3, 2), UINT8, b"\0")
    turned = elements_from_bytes(bytes(range(6)), ArrayType((2, 3), UINT8, b"\0")).transpose()
    assert codec({}).encode(turned, array_type) == bytes([0, 3, 1, 4, 2, 5])


@pytest.mark.parametrize(
    ("configuration", "requirement", "place"),
    [
        ({"endian": "native"}, "codec.bytes.endian.values", "$.endian"),
        ({"endian": "Little"}, "codec.bytes.endian.values", "$.endian"),
        ({"endian": None}, "codec.bytes.endian.values", "$.endian"),
        ({"endian": ["little"]}, "codec.bytes.endian.values", "$.endian"),
        ({"endian": "big", "order": "C"}, "codec.bytes.schema.no_extra", "$"),
    ],
)
def test_other_configurations_are_refused(configuration: Any, requirement: str, place: str) -> None:
    """codec.bytes.endian.values, codec.bytes.schema.no_extra"""
    with pytest.raises(InvalidMetadata) as refusal:
        codec(configuration)
    assert (refusal.value.requirement, refusal.value.place) == (requirement, place)


@pytest.mark.parametrize("data_type", [INT16, COMPLEX64], ids=lambda data_type: data_type.name)
def test_an_order_that_matters_has_to_be_given(data_type: DataType) -> None:
    """codec.bytes.endian.required_multibyte"""
    with pytest.raises(InvalidMetadata) as refusal:
        codec({}).compute_encoded_representation_type(ArrayType((1,), data_type, b""), "$[0]")
    assert refusal.value.requirement == "codec.bytes.endian.required_multibyte"
    assert refusal.value.place == "$[0].configuration"


@pytest.mark.parametrize("size", [0, 5, 7])
def test_any_other_length_is_refused(size: int) -> None:
    """codec.bytes.length_check"""
    with pytest.raises(MalformedChunk) as refusal:
        codec({"endian": "big"}).decode(bytes(size), ArrayType((3,), INT16, b"\0\0"), 99)
    assert refusal.value.requirement == "codec.bytes.length_check"


def test_a_byte_that_is_no_bool_is_refused() -> None:
    """codec.bytes.bool.other_values"""
    array_type = ArrayType((3,), BOOL, b"\0")
    with pytest.raises(MalformedChunk) as refusal:
        codec({}).decode(b"\0\1\2", array_type, 99)
    assert refusal.value.requirement == "codec.bytes.bool.other_values"
    assert refusal.value.place == "byte 2"
    with pytest.raises(InvalidRequest, match="elements, byte 1: 0xff"):
        codec({}).encode(elements_from_bytes(b"\0\xff\1", array_type), array_type)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=30), st.sampled_from([*NUMBERS, BOOL, R24]), st.integers(0, 4))
def test_any_bytes_are_decoded_exactly_or_refused(
    data: bytes, data_type: DataType, length: int
) -> None:
    """codec.bytes.no_padding"""
    array_type = ArrayType((length,), data_type, bytes(data_type.item_size))
    bytes_codec = codec({"endian": "big"})
    try:
        elements = bytes_codec.decode(data, array_type, 99)
    except Refusal:
        assert len(data) != array_type.byte_size or data_type is BOOL
        return
    assert bytes_codec.encode(elements, array_type) == data
