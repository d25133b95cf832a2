"""The codecs, one module each, and the pipeline that applies them."""

from zarr_reference.v3.codecs.blosc import BloscCodec
from zarr_reference.v3.codecs.bytes import BytesCodec
from zarr_reference.v3.codecs.codec import (
    ArrayToArrayCodec,
    ArrayToBytesCodec,
    BytesToBytesCodec,
    Codec,
)
from zarr_reference.v3.codecs.crc32c import Crc32cCodec
from zarr_reference.v3.codecs.gzip import GzipCodec
from zarr_reference.v3.codecs.numcodecs import NUMCODECS
from zarr_reference.v3.codecs.pipeline import CODECS, CodecPipeline, parse_codecs
from zarr_reference.v3.codecs.sharding_indexed import ShardingIndexedCodec
from zarr_reference.v3.codecs.transpose import TransposeCodec
from zarr_reference.v3.codecs.zstd import ZstdCodec

__all__ = [
    "CODECS",
    "ArrayToArrayCodec",
    "ArrayToBytesCodec",
    "BytesToBytesCodec",
    "Codec",
    "CodecPipeline",
    "parse_codecs",
]

CODECS.update(
    {
        codec.name: codec
        for codec in (
            BloscCodec,
            BytesCodec,
            Crc32cCodec,
            GzipCodec,
            ShardingIndexedCodec,
            TransposeCodec,
            ZstdCodec,
        )
    }
)
CODECS.update(NUMCODECS)
