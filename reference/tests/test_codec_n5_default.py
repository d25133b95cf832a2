"""The ``n5_default`` codec."""

import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata, InvalidRequest, LimitExceeded, MalformedChunk
from zarr_reference.representation import ArrayType, ByteStringType, elements_from_bytes
from zarr_reference.v3.codecs.n5_default import N5DefaultCodec
from zarr_reference.v3.data_types import UNPARAMETRISED_DATA_TYPES

BIG = {"name": "bytes", "configuration": {"endian": "big"}}
LITTLE = {"name": "bytes", "configuration": {"endian": "little"}}
GZIP = {"name": "gzip", "configuration": {"level": 1}}


def transpose(*order: int) -> dict[str, Any]:
    return {"name": "transpose", "configuration": {"order": list(order)}}


def codec(*codecs: Any) -> N5DefaultCodec:
    return N5DefaultCodec.from_configuration({"codecs": list(codecs)}, "$")


PLAIN = codec(transpose(1, 0), BIG)


def array_type(shape: tuple[int, ...], data_type: str = "uint16", fill: int = 9) -> ArrayType:
    type_ = UNPARAMETRISED_DATA_TYPES[data_type]
    return ArrayType(shape, type_, fill.to_bytes(type_.item_size, "little"))


def decoded(block: str, shape: tuple[int, ...]) -> list[Any]:
    elements = PLAIN.decode(bytes.fromhex(block), array_type(shape), 999)
    return np.frombuffer(elements.tobytes(), "<u2").reshape(shape).tolist()


def test_a_block_has_a_header_and_the_first_dimension_varies_fastest() -> None:
    """codec.n5_default.header, codec.n5_default.header.dim_order"""
    block = "0000 0002 00000002 00000003 0001 0004 0002 0005 0003 0006"
    assert decoded(block, (2, 3)) == [[1, 2, 3], [4, 5, 6]]
    elements = elements_from_bytes(np.uint16([1, 2, 3, 4, 5, 6]).tobytes(), array_type((2, 3)))
    assert PLAIN.encode(elements, array_type((2, 3))) == bytes.fromhex(block)


def test_what_follows_the_header_is_compressed() -> None:
    """codec.n5_default.header.uncompressed, codec.n5_default.codecs.max_one_more"""
    block = codec(transpose(0), BIG, GZIP).encode(
        elements_from_bytes(np.uint16([1, 2]).tobytes(), array_type((2,))), array_type((2,))
    )
    assert block[:8] == bytes.fromhex("0000 0001 00000002")
    assert zlib.decompress(block[8:], wbits=31) == bytes.fromhex("0001 0002")
    with_gzip = codec(transpose(0), BIG, GZIP)
    assert with_gzip.decode(block, array_type((2,)), 99).tobytes() == bytes([1, 0, 2, 0])


@pytest.mark.parametrize(
    ("block", "shape", "expected"),
    [
        ("0000 0002 00000001 00000002 0001 0002", (2, 3), [[1, 2, 9], [9, 9, 9]]),
        (
            "0000 0002 00000002 00000003 0001 0004 0002 0005 0003 0006",
            (1, 2),
            [[1, 2]],
        ),
        ("0000 0002 00000001 00000003 0001 0002 0003", (2, 2), [[1, 2], [9, 9]]),
        ("0000 0002 00000000 00000003", (1, 1), [[9]]),
    ],
)
def test_a_block_is_padded_or_truncated(
    block: str, shape: tuple[int, ...], expected: list[Any]
) -> None:
    """codec.n5_default.pad_or_truncate, codec.n5_default.header.shape_governs"""
    assert decoded(block, shape) == expected


def test_no_dimensions_need_no_lengths() -> None:
    block = bytes.fromhex("0000 0000 0007")
    assert codec(transpose(), BIG).decode(block, array_type(()), 9).tobytes() == b"\7\0"


