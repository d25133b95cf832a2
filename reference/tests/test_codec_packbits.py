"""The ``packbits`` codec."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata, MalformedChunk
from zarr_reference.representation import ArrayType, ByteStringType, elements_from_bytes
from zarr_reference.v3.codecs.packbits import PackbitsCodec
from zarr_reference.v3.data_types import UNPARAMETRISED_DATA_TYPES, parse_data_type

TYPES = [
    each
    for each in UNPARAMETRISED_DATA_TYPES.values()
    if each.kind in ("bool", "int", "uint", "float", "complex")
]


def codec(**configuration: Any) -> PackbitsCodec:
    return PackbitsCodec.from_configuration(configuration, "$")


def array_type(data_type: str, count: int) -> ArrayType:
    type_ = UNPARAMETRISED_DATA_TYPES[data_type]
    return ArrayType((count,), type_, bytes(type_.item_size))


def packed(data: bytes, data_type: str, **configuration: Any) -> bytes:
    type_ = array_type(data_type, len(data) // UNPARAMETRISED_DATA_TYPES[data_type].item_size)
    pack = codec(**configuration)
    encoded = pack.encode(elements_from_bytes(data, type_), type_)
    assert pack.compute_encoded_representation_type(type_, "$") == ByteStringType(len(encoded))
    return encoded


def unpacked(data: bytes, data_type: str, count: int, **configuration: Any) -> bytes:
    return codec(**configuration).decode(data, array_type(data_type, count), 2**20).tobytes()


@pytest.mark.parametrize(
    ("data_type", "elements", "encoded"),
    [
        ("bool", "01000001 01010000 0101", "3903"),
        ("uint2", "00 01 02 03 01", "e401"),
        ("int2", "03 00 01", "13"),
        ("uint4", "01 02 0f", "210f"),
        ("float4_e2m1fn", "0a 0b", "ba"),
        ("float6_e2m3fn", "01 02 03 3f", "8130fc"),
        ("float6_e3m2fn", "3f 00", "3f00"),
        ("complex_float4_e2m1fn", "01 02 03 04", "2143"),
        ("complex_float6_e2m3fn", "01 02", "8100"),
        ("uint8", "01 80", "0180"),
        ("int16", "3412 ffff", "3412 ffff"),
        ("complex64", "00000000 0000803f", "00000000 0000803f"),
    ],
)
def test_bits_are_packed_from_the_lowest(data_type: str, elements: str, encoded: str) -> None:
    """codec.packbits.lsb_first, codec.packbits.order, codec.packbits.dtype.bool and so on"""
    data, expected = bytes.fromhex(elements), bytes.fromhex(encoded)
    assert packed(data, data_type) == expected
    count = len(data) // UNPARAMETRISED_DATA_TYPES[data_type].item_size
    assert unpacked(expected, data_type, count) == data


def test_the_padding_is_counted_where_it_is_asked_for() -> None:
    """codec.packbits.padding_encoding.first_byte, codec.packbits.padding_encoding.last_byte"""
    data = bytes([1, 1, 0])
    assert packed(data, "bool", padding_encoding="none") == b"\3"
    assert packed(data, "bool", padding_encoding="first_byte") == b"\5\3"
    assert packed(data, "bool", padding_encoding="last_byte") == b"\3\5"
    assert unpacked(b"\5\3", "bool", 3, padding_encoding="first_byte") == data
    assert unpacked(b"\3\5", "bool", 3, padding_encoding="last_byte") == data
    assert packed(bytes([1] * 8), "bool", padding_encoding="first_byte") == b"\0\xff"


def test_some_bits_of_each_component_are_kept() -> None:
    """codec.packbits.first_bit, codec.packbits.last_bit, codec.packbits.shift"""
    data = np.uint16([0x1234, 0xABCD]).tobytes()
    assert packed(data, "uint16", first_bit=4, last_bit=11) == b"\x23\xbc"
    assert packed(data, "uint16", first_bit=4, last_bit=None) == b"\x23\xc1\xab"
    assert packed(data, "uint16", first_bit=None, last_bit=7) == b"\x34\xcd"
    decoded = unpacked(b"\x23\xbc", "uint16", 2, first_bit=4, last_bit=11)
    assert np.frombuffer(decoded, "<u2").tolist() == [0x0230, 0x0BC0]


def test_signed_integers_are_extended_by_their_sign() -> None:
    """codec.packbits.sign_extend, codec.packbits.zero_extend"""
    decoded = unpacked(b"\x23\xbc", "int16", 2, first_bit=4, last_bit=11)
    assert np.frombuffer(decoded, "<i2").tolist() == [0x0230, -0x0440]
    assert unpacked(b"\x06", "int4", 1, first_bit=0, last_bit=2) == b"\x0e"
    assert unpacked(b"\x06", "uint4", 1, first_bit=0, last_bit=2) == b"\x06"
    assert unpacked(b"\x01", "bool", 1) == b"\x01"


@pytest.mark.parametrize("data_type", TYPES, ids=lambda each: each.name)
def test_every_type_is_packed_and_unpacked(data_type) -> None:
    """codec.packbits.dtype.wide and so on"""
    type_ = ArrayType((3, 7), data_type, bytes(data_type.item_size))
    mask = 1 if data_type.kind == "bool" else 0xFF >> data_type.padding_bits
    data = bytes(byte & mask for byte in np.random.default_rng(1).bytes(type_.byte_size))
    elements = elements_from_bytes(data, type_)
    encoded = codec().encode(elements, type_)
    assert len(encoded) <= type_.byte_size
    assert codec().decode(encoded, type_, 2**20).tobytes() == data


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_what_is_in_range_comes_back(data: st.DataObject) -> None:
    """codec.packbits.element_bits"""
    width = data.draw(st.sampled_from([8, 16, 32, 64]))
    last = data.draw(st.integers(0, width - 1))
    first = data.draw(st.integers(0, last))
    numbers = data.draw(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20))
    kept = [(number >> first << first) & ((2 << last) - 1) for number in numbers]
    elements = np.array(kept, f"u{width // 8}").tobytes()
    configuration = {"first_bit": first, "last_bit": last, "padding_encoding": "last_byte"}
    encoded = packed(elements, f"uint{width}", **configuration)
    assert len(encoded) == -(-len(numbers) * (last - first + 1) // 8) + 1
    assert unpacked(encoded, f"uint{width}", len(numbers), **configuration) == elements


def test_long_arrays_are_packed_in_pieces() -> None:
    data = bytes(np.random.default_rng(2).integers(0, 8, 20001, np.uint8))
    encoded = packed(data, "uint4", first_bit=0, last_bit=2)
    assert unpacked(encoded, "uint4", 20001, first_bit=0, last_bit=2) == data
    bits = "".join(f"{byte:03b}"[::-1] for byte in data)
    assert int.from_bytes(encoded, "little") == int(bits[::-1], 2)


@pytest.mark.parametrize(
    ("configuration", "requirement"),
    [
        ({"padding_encoding": "start_byte"}, "codec.packbits.padding_encoding.values"),
        ({"padding_encoding": None}, "codec.packbits.padding_encoding.values"),
        ({"first_bit": -1}, "codec.packbits.first_bit"),
        ({"first_bit": "0"}, "codec.packbits.first_bit"),
        ({"last_bit": True}, "codec.packbits.last_bit"),
        ({"start_bit": 0}, "codec.packbits.schema"),
    ],
)
def test_other_configurations_are_refused(configuration: Any, requirement: str) -> None:
    with pytest.raises(InvalidMetadata) as refusal:
        codec(**configuration)
    assert refusal.value.requirement == requirement


@pytest.mark.parametrize(
    ("configuration", "data_type", "requirement"),
    [
        ({"first_bit": 3, "last_bit": 2}, "uint8", "codec.packbits.last_ge_first"),
        ({"first_bit": 4}, "uint4", "codec.packbits.last_ge_first"),
        ({"last_bit": 8}, "uint8", "codec.packbits.bit_range"),
        ({"last_bit": 4}, "uint4", "codec.packbits.bit_range"),
        ({"last_bit": 1}, "bool", "codec.packbits.bit_range"),
        ({"last_bit": 32}, "complex64", "codec.packbits.bit_range"),
        ({}, "r16", "codec.pipeline.unsupported_input_error"),
    ],
)
def test_bits_that_a_type_does_not_have_are_refused(
    configuration: Any, data_type: str, requirement: str
) -> None:
    type_ = ArrayType((1,), parse_data_type(data_type, "$"), b"\0")
    with pytest.raises(InvalidMetadata) as refusal:
        codec(**configuration).compute_encoded_representation_type(type_, "$[0]")
    assert refusal.value.requirement == requirement


@pytest.mark.parametrize(
    ("encoded", "padding_encoding", "requirement", "place"),
    [
        (b"", "none", "codec.decode.length_mismatch", "byte 0"),
        (b"\3\0", "none", "codec.decode.length_mismatch", "byte 2"),
        (b"\3", "first_byte", "codec.decode.length_mismatch", "byte 1"),
        (b"\4\3", "first_byte", "codec.packbits.padding_count_checked", "byte 0"),
        (b"\3\xff", "last_byte", "codec.packbits.padding_count_checked", "byte 1"),
        (b"\x0b", "none", "codec.packbits.zero_padding", "byte 0"),
        (b"\5\x83", "first_byte", "codec.packbits.zero_padding", "byte 1"),
    ],
)
def test_other_bytes_are_refused(
    encoded: bytes, padding_encoding: str, requirement: str, place: str
) -> None:
    with pytest.raises(MalformedChunk) as refusal:
        unpacked(encoded, "bool", 3, padding_encoding=padding_encoding)
    assert refusal.value.requirement == requirement
    assert refusal.value.place == place
