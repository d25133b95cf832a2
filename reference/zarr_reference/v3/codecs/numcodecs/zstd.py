"""``numcodecs.zstd``: what the codec ``zstd`` does; numcodecs has a default level.

https://numcodecs.readthedocs.io/en/stable/compression/zstd.html
"""

from dataclasses import dataclass
from typing import ClassVar, Self

from zarr_reference.v3.codecs.codec import Configuration
from zarr_reference.v3.codecs.numcodecs.parameters import parse_parameters
from zarr_reference.v3.codecs.zstd import ZstdCodec


@dataclass(frozen=True)
class NumcodecsZstdCodec(ZstdCodec):
    """Bytes as a Zstandard frame."""

    name: ClassVar[str] = "numcodecs.zstd"

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` for an unknown or malformed parameter."""
        defaults = {"level": 0, "checksum": False}
        return super().from_configuration(parse_parameters(configuration, place, defaults), place)
