"""The ``blosc`` codec: frames of c-blosc, frames made by hand, and bytes that are no frame."""

import struct
import zlib
from typing import Any

import numcodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import (
    InvalidMetadata,
    InvalidRequest,
    LimitExceeded,
    MalformedChunk,
    Refusal,
)
from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs import blosc
from zarr_reference.v3.codecs.blosc import BloscCodec

CONFIGURATION = {
    "cname": "lz4",
    "clevel": 5,
    "shuffle": "shuffle",
    "typesize": 4,
    "blocksize": 0,
}
CODEC = BloscCodec.from_configuration(CONFIGURATION, "$")

CONTENT = np.arange(1000, dtype="<u4").tobytes()
FRAME = bytes(numcodecs.Blosc("lz4", blocksize=256).encode(np.frombuffer(CONTENT, "<u4")))

BYTE_SHUFFLE, MEMCPY, BIT_SHUFFLE, NO_SPLIT = 1, 2, 4, 16
BLOSCLZ, LZ4, SNAPPY, ZLIB, ZSTD = (number << 5 for number in range(5))


def decode(frame: bytes, size: int | None = None, limit: int = 2**20) -> bytes:
    return CODEC.decode(frame, ByteStringType(size), limit)


def refused(frame: bytes, requirement: str, sentence: str) -> MalformedChunk:
    with pytest.raises(MalformedChunk, match=sentence) as refusal:
        decode(frame)
    assert refusal.value.requirement == requirement
    return refusal.value


def frame(
    *blocks: bytes,
    flags: int = NO_SPLIT | LZ4,
    typesize: int = 1,
    nbytes: int = 3,
    blocksize: int | None = None,
    order: tuple[int, ...] | None = None,
) -> bytes:
    """A frame of these blocks, stored in the order asked for."""
    order = tuple(range(len(blocks))) if order is None else order
    starts, body = [0] * len(blocks), b""
    for i in order:
        starts[i] = 16 + 4 * len(blocks) + len(body)
        body += blocks[i]
    table = struct.pack(f"<{len(starts)}I", *starts)
    cbytes = 16 + len(table) + len(body)
    sizes = struct.pack("<3I", nbytes, nbytes if blocksize is None else blocksize, cbytes)
    return bytes([2, 1, flags, typesize]) + sizes + table + body


