"""The codecs named ``numcodecs.*`` do what the library numcodecs does."""

import json
import lzma
from decimal import Decimal
from typing import Any

import numcodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata, InvalidRequest, LimitExceeded, MalformedChunk
from zarr_reference.representation import ArrayType, ByteStringType, elements_from_bytes
from zarr_reference.v3.codecs.numcodecs import NUMCODECS
from zarr_reference.v3.codecs.numcodecs.parameters import parse_element_type
from zarr_reference.v3.data_types import CORE_DATA_TYPES

LIMIT = 2**20


def ours(name: str, configuration: Any) -> Any:
    document = json.loads(json.dumps(configuration), parse_float=Decimal)
    return NUMCODECS[f"numcodecs.{name}"].from_configuration(document, "$")


def theirs(name: str, configuration: Any) -> Any:
    return numcodecs.get_codec({"id": name, **configuration})


CHECKSUMS: list[tuple[str, dict[str, Any]]] = [
    ("crc32", {}),
    ("crc32", {"location": "end"}),
    ("crc32c", {}),
    ("crc32c", {"location": "start"}),
    ("adler32", {"location": None}),
    ("fletcher32", {}),
]
COMPRESSORS: list[tuple[str, dict[str, Any]]] = [
    ("zlib", {}),
    ("zlib", {"level": -1}),
    ("gzip", {"level": 9}),
    ("gzip", {}),
    ("bz2", {}),
    ("bz2", {"level": 9}),
    ("lzma", {}),
    ("lzma", {"format": 2, "check": -1, "preset": 1, "filters": None}),
    ("lzma", {"format": 3, "filters": [{"id": 3, "dist": 2}, {"id": 33, "preset": 0}]}),
    ("zstd", {}),
    ("zstd", {"level": 19, "checksum": True}),
    ("lz4", {}),
    ("lz4", {"acceleration": 9}),
    ("blosc", {}),
    ("blosc", {"cname": "zstd", "shuffle": -1}),
    ("blosc", {"cname": "blosclz", "clevel": 9, "shuffle": 2, "blocksize": 64}),
]


@settings(deadline=None, max_examples=20)
@given(data=st.binary(min_size=1, max_size=300) | st.binary(min_size=1, max_size=9).map(
    lambda piece: piece * 300
))  # fmt: skip
@pytest.mark.parametrize(("name", "configuration"), CHECKSUMS)
def test_checksums_are_those_of_the_library(name: str, configuration: Any, data: bytes) -> None:
    """v2.filter.crc32, v2.filter.adler32, v2.filter.fletcher32"""
    codec = ours(name, configuration)
    encoded = codec.encode(data)
    assert encoded == bytes(theirs(name, configuration).encode(np.frombuffer(data, "u1")))
    assert codec.decode(encoded, ByteStringType(len(data)), LIMIT) == data
    size = codec.compute_encoded_representation_type(ByteStringType(len(data)), "$").size
    assert size == len(encoded)
    assert codec.compute_encoded_representation_type(ByteStringType(), "$") == ByteStringType()


@pytest.mark.parametrize(("name", "configuration"), CHECKSUMS)
def test_damage_is_found(name: str, configuration: Any) -> None:
    codec = ours(name, configuration)
    encoded = bytearray(codec.encode(b"some data"))
    encoded[5] ^= 1
    for damaged in (bytes(encoded), b"abc"):
        with pytest.raises(MalformedChunk) as refusal:
            codec.decode(damaged, ByteStringType(), LIMIT)
        assert refusal.value.requirement == codec.requirement


def test_a_fletcher32_sum_is_never_folded_to_zero() -> None:
    """v2.filter.fletcher32: 65535 is a multiple of itself, but no zero"""
    for data in (b"\xff\xff", b"\xff\xff" * 9, bytes(8), b"\xff", b"\x80\0\x7f\xff"):
        expected = bytes(theirs("fletcher32", {}).encode(np.frombuffer(data, "u1")))
        assert ours("fletcher32", {}).encode(data) == expected


@settings(deadline=None, max_examples=15)
@given(data=st.binary(min_size=1, max_size=300) | st.binary(min_size=1, max_size=9).map(
    lambda piece: piece * 2000
))  # fmt: skip
@pytest.mark.parametrize(("name", "configuration"), COMPRESSORS)
def test_compressors_and_the_library_read_each_other(
    name: str, configuration: Any, data: bytes
) -> None:
    """v2.compressor.zlib, .gzip, .bz2, .lzma, .zstd, .lz4, .blosc"""
    codec, library = ours(name, configuration), theirs(name, configuration)
    encoded = bytes(library.encode(np.frombuffer(data, "u1")))
    assert codec.decode(encoded, ByteStringType(len(data)), LIMIT) == data
    assert codec.decode(encoded, ByteStringType(), LIMIT) == data
    assert bytes(library.decode(codec.encode(data))) == data
    assert codec.compute_encoded_representation_type(ByteStringType(9), "$") == ByteStringType()
    with pytest.raises(MalformedChunk):
        codec.decode(encoded, ByteStringType(len(data) - 1), LIMIT)
    with pytest.raises(LimitExceeded):
        codec.decode(encoded, ByteStringType(), len(data) - 1)


