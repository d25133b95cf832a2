"""The byte formats of their own: LZ4, BloscLZ, Snappy, zlib, and the two shuffles."""

import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import LimitExceeded, MalformedChunk, Refusal
from zarr_reference.v3.codecs.compression import blosclz, lz4, snappy, zlib_stream
from zarr_reference.v3.codecs.compression.bounded_output import BoundedOutput
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader
from zarr_reference.v3.codecs.compression.shuffle import bit_unshuffle, byte_unshuffle

Decompress = Callable[[ByteReader, BoundedOutput], None]

FORMATS = {
    "lz4": lz4.decompress,
    "blosclz": blosclz.decompress,
    "snappy": snappy.decompress,
    "zlib": zlib_stream.decompress,
}


def decode(decompress: Decompress, data: bytes, limit: int = 2**20) -> bytes:
    output = BoundedOutput(limit)
    decompress(ByteReader(data, "codec.blosc.format", "stream"), output)
    return bytes(output.data)


def refused(decompress: Decompress, data: bytes, sentence: str) -> None:
    with pytest.raises(MalformedChunk, match=sentence):
        decode(decompress, data)


@pytest.mark.parametrize(
    ("encoded", "decoded"),
    [
        (b"\x00", b""),
        (b"\x30abc", b"abc"),
        (b"\xf0\x00" + b"x" * 15, b"x" * 15),
        (b"\xf0\x05" + b"x" * 20, b"x" * 20),
        (b"\xf0\xff\x01" + b"x" * 271, b"x" * 271),
        # Four bytes from three back run into themselves.
        (b"\x30abc\x03\x00\x00", b"abcabca"),
        (b"\x1fa\x01\x00\x00\x10z", b"a" * 20 + b"z"),
        (b"\x1fa\x01\x00\xff\x02\x10z", b"a" * 277 + b"z"),
        (b"\x42abcd\x04\x00\x02\x02\x00\x10!", b"abcdabcdab" + b"ababab" + b"!"),
    ],
)
def test_lz4_blocks(encoded: bytes, decoded: bytes) -> None:
    """codec.blosc.cname.lz4: vectors made by hand"""
    assert decode(lz4.decompress, encoded) == decoded


def test_lz4_blocks_that_are_none() -> None:
    refused(lz4.decompress, b"", "ends here")
    refused(lz4.decompress, b"\x30ab", "ends here, where 3 more")
    refused(lz4.decompress, b"\xf0\xff", "ends here")
    refused(lz4.decompress, b"\x10a\x01", "ends here")
    refused(lz4.decompress, b"\x10a\x01\x00", "ends here")
    refused(lz4.decompress, b"\x10a\x00\x00\x00", "copies from 0 bytes back")
    refused(lz4.decompress, b"\x10a\x02\x00\x00", "copies from 2 bytes back")


@pytest.mark.parametrize(
    ("encoded", "decoded"),
    [
        (b"\x02abc", b"abc"),
        (b"\x22abc", b"abc"),  # the upper bits of the first byte do not count
        (b"\x1f" + bytes(32), bytes(32)),
        (b"\x00a\x20\x00", b"aaaa"),  # 3 from 1 back
        (b"\x02abc\xc0\x02\x00z", b"abcabcabcabz"),  # 8 from 3 back
        (b"\x00a\xe0\x00\x00", b"a" * 10),  # 9 from 1 back
        (b"\x00a\xe0\xff\x01\x00", b"a" * (1 + 9 + 256)),
    ],
)
def test_blosclz_streams(encoded: bytes, decoded: bytes) -> None:
    """codec.blosc.cname.blosclz: vectors made by hand"""
    assert decode(blosclz.decompress, encoded) == decoded


def test_blosclz_matches_from_far_back() -> None:
    """codec.blosc.cname.blosclz: distances of 8191, and of 8192 and more in two further bytes"""
    literals = bytes(range(32)) * 257
    runs = b"".join(b"\x1f" + literals[start : start + 32] for start in range(0, 8224, 32))
    assert decode(blosclz.decompress, runs + b"\x3f\xfe")[8224:] == literals[-8191:][:3]
    assert decode(blosclz.decompress, runs + b"\x3f\xff\x00\x00")[8224:] == literals[-8192:][:3]
    assert decode(blosclz.decompress, runs + b"\x3f\xff\x00\x20")[8224:] == literals[:3]
    refused(blosclz.decompress, runs + b"\x3f\xff\x00\x21", "copies from 8225 bytes back")
    refused(blosclz.decompress, runs + b"\x3f\xff\x00", "ends here")


