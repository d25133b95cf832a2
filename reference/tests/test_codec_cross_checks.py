"""The decoders against other libraries on random data, and the other libraries on what we encode.

numcodecs shares its C libraries with most implementations; zstandard brings its own, and cramjam is
written in Rust. With cramjam, Snappy is held against something too, which numcodecs lacks.
"""

import gzip
import zlib
from collections.abc import Callable

import cramjam
import google_crc32c
import numcodecs
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs.codec import BytesToBytesCodec
from zarr_reference.v3.codecs.compression import lz4, snappy
from zarr_reference.v3.codecs.compression.bounded_output import BoundedOutput
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader
from zarr_reference.v3.codecs.crc32c import Crc32cCodec
from zarr_reference.v3.codecs.gzip import GzipCodec
from zarr_reference.v3.codecs.zstd import ZstdCodec

LIMIT = 2**20
GZIP = GzipCodec.from_configuration({"level": 5}, "$")
ZSTD = ZstdCodec.from_configuration({"level": 5, "checksum": True}, "$")
CRC32C = Crc32cCodec.from_configuration({}, "$")

# Data in which there is something to find: few different bytes, pieces that come again, long runs.
runs = st.builds(
    lambda byte, count: bytes([byte]) * count, st.integers(0, 255), st.integers(0, 300)
)
pieces = st.lists(st.one_of(st.binary(max_size=40), runs), max_size=12)
repetitive = st.builds(lambda parts, again: b"".join(parts * again), pieces, st.integers(1, 4))

ENCODERS: dict[str, tuple[BytesToBytesCodec, Callable[[bytes], bytes]]] = {
    "gzip: standard library": (GZIP, lambda data: gzip.compress(data, 9)),
    "gzip: cramjam": (GZIP, lambda data: bytes(cramjam.gzip.compress(data))),
    "gzip: numcodecs": (GZIP, lambda data: bytes(numcodecs.GZip(6).encode(data))),
    "zstd: zstandard": (ZSTD, zstandard.ZstdCompressor(level=3).compress),
    "zstd: zstandard, high": (
        ZSTD,
        zstandard.ZstdCompressor(level=19, write_checksum=True, write_content_size=False).compress,
    ),
    "zstd: cramjam": (ZSTD, lambda data: bytes(cramjam.zstd.compress(data, level=9))),
    "crc32c: google-crc32c": (
        CRC32C,
        lambda data: data + google_crc32c.value(data).to_bytes(4, "little"),
    ),
}

DECODERS: dict[str, tuple[BytesToBytesCodec, Callable[[bytes], bytes]]] = {
    "gzip: standard library": (GZIP, gzip.decompress),
    "gzip: cramjam": (GZIP, lambda data: bytes(cramjam.gzip.decompress(data))),
    "zstd: zstandard": (
        ZSTD,
        lambda data: zstandard.ZstdDecompressor().decompress(data, max_output_size=LIMIT),
    ),
    "zstd: cramjam": (ZSTD, lambda data: bytes(cramjam.zstd.decompress(data))),
}


@pytest.mark.parametrize("name", ENCODERS)
@settings(max_examples=60, deadline=None)
@given(data=repetitive)
def test_what_others_encode_is_decoded(name: str, data: bytes) -> None:
    codec, encode = ENCODERS[name]
    assert codec.decode(encode(data), ByteStringType(), LIMIT) == data


@pytest.mark.parametrize("name", DECODERS)
@settings(max_examples=60, deadline=None)
@given(data=repetitive)
def test_what_is_encoded_others_decode(name: str, data: bytes) -> None:
    codec, decode = DECODERS[name]
    assert decode(codec.encode(data)) == data


@settings(max_examples=100, deadline=None)
@given(data=repetitive)
def test_snappy_of_cramjam_is_decoded(data: bytes) -> None:
    output = BoundedOutput(LIMIT, len(data))
    encoded = bytes(cramjam.snappy.compress_raw(data))
    snappy.decompress(ByteReader(encoded, "codec.blosc.cname.snappy", "Snappy stream"), output)
    assert bytes(output.data) == data


@settings(max_examples=100, deadline=None)
@given(data=repetitive)
def test_lz4_of_cramjam_is_decoded(data: bytes) -> None:
    output = BoundedOutput(LIMIT, len(data))
    encoded = bytes(cramjam.lz4.compress_block(data, store_size=False))
    lz4.decompress(ByteReader(encoded, "codec.blosc.cname.lz4", "LZ4 block"), output)
    assert bytes(output.data) == data


@settings(max_examples=60, deadline=None)
@given(data=repetitive, level=st.integers(0, 9), window=st.integers(9, 15))
def test_deflate_of_every_window_is_decoded(data: bytes, level: int, window: int) -> None:
    compressor = zlib.compressobj(level, wbits=window + 16)
    encoded = compressor.compress(data) + compressor.flush()
    assert GZIP.decode(encoded, ByteStringType(), LIMIT) == data
