"""The compressors that arrays of Zarr v2 name, as the library numcodecs understands the names.

Each of these formats says by itself how it is decoded, so that only encoding needs the parameters
that stand beside the ``id``. Those that are there are checked, and those that are not have the
defaults of numcodecs.

https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#chunks
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from zarr_reference.errors import InvalidMetadata
from zarr_reference.representation import ByteStringType, DataType
from zarr_reference.v3.codecs.blosc import SHUFFLES, BloscCodec
from zarr_reference.v3.codecs.codec import BytesToBytesCodec, Configuration
from zarr_reference.v3.codecs.compression import zlib_stream
from zarr_reference.v3.codecs.compression.bounded_output import BoundedOutput
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader
from zarr_reference.v3.codecs.configuration import parse_integer
from zarr_reference.v3.codecs.gzip import GzipCodec
from zarr_reference.v3.codecs.zstd import ZstdCodec

# What zlib and gzip do with a level of -1.
ZLIB_DEFAULT_LEVEL = 6

BLOSC_AUTOSHUFFLE = -1


@dataclass(frozen=True)
class ZlibCodec(BytesToBytesCodec):
    """Bytes as a zlib stream, RFC 1950. ``level``, 0 to 9, is a hint to encoders."""

    name: ClassVar[str] = "zlib"
    level: int

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` unless ``level`` is an integer from 0 to 9."""
        requirement = "v2.compressor.zlib"
        level = parse_integer(
            configuration,
            "level",
            place,
            minimum=0,
            maximum=9,
            type_requirement=requirement,
            range_requirement=requirement,
        )
        return cls(level)

    def compute_encoded_representation_type(
        self, decoded: ByteStringType, place: str
    ) -> ByteStringType:
        """A byte string of no fixed size, as of any compressor."""
        return ByteStringType()

    def encode(self, decoded: bytes) -> bytes:
        """A stream of stored blocks: the same bytes on every machine."""
        return zlib_stream.compress(decoded)

    def decode(self, encoded: bytes, decoded_type: ByteStringType, limit: int) -> bytes:
        """What the one stream holds; raises ``MalformedChunk`` if anything comes after it."""
        reader = ByteReader(encoded, "v2.compressor.zlib", "zlib stream")
        output = BoundedOutput(limit, decoded_type.size)
        zlib_stream.decompress(reader, output)
        if reader.remaining:
            raise reader.malformed("has bytes after its end")
        return bytes(output.data)


CODECS: Mapping[str, type[BytesToBytesCodec]] = {
    "blosc": BloscCodec,
    "gzip": GzipCodec,
    "zlib": ZlibCodec,
    "zstd": ZstdCodec,
}

DEFAULTS: Mapping[str, Configuration] = {
    "blosc": {"cname": "lz4", "clevel": 5, "shuffle": 1, "blocksize": 0},
    "gzip": {"level": 1},
    "zlib": {"level": 1},
    "zstd": {"level": 0, "checksum": False},
}


def create_compressor(
    name: str, parameters: Configuration, data_type: DataType, place: str
) -> BytesToBytesCodec:
    """The compressor whose ``id`` is ``name``, one of ``CODECS``; ``place`` is its JSON path.

    Raises ``InvalidMetadata`` if a parameter is malformed. Parameters that are not known here are
    not looked at: the specification defines none.
    """
    known = {key: parameters.get(key, default) for key, default in DEFAULTS[name].items()}
    try:
        return CODECS[name].from_configuration(_as_in_v3(name, known, data_type, place), place)
    except InvalidMetadata as refusal:
        requirement = f"v2.compressor.{name}"
        raise InvalidMetadata(requirement, refusal.place, refusal.sentence) from refusal


def _as_in_v3(
    name: str, parameters: Configuration, data_type: DataType, place: str
) -> dict[str, Any]:
    """What Zarr v3 writes for these parameters: v3/codecs/blosc, "Comparison to Zarr v2"."""
    if name in ("gzip", "zlib") and parameters["level"] == -1:
        return {"level": ZLIB_DEFAULT_LEVEL}
    if name == "blosc":
        # In Zarr v2, typesize is "determined implicitly from the input data".
        typesize = data_type.item_size
        shuffle = _parse_shuffle(parameters, typesize, place)
        return {**parameters, "shuffle": shuffle, "typesize": typesize}
    return dict(parameters)


def _parse_shuffle(parameters: Configuration, typesize: int, place: str) -> str:
    """The name that Zarr v3 gives to what Zarr v2 numbers."""
    requirement = "v2.compressor.blosc"
    mode = parse_integer(
        parameters,
        "shuffle",
        place,
        minimum=BLOSC_AUTOSHUFFLE,
        maximum=len(SHUFFLES) - 1,
        type_requirement=requirement,
        range_requirement=requirement,
    )
    if mode == BLOSC_AUTOSHUFFLE:
        return "bitshuffle" if typesize == 1 else "shuffle"
    return SHUFFLES[mode]
