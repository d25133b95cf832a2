"""The codecs, one module each, and the pipeline that applies them."""

from zarr_reference.v3.codecs.bitround import BitroundCodec
from zarr_reference.v3.codecs.blosc import BloscCodec
from zarr_reference.v3.codecs.bytes import BytesCodec
from zarr_reference.v3.codecs.cast_value import CastValueCodec
from zarr_reference.v3.codecs.codec import (
    ArrayToArrayCodec,
    ArrayToBytesCodec,
    BytesToBytesCodec,
    Codec,
)
from zarr_reference.v3.codecs.conditional import ConditionalCodec
from zarr_reference.v3.codecs.crc32c import Crc32cCodec
from zarr_reference.v3.codecs.gzip import GzipCodec
from zarr_reference.v3.codecs.n5_default import N5DefaultCodec
from zarr_reference.v3.codecs.numcodecs import NUMCODECS
from zarr_reference.v3.codecs.packbits import PackbitsCodec
from zarr_reference.v3.codecs.pipeline import CODECS, CodecPipeline, parse_codecs
from zarr_reference.v3.codecs.reshape import ReshapeCodec
from zarr_reference.v3.codecs.scale_offset import ScaleOffsetCodec
from zarr_reference.v3.codecs.sharding_indexed import ShardingIndexedCodec
from zarr_reference.v3.codecs.transpose import TransposeCodec
from zarr_reference.v3.codecs.vlen import VlenBytesCodec, VlenUtf8Codec
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
            BitroundCodec,
            BloscCodec,
            BytesCodec,
            CastValueCodec,
            ConditionalCodec,
            Crc32cCodec,
            GzipCodec,
            N5DefaultCodec,
            PackbitsCodec,
            ReshapeCodec,
            ScaleOffsetCodec,
            ShardingIndexedCodec,
            TransposeCodec,
            VlenBytesCodec,
            VlenUtf8Codec,
            ZstdCodec,
        )
    }
)
CODECS.update(NUMCODECS)