def stream(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


def contents() -> list[bytes]:
    """Data that compress well, badly, in runs, from far back, and not at all."""
    random = np.random.default_rng(7)
    words = [b"alpha ", b"beta ", b"gamma ", b"delta, ", b"epsilon;"]
    return [
        random.integers(0, 256, 3000, "u1").tobytes(),
        np.arange(3000, dtype="<u4").tobytes(),
        random.normal(size=2000).round(2).tobytes(),
        bytes(5000),
        b"".join(words[i] for i in random.integers(0, 5, 3000)),
        (random.integers(0, 256, 9000, "u1").tobytes() + b"x") * 2,
    ]


@pytest.mark.parametrize("cname", ["blosclz", "lz4", "lz4hc", "zlib", "zstd"])
@pytest.mark.parametrize("shuffle", [0, 1, 2])
def test_frames_of_c_blosc_are_decoded(cname: str, shuffle: int) -> None:
    """codec.blosc.cname.lz4 and its siblings, codec.blosc.shuffle.noshuffle and its siblings"""
    for typesize, blocksize in ((1, 0), (2, 256), (3, 1000), (4, 0), (8, 4096), (17, 0), (255, 0)):
        for content in contents():
            elements = np.frombuffer(content, f"V{typesize}", len(content) // typesize)
            encoder = numcodecs.Blosc(cname, 9, shuffle, blocksize)
            assert decode(bytes(encoder.encode(elements))) == elements.tobytes()


@pytest.mark.parametrize("size", [0, 1, 2, 15, 16, 127, 128, 129, 1000])
def test_frames_of_few_bytes_are_decoded(size: int) -> None:
    """codec.blosc.format"""
    data = CONTENT[:size]
    for level in (0, 1, 9):
        for shuffle in (0, 1, 2):
            encoded = bytes(numcodecs.Blosc("zstd", level, shuffle).encode(data))
            assert decode(encoded, size) == data


def test_blocks_count_from_the_start_of_the_frame() -> None:
    """codec.blosc.format: not from the end of the table of starts, as the document says"""
    nblocks = -(-4000 // 256)
    starts = struct.unpack_from(f"<{nblocks}I", FRAME, 16)
    assert min(starts) == 16 + 4 * nblocks
    assert decode(FRAME, 4000) == CONTENT


def test_blocks_may_stand_in_any_order() -> None:
    """codec.blosc.block_order"""
    blocks = [stream(b"ab"), stream(b"cd"), stream(b"e")]
    for order in ((0, 1, 2), (2, 0, 1), (2, 1, 0)):
        assert decode(frame(*blocks, nbytes=5, blocksize=2, order=order)) == b"abcde"


def test_the_header_governs_and_not_the_configuration() -> None:
    """codec.blosc.header_governs_decode"""
    bits = bytes(numcodecs.Blosc("zstd", 9, 2).encode(np.frombuffer(CONTENT, "<u8")))
    assert decode(bits, 4000) == CONTENT


def test_a_flag_for_shuffling_means_nothing_in_a_memcpy_frame() -> None:
    """codec.blosc.clevel0"""
    encoded = bytes(numcodecs.Blosc("lz4", 0, 1).encode(np.frombuffer(CONTENT, "<u4")))
    assert encoded[2] & (MEMCPY | BYTE_SHUFFLE) == MEMCPY | BYTE_SHUFFLE
    assert decode(encoded) == CONTENT


@pytest.mark.parametrize(
    ("flags", "encoded"),
    [
        (BLOSCLZ, b"\x00a\xa0\x00"),
        (LZ4, b"\x12a\x01\x00\x10a"),
        (SNAPPY, b"\x08\x00a\x1a\x01\x00"),
        (ZLIB, zlib.compress(b"aaaaaaaa")),
        (ZSTD, bytes.fromhex("28b52ffd 20 08 430000 61")),
    ],
)
def test_every_compressor_is_known_by_its_number(flags: int, encoded: bytes) -> None:
    """codec.blosc.cname.snappy and its siblings"""
    assert decode(frame(stream(encoded), flags=NO_SPLIT | flags, nbytes=8)) == b"aaaaaaaa"


def test_a_block_is_split_into_a_stream_for_each_byte_of_an_element() -> None:
    """codec.blosc.format: unless it is the last and shorter, or its streams were too short"""
    even, odd = bytes(range(128)), bytes(range(128, 256))
    content = bytes(byte for pair in zip(even, odd, strict=True) for byte in pair)
    split = stream(even) + stream(odd)
    flags = BYTE_SHUFFLE | LZ4
    assert decode(frame(split, flags=flags, typesize=2, nbytes=256)) == content
    whole = stream(even + odd)
    assert decode(frame(whole, flags=flags | NO_SPLIT, typesize=2, nbytes=256)) == content
    short = stream(even[:127] + odd[:127])
    assert decode(frame(short, flags=flags, typesize=2, nbytes=254)) == content[:254]
    rest = stream(content[:2])
    assert (
        decode(frame(split, rest, flags=flags, typesize=2, nbytes=258, blocksize=256))
        == content + content[:2]
    )
    many = stream(content * 17)
    unsplit = frame(many, flags=LZ4, typesize=17, nbytes=256 * 17)
    assert decode(unsplit) == content * 17


@pytest.mark.parametrize(
    ("position", "byte", "requirement", "sentence"),
    [
        (0, 1, "codec.blosc.blosc2_frames", "not that of Blosc 1"),
        (0, 5, "codec.blosc.blosc2_frames", "not that of Blosc 1"),
        (2, 0x08, "codec.blosc.blosc2_frames", "not that of Blosc 1"),
        (1, 2, "codec.blosc.cname", "names no known compressor"),
        (2, 5 << 5, "codec.blosc.cname", "names no known compressor"),
        (3, 0, "codec.blosc.format", "a typesize of 0"),
        (8, 0, "codec.blosc.format", "blocks of 0 of 3 bytes"),
        (8, 4, "codec.blosc.format", "blocks of 4 of 3 bytes"),
        (12, 26, "codec.blosc.trailing_bytes", "ends at byte 26"),
        (12, 28, "codec.blosc.format", "has 27 bytes, but announces 28"),
        (16, 19, "codec.blosc.format", "starts outside of it"),
        (16, 28, "codec.blosc.format", "starts outside of it"),
        (16, 24, "codec.blosc.format", "ends here"),
        (20, 4, "codec.blosc.format", "ends here"),
    ],
)
def test_headers_that_are_none_are_refused(
    position: int, byte: int, requirement: str, sentence: str
) -> None:
    """codec.blosc.blosc2_frames, codec.blosc.trailing_bytes"""
    changed = bytearray(frame(stream(b"abc")))
    assert decode(bytes(changed)) == b"abc"
    changed[position] = byte
    refused(bytes(changed), requirement, sentence)


@pytest.mark.parametrize("size", range(16))
def test_a_frame_shorter_than_its_header_is_refused(size: int) -> None:
    """codec.blosc.format"""
    refused(FRAME[:size], "codec.blosc.format", "ends here")


def test_bytes_after_the_frame_are_refused() -> None:
    """codec.blosc.trailing_bytes"""
    refused(FRAME + b"\0", "codec.blosc.trailing_bytes", "more bytes follow")
    refused(FRAME[:-1], "codec.blosc.format", "but announces")


def test_a_memcpy_frame_holds_as_many_bytes_as_it_says() -> None:
    """codec.blosc.format"""
    for data in (b"ab", b"abcd"):
        sizes = struct.pack("<3I", 3, 3, 16 + len(data))
        broken = bytes([2, 1, MEMCPY, 1]) + sizes + data
        refused(broken, "codec.blosc.format", f"has {len(data)} bytes, and not 3")


@pytest.mark.parametrize(
    ("block", "flags", "nbytes", "requirement", "sentence"),
    [
        (stream(b"\x20a"), LZ4, 3, "codec.blosc.cname.lz4", "the LZ4 block ends here"),
        (stream(b"\x20ab"), LZ4, 4, "codec.blosc.format", "decodes to 2 bytes, 4 are due"),
        (stream(b"\x50abcde"), LZ4, 4, "codec.blosc.format", "decodes to 5 bytes or more"),
        (stream(zlib.compress(b"abc") + b"x"), ZLIB, 3, "codec.blosc.cname.zlib", "after its end"),
    ],
)
def test_streams_that_are_none_are_refused(
    block: bytes, flags: int, nbytes: int, requirement: str, sentence: str
) -> None:
    """codec.blosc.cname.lz4, codec.blosc.format"""
    broken = frame(block, flags=NO_SPLIT | flags, nbytes=nbytes)
    assert refused(broken, requirement, sentence).place.startswith("block 0, ")


def test_a_block_that_cannot_be_split_evenly_is_refused() -> None:
    """codec.blosc.format"""
    split = stream(bytes(128)) + stream(bytes(128))
    refused(frame(split, flags=LZ4, typesize=2, nbytes=257), "codec.blosc.format", "splits a block")


def test_a_table_of_starts_longer_than_the_frame_is_refused() -> None:
    """codec.blosc.format: before anything is taken for a million blocks"""
    header = bytes([2, 1, LZ4, 1]) + struct.pack("<3I", 2**20, 1, 16)
    refused(header, "codec.blosc.format", "ends here, where 4194304 more bytes")


def test_no_more_than_allowed_is_decoded() -> None:
    """codec.decode.length_mismatch"""
    with pytest.raises(LimitExceeded):
        decode(FRAME, limit=3999)
    with pytest.raises(LimitExceeded):
        decode(FRAME, size=4000, limit=3999)
    with pytest.raises(MalformedChunk) as refusal:
        decode(FRAME, size=3999)
    assert refusal.value.requirement == "codec.decode.length_mismatch"


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=1, max_size=400), st.sampled_from([1, 4, 255, 256, 2**40]))
def test_what_is_encoded_is_a_frame_to_c_blosc_too(data: bytes, typesize: int) -> None:
    """codec.blosc.format, codec.blosc.clevel0"""
    codec = BloscCodec.from_configuration({**CONFIGURATION, "typesize": typesize}, "$")
    encoded = codec.encode(data)
    assert bytes(numcodecs.Blosc().decode(encoded)) == data
    assert decode(encoded, len(data)) == data


def test_what_is_encoded_is_the_same_on_every_machine() -> None:
    encoded = "0201 02 04 03000000 03000000 13000000 616263"
    assert CODEC.encode(b"abc") == bytes.fromhex(encoded)
    assert decode(CODEC.encode(b""), 0) == b""


def test_more_bytes_than_a_frame_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blosc, "LARGEST_INPUT", 2)
    assert decode(CODEC.encode(b"ab")) == b"ab"
    with pytest.raises(InvalidRequest, match="3 bytes are too many"):
        CODEC.encode(b"abc")


