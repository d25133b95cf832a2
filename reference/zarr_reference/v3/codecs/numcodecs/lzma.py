"""``numcodecs.lzma``: bytes as an xz file, or in the older formats of LZMA.

https://numcodecs.readthedocs.io/en/stable/compression/lzma.html

The parameters are those of ``lzma.compress`` in Python's standard library, numbers included, and
that library encodes and decodes here.
"""

import lzma
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from zarr_reference.errors import InvalidMetadata, InvalidRequest, LimitExceeded
from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs.codec import BytesToBytesCodec, Configuration
from zarr_reference.v3.codecs.numcodecs.parameters import parse_parameters
from zarr_reference.v3.codecs.numcodecs.streams import Decompressor, decompress_streams
from zarr_reference.v3.json_documents import is_integer, shown

_REQUIREMENT = "v2.compressor.lzma"

# What the highest preset uses; the format allows 4 GiB.
LARGEST_DICTIONARY = 2**26
DECODER_MEMORY = LARGEST_DICTIONARY + 2**20

_CHECKS = (-1, lzma.CHECK_NONE, lzma.CHECK_CRC32, lzma.CHECK_CRC64, lzma.CHECK_SHA256)
_FORMATS = (lzma.FORMAT_AUTO, lzma.FORMAT_XZ, lzma.FORMAT_ALONE, lzma.FORMAT_RAW)
_ENCODABLE = (lzma.FORMAT_XZ, lzma.FORMAT_ALONE, lzma.FORMAT_RAW)


@dataclass(frozen=True)
class LzmaCodec(BytesToBytesCodec):
    """Bytes in ``format``. ``filters`` are needed to decode only where the format is raw."""

    name: ClassVar[str] = "numcodecs.lzma"
    format: int
    filters: list[dict[str, Any]] | None

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` for a malformed parameter, ``LimitExceeded`` for a dictionary
        of more than 64 MiB.
        """
        defaults = {"format": lzma.FORMAT_XZ, "check": -1, "preset": None, "filters": None}
        parameters = parse_parameters(configuration, place, defaults)
        _check_number(parameters, "format", _FORMATS, place)
        _check_number(parameters, "check", _CHECKS, place)
        presets = (*range(10), *(preset | lzma.PRESET_EXTREME for preset in range(10)))
        if parameters["preset"] is not None:
            _check_number(parameters, "preset", presets, place)
        filters = parameters["filters"]
        if filters is not None or parameters["format"] == lzma.FORMAT_RAW:
            _check_filters(filters, f"{place}.filters")
        return cls(parameters["format"], filters)

    def compute_encoded_representation_type(
        self, decoded: ByteStringType, place: str
    ) -> ByteStringType:
        """A byte string of no fixed size, as of any compressor."""
        return ByteStringType()

    def encode(self, decoded: bytes) -> bytes:
        """The bytes compressed, for which versions of the library may find different ways.

        Raises ``InvalidRequest`` if the format only says how to decode.
        """
        if self.format not in _ENCODABLE:
            sentence = "format 0 tells formats apart, and is none itself; use 1, 2 or 3"
            raise InvalidRequest("request", "chunk", sentence)
        preset = 0 if self.filters is None else None
        try:
            return lzma.compress(decoded, self.format, preset=preset, filters=self.filters)
        except (ValueError, lzma.LZMAError) as error:
            raise InvalidRequest("request", "chunk", f"LZMA cannot do this: {error}") from error

    def decode(self, encoded: bytes, decoded_type: ByteStringType, limit: int) -> bytes:
        """The content of all streams, one after the other."""
        return decompress_streams(
            encoded, self._decompressor, "LZMA stream", _REQUIREMENT, decoded_type, limit
        )

    def _decompressor(self) -> Decompressor:
        if self.format == lzma.FORMAT_RAW:
            return lzma.LZMADecompressor(self.format, filters=self.filters)
        return lzma.LZMADecompressor(self.format, memlimit=DECODER_MEMORY)


def _check_number(
    parameters: Mapping[str, Any], name: str, allowed: tuple[int, ...], place: str
) -> None:
    """``True`` is 1 to Python, but not to JSON."""
    value = parameters[name]
    if not is_integer(value) or value not in allowed:
        sentence = f"{shown(value)} is no {name} of LZMA"
        raise InvalidMetadata(_REQUIREMENT, f"{place}.{name}", sentence)


def _check_filters(filters: Any, place: str) -> None:
    """Only the library knows which filters there are and how they can be combined: so ask it."""
    if not isinstance(filters, list) or not all(isinstance(each, dict) for each in filters):
        sentence = f"this must be a list of filters, not {shown(filters)}"
        raise InvalidMetadata(_REQUIREMENT, place, sentence)
    for each in filters:
        size = each.get("dict_size", 0)
        if is_integer(size) and size > LARGEST_DICTIONARY:
            raise LimitExceeded.of(f"{place}, dictionary", size, LARGEST_DICTIONARY)
    try:
        lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    except (ValueError, TypeError, OverflowError, lzma.LZMAError) as error:
        sentence = f"LZMA has no such filters: {error}"
        raise InvalidMetadata(_REQUIREMENT, place, sentence) from error
