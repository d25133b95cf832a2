"""The ``transpose`` codec: the dimensions of the chunk in another order.

https://zarr-specs.readthedocs.io/en/latest/v3/codecs/transpose/
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from zarr_reference.errors import InvalidMetadata
from zarr_reference.representation import ArrayType, Elements
from zarr_reference.v3.codecs.codec import ArrayToArrayCodec, Configuration
from zarr_reference.v3.extensions import expect_members
from zarr_reference.v3.json_documents import parse_integers


@dataclass(frozen=True)
class TransposeCodec(ArrayToArrayCodec):
    """Dimension ``i`` of the encoded array is dimension ``order[i]`` of the decoded one."""

    name: ClassVar[str] = "transpose"
    order: tuple[int, ...]

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` unless ``order`` is a list that permutes 0, 1, ..., n-1."""
        expect_members(
            configuration,
            place,
            required={"order": "codec.transpose.order.required"},
            unknown="codec.transpose.schema",
        )
        order, place = configuration["order"], f"{place}.order"
        # Before ZEP 1 was accepted, "C" and "F" were allowed (change log of the page).
        if order in ("C", "F"):
            sentence = f'"{order}" is no longer allowed, list the dimensions'
            raise InvalidMetadata("codec.transpose.order.no_CF", place, sentence)
        order = parse_integers(order, place, "codec.transpose.order.integers")
        if sorted(order) != list(range(len(order))):
            sentence = "this is no permutation of 0, 1, ..., n-1"
            raise InvalidMetadata("codec.transpose.order.permutation", place, sentence)
        return cls(order)

    def compute_encoded_representation_type(self, decoded: ArrayType, place: str) -> ArrayType:
        """The shape permuted; the data type and the fill value stay."""
        # n is the rank of what enters this codec, which another codec may have changed.
        if len(self.order) != len(decoded.shape):
            sentence = (
                f"{len(self.order)} dimensions are listed, "
                f"but the array here has {len(decoded.shape)}"
            )
            place = f"{place}.configuration.order"
            raise InvalidMetadata("codec.transpose.order.rank", place, sentence)
        return replace(decoded, shape=tuple(decoded.shape[axis] for axis in self.order))

    def encode(self, decoded: Elements, decoded_type: ArrayType) -> Elements:
        """A view of the array with its dimensions permuted."""
        return decoded.transpose(self.order)

    def decode(self, encoded: Elements, decoded_type: ArrayType, limit: int) -> Elements:
        """A view with the dimensions put back by the inverse permutation."""
        return encoded.transpose(np.argsort(self.order).tolist())
