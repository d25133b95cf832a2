"""The ``gzip`` codec: members, headers and trailers of RFC 1952."""

import gzip
import io
import zlib
from typing import Any

import numcodecs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata, LimitExceeded, MalformedChunk, Refusal
from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs.gzip import GzipCodec

CODEC = GzipCodec.from_configuration({"level": 6}, "$")
CONTENT = b"to be or not to be, that is the question " * 3
ENCODED = gzip.compress(CONTENT, mtime=0)


def decode(encoded: bytes, size: int | None = None, limit: int = 2**20) -> bytes:
    return CODEC.decode(encoded, ByteStringType(size), limit)


def member(flags: int, fields: bytes) -> bytes:
    """A member of ``CONTENT`` whose header has these flags and optional fields."""
    compressor = zlib.compressobj(wbits=-15)
    body = compressor.compress(CONTENT) + compressor.flush()
    trailer = zlib.crc32(CONTENT).to_bytes(4, "little") + len(CONTENT).to_bytes(4, "little")
    return b"\x1f\x8b\x08" + bytes([flags]) + bytes(6) + fields + body + trailer


def refused(encoded: bytes, requirement: str) -> None:
    with pytest.raises(MalformedChunk) as refusal:
        decode(encoded)
    assert refusal.value.requirement == requirement


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300) | st.binary(max_size=20).map(lambda data: data * 900))
def test_what_is_encoded_is_a_gzip_file(data: bytes) -> None:
    """codec.gzip.rfc1952, codec.gzip.deflate"""
    encoded = CODEC.encode(data)
    assert gzip.decompress(encoded) == data
    assert bytes(numcodecs.GZip().decode(encoded)) == data
    assert decode(encoded, len(data)) == data


def test_several_stored_blocks_are_written_where_one_is_too_short() -> None:
    """codec.gzip.level0"""
    data = bytes(range(256)) * 600
    assert gzip.decompress(CODEC.encode(data)) == data
    assert len(CODEC.encode(data)) == len(data) + 3 * 5 + 18


def test_what_is_encoded_is_the_same_on_every_machine() -> None:
    header, trailer = "1f8b0800 00000000 00ff", "c2412435 03000000"
    stored_block = "01 0300 fcff 616263"
    assert CODEC.encode(b"abc") == bytes.fromhex(f"{header} {stored_block} {trailer}")
    assert {GzipCodec(level).encode(b"abc") for level in range(10)} == {CODEC.encode(b"abc")}


@pytest.mark.parametrize("level", range(10))
def test_what_others_encode_is_decoded(level: int) -> None:
    """codec.gzip.level.no_effect_on_decode"""
    data = CONTENT * 100 + bytes(70000) + zlib.compress(CONTENT * 100)
    assert decode(gzip.compress(data, level), len(data)) == data
    assert decode(bytes(numcodecs.GZip(level=level).encode(data))) == data


def test_members_are_decoded_one_after_the_other() -> None:
    """codec.gzip.multi_member"""
    parts = [b"", b"one", b"", b"two" * 100]
    encoded = b"".join(gzip.compress(part) for part in parts)
    assert decode(encoded) == b"".join(parts)
    assert decode(encoded, 303) == b"".join(parts)


def test_optional_header_fields_are_skipped() -> None:
    """codec.gzip.optional_header_fields"""
    file = io.BytesIO()
    with gzip.GzipFile("name.txt", "wb", fileobj=file) as writer:
        writer.write(CONTENT)
    assert decode(file.getvalue()) == CONTENT
    extra, name, comment = b"\x03\x00abc", b"name\0", b"comment\0"
    assert decode(member(0x01, b"")) == CONTENT
    assert decode(member(0x04, extra)) == CONTENT
    assert decode(member(0x1C, extra + name + comment)) == CONTENT
    header = b"\x1f\x8b\x08\x1e" + bytes(6) + extra + name + comment
    checksum = (zlib.crc32(header) & 0xFFFF).to_bytes(2, "little")
    assert decode(member(0x1E, extra + name + comment + checksum)) == CONTENT
    refused(member(0x1E, extra + name + comment + b"\0\0"), "codec.gzip.rfc1952")