@pytest.mark.parametrize(("name", "configuration"), COMPRESSORS)
def test_truncated_streams_are_refused(name: str, configuration: Any) -> None:
    codec = ours(name, configuration)
    encoded = bytes(theirs(name, configuration).encode(np.frombuffer(b"some data" * 99, "u1")))
    for end in (0, 1, 3, len(encoded) // 2, len(encoded) - 1):
        with pytest.raises(MalformedChunk):
            codec.decode(encoded[:end], ByteStringType(891), LIMIT)


@pytest.mark.parametrize(("name", "configuration"), COMPRESSORS)
def test_bytes_after_the_stream_are_refused(name: str, configuration: Any) -> None:
    if name == "blosc":
        pytest.skip("a frame says how long it is, and what comes after it is not looked at")
    codec = ours(name, configuration)
    encoded = bytes(theirs(name, configuration).encode(np.frombuffer(b"some data", "u1")))
    with pytest.raises(MalformedChunk):
        codec.decode(encoded + b"\x01", ByteStringType(9), LIMIT)


@settings(deadline=None, max_examples=40)
@given(data=st.binary(max_size=60))
@pytest.mark.parametrize(("name", "configuration"), [*CHECKSUMS, *COMPRESSORS])
def test_any_bytes_are_decoded_or_refused(name: str, configuration: Any, data: bytes) -> None:
    try:
        decoded = ours(name, configuration).decode(data, ByteStringType(), LIMIT)
    except (MalformedChunk, LimitExceeded):
        return
    assert len(decoded) <= LIMIT


def test_an_lz4_block_is_as_long_as_it_says() -> None:
    """v2.compressor.lz4"""
    encoded = ours("lz4", {}).encode(b"abc")
    assert encoded == b"\3\0\0\0\x30abc"
    with pytest.raises(MalformedChunk) as refusal:
        ours("lz4", {}).decode(b"\4" + encoded[1:], ByteStringType(3), LIMIT)
    assert refusal.value.requirement == "v2.compressor.lz4"
    for size in (14, 15, 269, 270, 271, 1000):
        data = bytes(size)
        assert ours("lz4", {}).decode(ours("lz4", {}).encode(data), ByteStringType(), LIMIT) == data

    class Huge(bytes):
        def __len__(self) -> int:
            return 2**31

    with pytest.raises(InvalidRequest):
        ours("lz4", {}).encode(Huge())


def test_streams_one_after_the_other_are_one() -> None:
    for name in ("bz2", "lzma"):
        codec = ours(name, {})
        assert codec.decode(codec.encode(b"ab") + codec.encode(b"c"), ByteStringType(), 9) == b"abc"


def test_lzma_needs_no_more_memory_than_its_highest_preset() -> None:
    """v2.compressor.lzma"""
    stream = lzma.compress(bytes(99), filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 2**27}])
    with pytest.raises(MalformedChunk):
        ours("lzma", {}).decode(stream, ByteStringType(99), LIMIT)
    with pytest.raises(LimitExceeded):
        ours("lzma", {"format": 3, "filters": [{"id": 33, "dict_size": 2**27}]})
    assert ours("lzma", {"format": 0}).decode(lzma.compress(b"ab"), ByteStringType(2), 9) == b"ab"
    with pytest.raises(InvalidRequest):
        ours("lzma", {"format": 0}).encode(b"ab")
    with pytest.raises(InvalidRequest):
        ours("lzma", {"format": 2, "filters": [{"id": 33}]}).encode(b"ab")