def test_blosclz_streams_that_are_none() -> None:
    refused(blosclz.decompress, b"", "ends here")
    refused(blosclz.decompress, b"\x01a", "ends here")
    refused(blosclz.decompress, b"\x00a\x20", "ends here")
    refused(blosclz.decompress, b"\x00a\xe0\xff", "ends here")
    refused(blosclz.decompress, b"\x00a\x20\x01", "copies from 2 bytes back")


@pytest.mark.parametrize(
    ("encoded", "decoded"),
    [
        (b"\x00", b""),
        (b"\x03\x08abc", b"abc"),
        (b"\x3c\xec" + bytes(60), bytes(60)),
        (b"\x3d\xf0\x3c" + bytes(61), bytes(61)),
        (b"\xac\x02\xf4\x2b\x01" + bytes(300), bytes(300)),
        (b"\x02\xf8\x01\x00\x00ab", b"ab"),
        (b"\x02\xfc\x01\x00\x00\x00ab", b"ab"),
        (b"\x07\x08abc\x01\x03", b"abcabca"),  # 4 from 3 back, 11 bits
        (b"\x0e\x08abc\x1d\x03", b"abcabcabcabcab"),  # 11 from 3 back
        (b"\x04\x08abc\x02\x03\x00", b"abca"),  # 1 from 3 back, 16 bits
        (b"\x43\x08abc\xfe\x03\x00", (b"abc" * 23)[:67]),  # 64 from 3 back
        (b"\x05\x08abc\x07\x03\x00\x00\x00", b"abcab"),  # 2 from 3 back, 32 bits
    ],
)
def test_snappy_streams(encoded: bytes, decoded: bytes) -> None:
    """codec.blosc.cname.snappy: vectors made by hand, since no library at hand has Snappy"""
    assert decode(snappy.decompress, encoded) == decoded


def test_snappy_copies_from_far_back() -> None:
    """codec.blosc.cname.snappy"""
    literals = bytes(range(256)) * 8
    stream = b"\x84\x10\xf4\xff\x07" + literals + b"\xe1\xff"
    assert decode(snappy.decompress, stream) == literals + bytes([1, 2, 3, 4])


def test_snappy_streams_that_are_none() -> None:
    refused(snappy.decompress, b"", "ends here")
    refused(snappy.decompress, b"\x80", "ends here")
    refused(snappy.decompress, b"\x80\x80\x80\x80\x80\x01", "more than 5 bytes")
    refused(snappy.decompress, b"\x01", "decodes to 0 bytes, but announces 1")
    refused(snappy.decompress, b"\x01\x04ab", "decodes to 2 bytes, but announces 1")
    refused(snappy.decompress, b"\x03\x08ab", "ends here")
    refused(snappy.decompress, b"\x03\xf0", "ends here")
    refused(snappy.decompress, b"\x05\x00a\x01\x02", "copies from 2 bytes back")
    refused(snappy.decompress, b"\x05\x00a\x02\x00\x00", "copies from 0 bytes back")
    with pytest.raises(LimitExceeded):
        decode(snappy.decompress, b"\xff\xff\xff\xff\x0f")


@settings(max_examples=40, deadline=None)
@given(
    st.binary(max_size=200) | st.binary(max_size=9).map(lambda data: data * 9000), st.integers(0, 9)
)
def test_zlib_streams(data: bytes, level: int) -> None:
    """codec.blosc.cname.zlib, v2.compressor.zlib"""
    assert decode(zlib_stream.decompress, zlib.compress(data, level)) == data
    assert zlib.decompress(zlib_stream.compress(data)) == data
    assert decode(zlib_stream.decompress, zlib_stream.compress(data)) == data