@pytest.mark.parametrize(
    ("changes", "requirement"),
    [
        ({"cname": "gzip"}, "codec.blosc.cname"),
        ({"cname": None}, "codec.blosc.cname"),
        ({"cname": ["lz4"]}, "codec.blosc.cname"),
        ({"clevel": 10}, "codec.blosc.clevel"),
        ({"clevel": -1}, "codec.blosc.clevel"),
        ({"clevel": "5"}, "codec.blosc.clevel"),
        ({"shuffle": 1}, "codec.blosc.shuffle.values"),
        ({"shuffle": -1}, "codec.blosc.shuffle.values"),
        ({"shuffle": "auto"}, "codec.blosc.shuffle.values"),
        ({"typesize": 0}, "codec.blosc.typesize.positive"),
        ({"typesize": "4"}, "codec.blosc.typesize.positive"),
        ({"blocksize": -1}, "codec.blosc.blocksize"),
        ({"blocksize": None}, "codec.blosc.blocksize"),
        ({"nthreads": 4}, "ext.object.unknown_members"),
    ],
)
def test_other_configurations_are_refused(changes: dict[str, Any], requirement: str) -> None:
    with pytest.raises(InvalidMetadata) as refusal:
        BloscCodec.from_configuration({**CONFIGURATION, **changes}, "$")
    assert refusal.value.requirement == requirement