@settings(deadline=None, max_examples=20)
@given(data=st.binary(max_size=100), elementsize=st.integers(1, 9))
def test_bytes_are_shuffled_as_by_the_library(data: bytes, elementsize: int) -> None:
    """v2.filter.shuffle"""
    data = data[: len(data) // elementsize * elementsize]
    codec = ours("shuffle", {"elementsize": elementsize})
    if data:
        library = theirs("shuffle", {"elementsize": elementsize})
        assert codec.encode(data) == bytes(library.encode(np.frombuffer(data, "u1")))
    assert codec.decode(codec.encode(data), ByteStringType(len(data)), LIMIT) == data
    assert codec.compute_encoded_representation_type(ByteStringType(7), "$") == ByteStringType(7)


def test_only_whole_elements_are_shuffled() -> None:
    """v2.filter.shuffle"""
    with pytest.raises(MalformedChunk) as refusal:
        ours("shuffle", {}).decode(b"12345", ByteStringType(5), LIMIT)
    assert refusal.value.requirement == "v2.filter.shuffle"
    with pytest.raises(InvalidRequest):
        ours("shuffle", {}).encode(b"12345")


FILTERS: list[tuple[str, dict[str, Any], str]] = [
    ("delta", {"dtype": "<i4"}, "int32"),
    ("delta", {"dtype": ">i2", "astype": ">i4"}, "int16"),
    ("delta", {"dtype": "uint16", "astype": "int64"}, "uint16"),
    ("delta", {"dtype": "<f4", "astype": None}, "float32"),
    ("delta", {"dtype": "<f4", "astype": "<f8"}, "float32"),
    ("delta", {"dtype": "<f8", "astype": "<f4"}, "float64"),
    ("delta", {"dtype": "<i2", "astype": "<f4"}, "int16"),
    ("delta", {"dtype": "<f2"}, "float16"),
    ("fixedscaleoffset", {"offset": 3, "scale": 7, "dtype": "<f4", "astype": "|u1"}, "float32"),
    ("fixedscaleoffset", {"offset": 3.3, "scale": 0.7, "dtype": "<f8"}, "float64"),
    ("fixedscaleoffset", {"offset": 3, "scale": 10, "dtype": "<f2", "astype": "<i2"}, "float16"),
    ("fixedscaleoffset", {"offset": 1, "scale": 2, "dtype": "<i4", "astype": "<i8"}, "int32"),
    ("fixedscaleoffset", {"offset": 0.5, "scale": 0.25, "dtype": "<i2"}, "int16"),
    ("astype", {"encode_dtype": "<i2", "decode_dtype": "<i4"}, "int32"),
    ("astype", {"encode_dtype": "<f4", "decode_dtype": "<f8"}, "float64"),
    ("astype", {"encode_dtype": "|u1", "decode_dtype": "|b1"}, "bool"),
    ("quantize", {"digits": 2, "dtype": "<f8"}, "float64"),
    ("quantize", {"digits": -2, "dtype": "<f4", "astype": "<f2"}, "float32"),
    ("quantize", {"digits": 307, "dtype": "<f8"}, "float64"),
    ("quantize", {"digits": -307, "dtype": "<f8"}, "float64"),
    ("packbits", {}, "bool"),
]


@settings(deadline=None, max_examples=20)
@given(numbers=st.lists(st.integers(-(2**12), 2**12), min_size=1, max_size=20))
@pytest.mark.parametrize(("name", "configuration", "data_type"), FILTERS)
def test_filters_calculate_as_the_library_does(
    name: str, configuration: Any, data_type: str, numbers: list[int]
) -> None:
    """v2.filter.delta, .fixedscaleoffset, .astype, .packbits"""
    with np.errstate(all="ignore"):
        values = (np.array(numbers) / 3).astype(data_type)
    type_ = ArrayType((len(numbers),), CORE_DATA_TYPES[data_type], values[:1].tobytes())
    codec = ours(name, configuration)
    encoded_type = codec.compute_encoded_representation_type(type_, "$")
    # The library reads elements in the byte order of dtype; in memory ours are little-endian.
    library_configuration = {
        key: value.replace(">", "<") if isinstance(value, str) else value
        for key, value in configuration.items()
    }
    library = theirs(name, library_configuration)
    with np.errstate(all="ignore"):
        expected = library.encode(values)
        back = library.decode(expected)
    encoded = codec.encode(elements_from_bytes(values.tobytes(), type_), type_)
    assert encoded.tobytes() == expected.tobytes()
    assert encoded.shape == encoded_type.shape
    assert encoded.dtype == encoded_type.data_type.dtype
    assert codec.decode(encoded, type_, LIMIT).tobytes() == back.tobytes()
    assert len(encoded_type.fill_value) == encoded_type.data_type.item_size


def test_the_types_can_be_left_out() -> None:
    """codec.numcodecs.fixedscaleoffset.decode"""
    type_ = ArrayType((2, 2), CORE_DATA_TYPES["float32"], np.float32(10).tobytes())
    codec = ours("fixedscaleoffset", {"offset": 10, "scale": 0.1, "astype": "uint8"})
    stored = codec.compute_encoded_representation_type(type_, "$")
    assert stored == ArrayType((2, 2), CORE_DATA_TYPES["uint8"], b"\0")
    elements = elements_from_bytes(bytes([0, 1, 9, 255]), stored)
    decoded = np.frombuffer(codec.decode(elements, type_, 99).tobytes(), "<f4")
    assert decoded.tolist() == [10, 20, 100, 2560]


def test_elements_are_looked_at_as_if_they_were_of_dtype() -> None:
    """v2.filter.delta: as long as their size is the same"""
    type_ = ArrayType((2,), CORE_DATA_TYPES["uint32"], bytes(4))
    codec = ours("delta", {"dtype": "<i4"})
    assert codec.compute_encoded_representation_type(type_, "$").data_type.name == "int32"
    with pytest.raises(InvalidMetadata) as refusal:
        ours("delta", {"dtype": "<i2"}).compute_encoded_representation_type(type_, "$")
    assert refusal.value.requirement == "v2.filter.delta"


def test_the_byte_order_of_a_type_is_known() -> None:
    orders = {"<i4": "little", ">f8": "big", "|u1": None, "=i4": None, "int16": None, "i4": None}
    for text, order in orders.items():
        assert parse_element_type(text, "$", "v2.filter.delta").byte_order == order
    assert parse_element_type("|b1", "$", "").data_type == CORE_DATA_TYPES["bool"]
    assert parse_element_type(">c16", "$", "").data_type == CORE_DATA_TYPES["complex128"]


@pytest.mark.parametrize("data_type", ["bool", "complex64"])
def test_other_types_are_not_calculated_with(data_type: str) -> None:
    type_ = ArrayType((1,), CORE_DATA_TYPES[data_type], bytes(8))
    for name, configuration in [("delta", {}), ("quantize", {"digits": 1})]:
        with pytest.raises(InvalidMetadata):
            ours(name, configuration).compute_encoded_representation_type(type_, "$")


def test_padding_bits_are_counted() -> None:
    """v2.filter.packbits"""
    type_ = ArrayType((3,), CORE_DATA_TYPES["bool"], b"\1")
    codec = ours("packbits", {})
    stored = codec.compute_encoded_representation_type(type_, "$")
    assert stored == ArrayType((2,), CORE_DATA_TYPES["uint8"], b"\0")
    assert codec.decode(elements_from_bytes(b"\5\xa0", stored), type_, 9).tobytes() == b"\1\0\1"
    for wrong in (b"\4\xa0", b"\xff\xa0"):
        with pytest.raises(MalformedChunk) as refusal:
            codec.decode(elements_from_bytes(wrong, stored), type_, 9)
        assert refusal.value.requirement == "v2.filter.packbits"
    with pytest.raises(InvalidMetadata):
        codec.compute_encoded_representation_type(
            ArrayType((3,), CORE_DATA_TYPES["uint8"], b"\1"), "$"
        )


@pytest.mark.parametrize(
    ("name", "configuration"),
    [
        ("zlib", {"level": 10}),
        ("zlib", {"level": -2}),
        ("zlib", {"level": "1"}),
        ("zlib", {"wbits": 15}),
        ("gzip", {"level": 10}),
        ("bz2", {"level": 0}),
        ("zstd", {"level": 23}),
        ("zstd", {"checksum": 1}),
        ("blosc", {"shuffle": 3}),
        ("blosc", {"shuffle": "shuffle"}),
        ("blosc", {"cname": "zip"}),
        ("blosc", {"typesize": 4}),
        ("lz4", {"acceleration": None}),
        ("lzma", {"format": 4}),
        ("lzma", {"format": True}),
        ("lzma", {"check": 2}),
        ("lzma", {"preset": 10}),
        ("lzma", {"format": 3}),
        ("lzma", {"format": 3, "filters": [{"id": 99}]}),
        ("lzma", {"format": 3, "filters": [{}]}),
        ("lzma", {"format": 3, "filters": []}),
        ("lzma", {"format": 3, "filters": ["lzma2"]}),
        ("lzma", {"format": 3, "filters": [{"id": 33, "dict_size": -1}]}),
        ("lzma", {"filters": {}}),
        ("shuffle", {"elementsize": 0}),
        ("crc32", {"location": "middle"}),
        ("fletcher32", {"location": "end"}),
        ("packbits", {"keepbits": 5}),
        ("delta", {"dtype": "<M8[s]"}),
        ("delta", {"dtype": "<i3"}),
        ("delta", {"dtype": 4}),
        ("delta", {"astype": "string"}),
        ("astype", {"decode_dtype": "<i4"}),
        ("quantize", {"dtype": "<f4"}),
        ("quantize", {"digits": 308}),
        ("fixedscaleoffset", {"offset": 1}),
        ("fixedscaleoffset", {"scale": 1}),
        ("fixedscaleoffset", {"offset": "1", "scale": 1}),
        ("fixedscaleoffset", {"offset": 1, "scale": True}),
        ("fixedscaleoffset", {"offset": 1, "scale": 0}),
        ("fixedscaleoffset", {"offset": 1, "scale": 1, "astype": {}}),
        ("bitround", {"keepbits": -1}),
    ],
)
def test_other_configurations_are_refused(name: str, configuration: Any) -> None:
    with pytest.raises(InvalidMetadata):
        ours(name, configuration)
