"""``numcodecs.blosc``: what the codec ``blosc`` does, with the parameters of numcodecs.

https://numcodecs.readthedocs.io/en/stable/compression/blosc.html

The kinds of shuffle are numbers here, and there is no ``typesize``: the library takes it from what
it is given to encode. A decoder needs neither, for both are in the frame.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

from zarr_reference.v3.codecs.blosc import SHUFFLES, BloscCodec
from zarr_reference.v3.codecs.codec import Configuration
from zarr_reference.v3.codecs.configuration import parse_integer
from zarr_reference.v3.codecs.numcodecs.parameters import parse_parameters

# Bits of single bytes, and bytes of anything longer.
AUTOSHUFFLE = -1


@dataclass(frozen=True)
class NumcodecsBloscCodec(BloscCodec):
    """Bytes as a Blosc frame."""

    name: ClassVar[str] = "numcodecs.blosc"

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` for an unknown or malformed parameter.

        The type size is 1, as of bytes of which nothing more is known.
        """
        defaults = {"cname": "lz4", "clevel": 5, "shuffle": 1, "blocksize": 0}
        parameters = parse_parameters(configuration, place, defaults)
        shuffle = parse_integer(
            parameters,
            "shuffle",
            place,
            minimum=AUTOSHUFFLE,
            maximum=len(SHUFFLES) - 1,
            type_requirement="v2.compressor.blosc",
            range_requirement="v2.compressor.blosc",
        )
        name = "bitshuffle" if shuffle == AUTOSHUFFLE else SHUFFLES[shuffle]
        return super().from_configuration({**parameters, "shuffle": name, "typesize": 1}, place)
