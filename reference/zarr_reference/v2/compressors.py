"""The codecs from bytes to bytes that arrays of Zarr v2 name, as the library numcodecs knows them.

Each is the codec ``numcodecs.*`` of Zarr v3 with the same parameters; only ``blosc`` also looks at
the elements. Compressed data say by themselves how they are decoded, so that the parameters of most
compressors are for encoders alone.

https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#chunks
"""

from collections.abc import Mapping

from zarr_reference.errors import InvalidMetadata
from zarr_reference.v3.codecs.blosc import SHUFFLES, BloscCodec
from zarr_reference.v3.codecs.codec import BytesToBytesCodec, Configuration
from zarr_reference.v3.codecs.configuration import parse_integer
from zarr_reference.v3.codecs.numcodecs import NUMCODECS

PREFIX = "numcodecs."

BYTES_CODECS: Mapping[str, type[BytesToBytesCodec]] = {
    name.removeprefix(PREFIX): codec
    for name, codec in NUMCODECS.items()
    if issubclass(codec, BytesToBytesCodec)
}

# The parameters of codecs that can do without any to decode: further ones are not looked at, since
# the specification defines none.
FOR_ENCODERS: Mapping[str, tuple[str, ...]] = {
    "blosc": ("cname", "clevel", "shuffle", "blocksize"),
    "bz2": ("level",),
    "gzip": ("level",),
    "lz4": ("acceleration",),
    "zlib": ("level",),
    "zstd": ("level", "checksum"),
}

BLOSC_DEFAULTS = {"cname": "lz4", "clevel": 5, "shuffle": 1, "blocksize": 0}
BLOSC_AUTOSHUFFLE = -1

REQUIREMENTS = {
    **{name: f"v2.compressor.{name}" for name in ("blosc", "bz2", "gzip", "lz4", "lzma", "zlib")},
    "zstd": "v2.compressor.zstd",
    **{
        name: f"v2.filter.{name}"
        for name in (
            "adler32",
            "astype",
            "crc32",
            "delta",
            "fixedscaleoffset",
            "fletcher32",
            "packbits",
            "shuffle",
            "vlen-bytes",
            "vlen-utf8",
        )
    },
}


def requirement_of(name: str) -> str:
    """What a codec breaks that is malformed. Of most, the text does not even have an example."""
    return REQUIREMENTS.get(name, "v2.filters.no_registry")


def create_bytes_codec(
    name: str, document: Configuration, item_size: int, place: str
) -> BytesToBytesCodec:
    """The codec whose ``id`` is ``name``, one of ``BYTES_CODECS``; ``place`` is its JSON path.

    ``item_size`` is that of the array's elements. Raises ``InvalidMetadata`` if a parameter is
    malformed.
    """
    known = FOR_ENCODERS.get(name, tuple(document))
    parameters = {key: document[key] for key in known if key in document and key != "id"}
    try:
        if name == "blosc":
            return _create_blosc({**BLOSC_DEFAULTS, **parameters}, item_size, place)
        return BYTES_CODECS[name].from_configuration(parameters, place)
    except InvalidMetadata as refusal:
        raise InvalidMetadata(requirement_of(name), refusal.place, refusal.sentence) from refusal


def _create_blosc(parameters: Configuration, item_size: int, place: str) -> BytesToBytesCodec:
    """What Zarr v3 has for these parameters: v3/codecs/blosc, "Comparison to Zarr v2"."""
    # In Zarr v2, typesize is "determined implicitly from the input data".
    shuffle = _parse_shuffle(parameters, item_size, place)
    return BloscCodec.from_configuration(
        {**parameters, "shuffle": shuffle, "typesize": item_size}, place
    )


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