def test_header_fields_that_never_end_are_refused() -> None:
    """codec.gzip.optional_header_fields"""
    refused(b"\x1f\x8b\x08\x08" + bytes(6) + b"name", "codec.gzip.optional_header_fields")
    refused(b"\x1f\x8b\x08\x04" + bytes(6) + b"\xff\xff", "codec.gzip.rfc1952")


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\x1f",
        b"\x1f\x8c" + ENCODED[2:],
        b"\x78\x9c" + zlib.compress(CONTENT)[2:],
        ENCODED[:2] + b"\x07" + ENCODED[3:],
        ENCODED[:3] + b"\x20" + ENCODED[4:],
        ENCODED[:3] + b"\x80" + ENCODED[4:],
        ENCODED[:8],
    ],
)
def test_other_headers_are_refused(header: bytes) -> None:
    """codec.gzip.rfc1952: magic number, method, reserved flags"""
    refused(header, "codec.gzip.rfc1952")


@pytest.mark.parametrize("junk", [b"\0", bytes(8), b"junk", b"\x1f"])
def test_bytes_after_the_last_member_are_refused(junk: bytes) -> None:
    """codec.gzip.multi_member"""
    refused(ENCODED + junk, "codec.gzip.multi_member")


def test_a_trailer_that_does_not_fit_is_refused() -> None:
    """codec.gzip.crc_checked"""
    refused(ENCODED[:-8] + bytes(4) + ENCODED[-4:], "codec.gzip.crc_checked")
    refused(ENCODED[:-4] + bytes(4), "codec.gzip.crc_checked")
    refused(ENCODED[:-1], "codec.gzip.rfc1952")


def test_a_deflate_stream_that_is_none_is_refused() -> None:
    """codec.gzip.deflate"""
    refused(ENCODED[:10] + b"\x07" + bytes(20), "codec.gzip.deflate")
    refused(ENCODED[:20], "codec.gzip.deflate")


def test_no_more_than_allowed_is_decoded() -> None:
    """codec.decode.length_mismatch"""
    bomb = gzip.compress(bytes(2**24))
    with pytest.raises(LimitExceeded):
        decode(bomb, limit=2**20)
    with pytest.raises(LimitExceeded):
        decode(bomb, size=2**24, limit=2**20)
    with pytest.raises(MalformedChunk) as refusal:
        decode(bomb, size=1000)
    assert refusal.value.requirement == "codec.decode.length_mismatch"
    assert decode(bomb, limit=2**70) == bytes(2**24)


@pytest.mark.parametrize(
    ("configuration", "requirement"),
    [
        ({}, "codec.gzip.level.required"),
        ({"level": "1"}, "codec.gzip.level.integer"),
        ({"level": True}, "codec.gzip.level.integer"),
        ({"level": None}, "codec.gzip.level.integer"),
        ({"level": -1}, "codec.gzip.level.range"),
        ({"level": 10}, "codec.gzip.level.range"),
        ({"level": 1, "wbits": 15}, "ext.object.unknown_members"),
    ],
)
def test_other_configurations_are_refused(configuration: Any, requirement: str) -> None:
    with pytest.raises(InvalidMetadata) as refusal:
        GzipCodec.from_configuration(configuration, "$")
    assert refusal.value.requirement == requirement


def test_the_size_is_not_fixed() -> None:
    """codec.api.encoded_size"""
    assert CODEC.compute_encoded_representation_type(ByteStringType(5), "$") == ByteStringType()


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | st.binary(max_size=60).map(lambda data: ENCODED[:10] + data))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        decode(data)
    except Refusal:
        return
    assert data.startswith(b"\x1f\x8b")


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(ENCODED) - 1), st.integers(0, 255))
def test_a_changed_byte_is_refused_or_changes_nothing(position: int, byte: int) -> None:
    """codec.gzip.crc_checked"""
    changed = bytearray(ENCODED)
    changed[position] = byte
    try:
        decoded = decode(bytes(changed))
    except Refusal:
        return
    assert decoded == CONTENT