@pytest.mark.parametrize(
    ("block", "requirement"),
    [
        ("", "codec.n5_default.header"),
        ("0000 0001 000000", "codec.n5_default.header"),
        ("0001 0001 00000001 00000001 0001", "codec.n5_default.header.mode_zero"),
        ("0002 0001 00000001 0001", "codec.n5_default.header.mode_zero"),
        ("0000 0002 00000001 00000001 0001", "codec.n5_default.header.rank_matches"),
        ("0000 0001 00000002 0001", "codec.bytes.length_check"),
        ("0000 0001 00000001 0001 0002", "codec.bytes.length_check"),
    ],
)
def test_other_blocks_are_refused(block: str, requirement: str) -> None:
    with pytest.raises(MalformedChunk) as refusal:
        codec(transpose(0), BIG).decode(bytes.fromhex(block), array_type((1,)), 99)
    assert refusal.value.requirement == requirement


def test_a_header_that_lies_takes_no_memory() -> None:
    with pytest.raises(LimitExceeded):
        PLAIN.decode(bytes.fromhex("0000 0002 ffffffff ffffffff 0001"), array_type((1, 1)), 2**20)


def test_lengths_beyond_32_bits_cannot_be_written() -> None:
    type_ = array_type((2**32,), "uint8")
    elements = np.zeros(1, "V1")
    with pytest.raises(InvalidRequest):
        codec(transpose(0), "bytes").encode(elements, type_)


@pytest.mark.parametrize(
    ("configuration", "requirement"),
    [
        ({}, "codec.n5_default.codecs.required"),
        ({"codecs": {}}, "core.metadata.array.codecs.list"),
        ({"codecs": [transpose(1, 0), "crc32c"]}, "codec.pipeline.exactly_one_a2b"),
        ({"codecs": [BIG]}, "codec.n5_default.codecs.first_transpose"),
        ({"codecs": [BIG, GZIP]}, "codec.n5_default.codecs.first_transpose"),
        ({"codecs": [transpose(0, 1), BIG]}, "codec.n5_default.codecs.first_transpose"),
        ({"codecs": [transpose(1, 2, 0), BIG]}, "codec.n5_default.codecs.first_transpose"),
        ({"codecs": [transpose(0), "packbits"]}, "codec.n5_default.codecs.second_bytes"),
        ({"codecs": [transpose(0), transpose(0), BIG]}, "codec.n5_default.codecs.second_bytes"),
        ({"codecs": [transpose(0), LITTLE]}, "codec.n5_default.codecs.endian_big"),
        ({"codecs": [transpose(0), BIG, GZIP, GZIP]}, "codec.n5_default.codecs.max_one_more"),
        ({"codecs": [transpose(0), BIG], "mode": 0}, "ext.object.unknown_members"),
    ],
)
def test_other_configurations_are_refused(configuration: Any, requirement: str) -> None:
    with pytest.raises(InvalidMetadata) as refusal:
        N5DefaultCodec.from_configuration(configuration, "$")
    assert refusal.value.requirement == requirement


@pytest.mark.parametrize(
    ("shape", "data_type", "codecs", "requirement"),
    [
        ((2,), "uint16", [transpose(0), "bytes"], "codec.bytes.endian.required_multibyte"),
        ((2,), "uint8", [transpose(0), "bytes"], None),
        ((2, 2), "uint8", [transpose(0), "bytes"], "codec.transpose.order.rank"),
        ((2,), "bool", [transpose(0), "bytes"], "codec.pipeline.unsupported_input_error"),
        ((2,), "float16", [transpose(0), BIG], "codec.pipeline.unsupported_input_error"),
        ((2,), "float64", [transpose(0), BIG], None),
    ],
)
def test_the_array_has_to_fit(
    shape: tuple[int, ...], data_type: str, codecs: Any, requirement: str | None
) -> None:
    """codec.n5_default.codecs.endian_optional"""
    type_ = array_type(shape, data_type)
    if requirement is None:
        encoded_type = codec(*codecs).compute_encoded_representation_type(type_, "$[0]")
        assert encoded_type == ByteStringType()
        return
    with pytest.raises(InvalidMetadata) as refusal:
        codec(*codecs).compute_encoded_representation_type(type_, "$[0]")
    assert refusal.value.requirement == requirement


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 4), max_size=3), st.integers(0, 255))
def test_what_is_encoded_is_decoded(lengths: list[int], seed: int) -> None:
    type_ = array_type(tuple(lengths), "int32")
    data = np.random.default_rng(seed).bytes(type_.byte_size)
    n5 = codec(transpose(*reversed(range(len(lengths)))), BIG)
    block = n5.encode(elements_from_bytes(data, type_), type_)
    assert n5.decode(block, type_, 2**20).tobytes() == data