@pytest.mark.parametrize("window_bits", range(9, 16))
def test_zlib_streams_of_any_window(window_bits: int) -> None:
    compressor = zlib.compressobj(wbits=window_bits)
    encoded = compressor.compress(b"abc" * 999) + compressor.flush()
    assert decode(zlib_stream.decompress, encoded) == b"abc" * 999


def test_zlib_streams_that_are_none() -> None:
    encoded = zlib.compress(b"abc")
    header = "does not begin with a zlib header"
    refused(zlib_stream.decompress, b"x", "ends here")
    refused(zlib_stream.decompress, b"\x79\x9c" + encoded[2:], header)
    refused(zlib_stream.decompress, b"\x77\x85" + encoded[2:], header)
    refused(zlib_stream.decompress, b"\x88\x1c" + encoded[2:], header)
    refused(zlib_stream.decompress, b"\x78\xbb" + encoded[2:], "needs a dictionary")
    refused(zlib_stream.decompress, encoded[:-1], "ends here")
    refused(zlib_stream.decompress, encoded[:-1] + b"\0", "ADLER32")
    refused(zlib_stream.decompress, encoded[:4], "ends within its DEFLATE stream")
    refused(zlib_stream.decompress, encoded[:2] + b"\x07\0\0", "is no valid DEFLATE stream")


def shuffle_bits(block: bytes, typesize: int) -> bytes:
    """The definition of the bit shuffle, one bit at a time."""
    count = len(block) // typesize
    shuffled = bytearray(len(block))
    shuffled[count * typesize :] = block[count * typesize :]
    for element in range(count):
        for bit in range(8 * typesize):
            value = block[element * typesize + bit // 8] >> bit % 8 & 1
            shuffled[bit * count // 8 + element // 8] |= value << element % 8
    return bytes(shuffled)


@pytest.mark.parametrize("typesize", [1, 2, 3, 4, 8, 17, 255])
@pytest.mark.parametrize("rest", [0, 1])
def test_shuffles_are_undone(typesize: int, rest: int) -> None:
    """codec.blosc.shuffle.shuffle, codec.blosc.shuffle.bitshuffle"""
    size = 16 * typesize + (rest if typesize > 1 else 0)
    block = np.random.default_rng(1).integers(0, 256, size, "u1").tobytes()
    planes = b"".join(block[byte : 16 * typesize : typesize] for byte in range(typesize))
    assert byte_unshuffle(planes + block[16 * typesize :], typesize) == block
    assert bit_unshuffle(shuffle_bits(block, typesize), typesize) == block


def test_long_blocks_are_unshuffled_in_pieces() -> None:
    block = np.random.default_rng(1).integers(0, 256, 20000, "u1").tobytes()
    assert bit_unshuffle(shuffle_bits(block, 2), 2) == block


@pytest.mark.parametrize("typesize", [1, 3, 30])
def test_blocks_without_eight_elements_were_not_shuffled(typesize: int) -> None:
    block = bytes(range(7 * typesize))
    assert bit_unshuffle(block, typesize) == block
    assert byte_unshuffle(block[: typesize - 1], typesize) == block[: typesize - 1]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(FORMATS)), st.binary(max_size=40))
def test_any_bytes_are_decoded_or_refused(name: str, data: bytes) -> None:
    try:
        decoded = decode(FORMATS[name], data, limit=1000)
    except Refusal:
        return
    assert len(decoded) <= 1000


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(["lz4", "blosclz"]), st.integers(0, 3))
def test_no_more_than_allowed_is_decoded(name: str, size: int) -> None:
    streams = {"lz4": b"\x1fa\x01\x00" + b"\xff" * 99 + b"\x00\x10z",
               "blosclz": b"\x00a\xe0" + b"\xff" * 99 + b"\x00\x00"}  # fmt: skip
    with pytest.raises(LimitExceeded):
        decode(FORMATS[name], streams[name], limit=20000)
    with pytest.raises(LimitExceeded):
        decode(FORMATS[name], streams[name], limit=size)
    output = BoundedOutput(2**20, expected=20000, requirement="codec.blosc.format")
    with pytest.raises(MalformedChunk, match="decodes to 25"):
        FORMATS[name](ByteReader(streams[name], "codec.blosc.format", "stream"), output)