@pytest.mark.parametrize("name", ["cname", "clevel", "shuffle", "blocksize", "typesize"])
def test_parameters_are_required(name: str) -> None:
    """codec.blosc.required_params, codec.blosc.typesize.required"""
    configuration = {key: value for key, value in CONFIGURATION.items() if key != name}
    with pytest.raises(InvalidMetadata) as refusal:
        BloscCodec.from_configuration(configuration, "$")
    required = "typesize.required" if name == "typesize" else "required_params"
    assert refusal.value.requirement == f"codec.blosc.{required}"


@pytest.mark.parametrize("typesize", [{}, {"typesize": 0}, {"typesize": "none"}])
def test_typesize_is_ignored_where_nothing_is_shuffled(typesize: dict[str, Any]) -> None:
    """codec.blosc.typesize.ignored_noshuffle"""
    configuration = {"cname": "zstd", "clevel": 0, "shuffle": "noshuffle", "blocksize": 0}
    codec = BloscCodec.from_configuration({**configuration, **typesize}, "$")
    assert codec.typesize is None
    assert decode(codec.encode(b"abc")) == b"abc"


def test_the_size_is_not_fixed() -> None:
    """codec.api.encoded_size"""
    assert CODEC.compute_encoded_representation_type(ByteStringType(5), "$") == ByteStringType()


HEADERS = st.builds(
    lambda flags, typesize, nbytes, blocksize, rest: (
        bytes([2, 1, flags, typesize])
        + struct.pack("<3I", nbytes, blocksize, 16 + len(rest))
        + rest
    ),
    st.integers(0, 255),
    st.integers(0, 20),
    st.integers(0, 600),
    st.integers(0, 600),
    st.binary(max_size=60),
)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60) | HEADERS)
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        decoded = decode(data, limit=1000)
    except Refusal:
        return
    assert len(decoded) == int.from_bytes(data[4:8], "little")


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["blosclz", "lz4", "zlib", "zstd"]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_a_changed_frame_is_decoded_or_refused(cname: str, changes: list[tuple[int, int]]) -> None:
    elements = np.frombuffer(CONTENT[:1200], "<u2")
    changed = bytearray(numcodecs.Blosc(cname, 9, 1, 600).encode(elements))
    for position, byte in changes:
        changed[position % len(changed)] = byte
    try:
        decoded = decode(bytes(changed), 1200)
    except Refusal:
        return
    assert len(decoded) <= 1200
