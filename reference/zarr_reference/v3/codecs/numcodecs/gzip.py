"""``numcodecs.gzip``: what the codec ``gzip`` does, with the parameters of numcodecs.

https://numcodecs.readthedocs.io/en/stable/compression/gzip.html
"""

from dataclasses import dataclass
from typing import ClassVar, Self

from zarr_reference.v3.codecs.codec import Configuration
from zarr_reference.v3.codecs.gzip import GzipCodec
from zarr_reference.v3.codecs.numcodecs.parameters import parse_level, parse_parameters


@dataclass(frozen=True)
class NumcodecsGzipCodec(GzipCodec):
    """Bytes as a gzip file. ``level``, -1 to 9, is a hint to encoders; -1 leaves it to zlib."""

    name: ClassVar[str] = "numcodecs.gzip"

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` unless ``level`` is an integer from -1 to 9."""
        parameters = parse_parameters(configuration, place, {"level": 1})
        return cls(parse_level(parameters, place, "v2.compressor.gzip", -1, 9))
