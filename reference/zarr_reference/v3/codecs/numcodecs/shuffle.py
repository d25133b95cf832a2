"""``numcodecs.shuffle``: the first bytes of all elements, then their second bytes, and so on.

https://numcodecs.readthedocs.io/en/stable/filter/shuffle.html
"""

from dataclasses import dataclass
from typing import ClassVar, Self

from zarr_reference.errors import InvalidRequest, MalformedChunk
from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs.codec import BytesToBytesCodec, Configuration
from zarr_reference.v3.codecs.compression.shuffle import byte_unshuffle
from zarr_reference.v3.codecs.configuration import parse_integer
from zarr_reference.v3.codecs.numcodecs.parameters import parse_parameters

_REQUIREMENT = "v2.filter.shuffle"


@dataclass(frozen=True)
class ShuffleCodec(BytesToBytesCodec):
    """Bytes in another order, for elements of ``elementsize`` bytes."""

    name: ClassVar[str] = "numcodecs.shuffle"
    elementsize: int

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` unless ``elementsize`` is a size."""
        parameters = parse_parameters(configuration, place, {"elementsize": 4})
        elementsize = parse_integer(
            parameters,
            "elementsize",
            place,
            minimum=1,
            type_requirement=_REQUIREMENT,
            range_requirement=_REQUIREMENT,
        )
        return cls(elementsize)

    def compute_encoded_representation_type(
        self, decoded: ByteStringType, place: str
    ) -> ByteStringType:
        """As many bytes as before."""
        return decoded

    def encode(self, decoded: bytes) -> bytes:
        """Shuffled; raises ``InvalidRequest`` unless the bytes are whole elements."""
        if len(decoded) % self.elementsize:
            sentence = f"{len(decoded)} bytes are no elements of {self.elementsize} bytes"
            raise InvalidRequest("request", "chunk", sentence)
        # A transposition of rows and columns is undone by that of columns and rows.
        count = len(decoded) // self.elementsize
        return byte_unshuffle(decoded, count) if decoded else decoded

    def decode(self, encoded: bytes, decoded_type: ByteStringType, limit: int) -> bytes:
        """In order again; raises ``MalformedChunk`` unless the bytes are whole elements."""
        if len(encoded) % self.elementsize:
            sentence = f"{len(encoded)} bytes are no elements of {self.elementsize} bytes"
            raise MalformedChunk(_REQUIREMENT, f"byte {len(encoded)}", sentence)
        return byte_unshuffle(encoded, self.elementsize)
