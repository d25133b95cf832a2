"""The codecs named ``numcodecs.*``: what the library numcodecs does, under its own names.

https://numcodecs.readthedocs.io/en/stable/

Zarr v2 leaves it to that library what its filters and compressors are. Arrays of Zarr v3 have the
same codecs with ``numcodecs.`` before the name, which no text registers: only ``bitround`` and
``scale_offset`` mention one as their forerunner. ``zarr_reference.v2`` uses these classes too.

A configuration has the library's parameters in the library's spelling; what is absent has the
library's default.
"""

from zarr_reference.v3.codecs.codec import Codec
from zarr_reference.v3.codecs.numcodecs.astype import AsTypeCodec
from zarr_reference.v3.codecs.numcodecs.bitround import NumcodecsBitroundCodec
from zarr_reference.v3.codecs.numcodecs.blosc import NumcodecsBloscCodec
from zarr_reference.v3.codecs.numcodecs.bz2 import Bz2Codec
from zarr_reference.v3.codecs.numcodecs.checksums import (
    Adler32Codec,
    Crc32Codec,
    Fletcher32Codec,
    NumcodecsCrc32cCodec,
)
from zarr_reference.v3.codecs.numcodecs.delta import DeltaCodec
from zarr_reference.v3.codecs.numcodecs.fixedscaleoffset import FixedScaleOffsetCodec
from zarr_reference.v3.codecs.numcodecs.gzip import NumcodecsGzipCodec
from zarr_reference.v3.codecs.numcodecs.jenkins_lookup3 import JenkinsLookup3Codec
from zarr_reference.v3.codecs.numcodecs.lz4 import Lz4Codec
from zarr_reference.v3.codecs.numcodecs.lzma import LzmaCodec
from zarr_reference.v3.codecs.numcodecs.packbits import PackBitsCodec
from zarr_reference.v3.codecs.numcodecs.quantize import QuantizeCodec
from zarr_reference.v3.codecs.numcodecs.shuffle import ShuffleCodec
from zarr_reference.v3.codecs.numcodecs.zlib import ZlibCodec
from zarr_reference.v3.codecs.numcodecs.zstd import NumcodecsZstdCodec

NUMCODECS: dict[str, type[Codec]] = {
    codec.name: codec
    for codec in (
        Adler32Codec,
        AsTypeCodec,
        Bz2Codec,
        Crc32Codec,
        DeltaCodec,
        FixedScaleOffsetCodec,
        Fletcher32Codec,
        JenkinsLookup3Codec,
        Lz4Codec,
        LzmaCodec,
        NumcodecsBitroundCodec,
        NumcodecsBloscCodec,
        NumcodecsCrc32cCodec,
        NumcodecsGzipCodec,
        NumcodecsZstdCodec,
        PackBitsCodec,
        QuantizeCodec,
        ShuffleCodec,
        ZlibCodec,
    )
}
