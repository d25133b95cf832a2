"""The ``conditional`` codec."""

import gzip
from dataclasses import replace
from typing import Any

import pytest

from zarr_reference.errors import (
    InvalidMetadata,
    LimitExceeded,
    MalformedChunk,
    UnknownExtension,
)
from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs.conditional import ConditionalCodec
from zarr_reference.v3.codecs.crc32c import Crc32cCodec

GZIP = {"name": "gzip", "configuration": {"level": 1}}
SHUFFLE = {"name": "numcodecs.shuffle", "configuration": {"elementsize": 2}}
CRC = Crc32cCodec()


def codec(codecs: Any, **more: Any) -> ConditionalCodec:
    return ConditionalCodec.from_configuration({"codecs": codecs, **more}, "$")


def decoded(conditional: ConditionalCodec, encoded: bytes, size: int | None = None) -> bytes:
    return conditional.decode(encoded, ByteStringType(size), 999)


def test_each_bit_of_the_header_is_for_a_codec() -> None:
    """codec.conditional.header.bit_order, codec.conditional.header.one_applied"""
    both = codec([SHUFFLE, "crc32c"])
    data, shuffled = b"abcd", b"acbd"
    assert decoded(both, b"\0" + data, 4) == data
    assert decoded(both, b"\1" + shuffled, 4) == data
    assert decoded(both, b"\2" + CRC.encode(data), 4) == data
    assert decoded(both, b"\3" + CRC.encode(shuffled), 4) == data


def test_codecs_are_undone_in_reverse_order() -> None:
    """codec.conditional.decode.reverse"""
    zipped = gzip.compress(CRC.encode(b"abcd"))
    assert decoded(codec(["crc32c", GZIP]), b"\3" + zipped, 4) == b"abcd"
    with pytest.raises(MalformedChunk):
        decoded(codec([GZIP, "crc32c"]), b"\3" + zipped, 4)


def test_all_codecs_are_skipped_unless_said() -> None:
    """codec.conditional.default_mask_zero"""
    both = codec(["crc32c", SHUFFLE])
    assert both.encode(b"abcd") == b"\0abcd"
    for bitmask in range(4):
        encoded = replace(both, runtime_bitmask=bitmask).encode(b"abcd")
        assert encoded[0] == bitmask
        assert decoded(both, encoded, 4) == b"abcd"


def test_the_header_has_whole_bytes() -> None:
    """codec.conditional.header.size, codec.conditional.header_bits.default"""
    assert [codec(["crc32c"] * count).header_bits for count in (0, 1, 8, 9, 17)] == [
        0, 8, 8, 16, 24,
    ]  # fmt: skip
    assert codec([]).encode(b"abcd") == b"abcd"
    assert decoded(codec([]), b"abcd", 4) == b"abcd"
    nine = replace(codec(["crc32c"] * 9), runtime_bitmask=1 << 8)
    assert nine.encode(b"ab") == b"\0\1" + CRC.encode(b"ab")
    assert codec(["crc32c"], header_bits=16).encode(b"ab") == b"\0\0ab"
    assert decoded(codec(["crc32c"], header_bits=16), b"\1\0" + CRC.encode(b"ab"), 2) == b"ab"


@pytest.mark.parametrize(
    ("encoded", "requirement"),
    [
        (b"", "codec.conditional.header.size"),
        (b"\2abcd", "codec.conditional.header.reserved_zero"),
        (b"\x81abcd", "codec.conditional.header.reserved_zero"),
        (b"\1abcd", "codec.crc32c.verified_on_read"),
    ],
)
def test_other_chunks_are_refused(encoded: bytes, requirement: str) -> None:
    with pytest.raises(MalformedChunk) as refusal:
        decoded(codec(["crc32c"]), encoded, 4)
    assert refusal.value.requirement == requirement


def test_a_codec_that_need_not_be_understood_keeps_its_bit() -> None:
    unknown = {"name": "zarr.hint", "must_understand": False}
    conditional = codec([unknown, "crc32c"])
    for header in (b"\2", b"\3"):
        assert decoded(conditional, header + CRC.encode(b"ab"), 2) == b"ab"
    with pytest.raises(UnknownExtension):
        codec(["zarr.hint"])
    decoded_type = ByteStringType(2)
    encoded_type = conditional.compute_encoded_representation_type(decoded_type, "$[1]")
    assert encoded_type == ByteStringType()


@pytest.mark.parametrize(
    ("configuration", "requirement"),
    [
        ({}, "codec.conditional.codecs.required"),
        ({"codecs": "crc32c"}, "codec.conditional.codecs.required"),
        ({"codecs": ["bytes"]}, "codec.conditional.codecs.b2b_only"),
        (
            {"codecs": [{"name": "transpose", "configuration": {"order": []}}]},
            "codec.conditional.codecs.b2b_only",
        ),
        ({"codecs": [], "header_bits": "8"}, "codec.conditional.header_bits.multiple8"),
        ({"codecs": [], "header_bits": 4}, "codec.conditional.header_bits.multiple8"),
        ({"codecs": [], "header_bits": -8}, "codec.conditional.header_bits.ge_len"),
        (
            {"codecs": ["crc32c"] * 9, "header_bits": 8},
            "codec.conditional.header_bits.ge_len",
        ),
        ({"codecs": [], "mask": 0}, "ext.object.unknown_members"),
    ],
)
def test_other_configurations_are_refused(configuration: Any, requirement: str) -> None:
    with pytest.raises(InvalidMetadata) as refusal:
        ConditionalCodec.from_configuration(configuration, "$")
    assert refusal.value.requirement == requirement


def test_a_header_has_an_end() -> None:
    with pytest.raises(LimitExceeded):
        codec([], header_bits=8 * 10**12)
