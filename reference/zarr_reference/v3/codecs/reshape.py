"""The ``reshape`` codec: the same elements in the same order, with other dimensions.

https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/reshape
"""

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, TypeAlias

from zarr_reference.errors import InvalidMetadata, LimitExceeded
from zarr_reference.representation import ArrayType, Elements
from zarr_reference.v3.codecs.codec import ArrayToArrayCodec, Configuration
from zarr_reference.v3.codecs.pipeline import MAX_RANK
from zarr_reference.v3.extensions import expect_members
from zarr_reference.v3.json_documents import is_integer, parse_integers, shown

# A size, -1 for the size that is left, or the input dimensions that become this one.
OutputDimension: TypeAlias = int | tuple[int, ...]

REST = -1


@dataclass(frozen=True)
class ReshapeCodec(ArrayToArrayCodec):
    """Dimension ``i`` of the encoded array is as ``shape[i]`` says."""

    name: ClassVar[str] = "reshape"
    shape: tuple[OutputDimension, ...]

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` unless ``shape`` is a list of sizes, -1, and dimensions."""
        expect_members(configuration, place, required={"shape": "codec.reshape.shape.required"})
        document, place = configuration["shape"], f"{place}.shape"
        if not isinstance(document, list):
            sentence = f"this must be an array, not {shown(document)}"
            raise InvalidMetadata("codec.reshape.shape.required", place, sentence)
        shape = tuple(
            _parse_dimension(entry, f"{place}[{position}]")
            for position, entry in enumerate(document)
        )
        # "The special value -1, which must occur at most once".
        if shape.count(REST) > 1:
            sentence = "-1 stands here twice, so that neither size would be known"
            raise InvalidMetadata("codec.reshape.shape.one_minus_one", place, sentence)
        _check_increasing(shape, place)
        return cls(shape)

    def compute_encoded_representation_type(self, decoded: ArrayType, place: str) -> ArrayType:
        """The new shape; the data type and the fill value stay.

        Raises ``InvalidMetadata`` for an array that cannot have it.
        """
        place = f"{place}.configuration.shape"
        if len(self.shape) > MAX_RANK:
            sentence = f"{len(self.shape)} dimensions are too many for NumPy"
            raise LimitExceeded("limit", place, sentence)
        shape = self._encoded_shape(decoded.shape, place)
        for position, entry in enumerate(self.shape):
            if isinstance(entry, tuple) and entry:
                _check_aligned(shape, position, decoded.shape, entry, place)
        return replace(decoded, shape=shape)

    def encode(self, decoded: Elements, decoded_type: ArrayType) -> Elements:
        """The elements in C order, in their new shape."""
        return decoded.reshape(self._encoded_shape(decoded_type.shape, "codecs"))

    def decode(self, encoded: Elements, decoded_type: ArrayType, limit: int) -> Elements:
        """The elements in C order, in their own shape."""
        return encoded.reshape(decoded_type.shape)

    def _encoded_shape(self, decoded: tuple[int, ...], place: str) -> tuple[int, ...]:
        """The size of each output dimension; -1 is deduced from the number of elements."""
        sizes = [_size(entry, decoded, place) for entry in self.shape]
        total = math.prod(decoded)
        if REST in sizes:
            rest = sizes.index(REST)
            others = math.prod(sizes[:rest] + sizes[rest + 1 :])
            sizes[rest] = total // others if others else 0
        # "Implementations MUST return an error if the invariant prod(B_shape) == prod(A_shape)
        # cannot be satisfied."
        if math.prod(sizes) != total:
            sentence = f"{total} elements, of the shape {list(decoded)}, do not fit into {sizes}"
            raise InvalidMetadata("codec.reshape.product", place, sentence)
        return tuple(sizes)


def _parse_dimension(entry: Any, place: str) -> OutputDimension:
    if isinstance(entry, list):
        dimensions = parse_integers(entry, place, "codec.reshape.shape.input_dims")
        if any(dimension < 0 for dimension in dimensions):
            sentence = "dimensions are counted from 0"
            raise InvalidMetadata("codec.reshape.shape.input_dims", place, sentence)
        return dimensions
    # "A positive integer size"; the schema's minimum of -1 lets 0 pass, the text does not.
    if not is_integer(entry) or (entry < 1 and entry != REST):
        sentence = (
            f"this must be a size from 1 on, -1, or an array of dimensions, not {shown(entry)}"
        )
        requirement = "codec.reshape.shape.zero" if entry == 0 else "codec.reshape.shape.size"
        raise InvalidMetadata(requirement, place, sentence)
    return int(entry)


def _check_increasing(shape: tuple[OutputDimension, ...], place: str) -> None:
    """Lists of dimensions in another order would look like a transposition, which is not done."""
    dimensions = [dimension for entry in shape if isinstance(entry, tuple) for dimension in entry]
    # "The flattened list of input dimensions [...] must be in strictly monotonically increasing
    # order".
    if dimensions != sorted(set(dimensions)):
        sentence = f"the input dimensions {dimensions} do not increase"
        raise InvalidMetadata("codec.reshape.dims_increasing", place, sentence)


def _size(entry: OutputDimension, decoded: tuple[int, ...], place: str) -> int:
    if not isinstance(entry, tuple):
        return entry
    # No input dimensions make a dimension of length 1, the product of nothing.
    if entry and entry[-1] >= len(decoded):
        sentence = f"there is no dimension {entry[-1]}, the array here has {len(decoded)}"
        raise InvalidMetadata("codec.reshape.shape.input_dims", place, sentence)
    return math.prod(decoded[dimension] for dimension in entry)


def _check_aligned(
    encoded: tuple[int, ...],
    position: int,
    decoded: tuple[int, ...],
    dimensions: tuple[int, ...],
    place: str,
) -> None:
    """As many elements lie before and after the dimension as before and after those it is made of.

    The page's formula for what lies before lacks a colon: prod(A_shape[input_dims[0]]) would be a
    product of one length; prod(A_shape[:input_dims[0]]) is what the explanation below it needs.
    """
    before, after = encoded[:position], encoded[position + 1 :]
    decoded_before, decoded_after = decoded[: dimensions[0]], decoded[dimensions[-1] + 1 :]
    if math.prod(before) == math.prod(decoded_before) and math.prod(after) == math.prod(
        decoded_after
    ):
        return
    sentence = (
        f"around output dimension {position} are the lengths {list(before)} and {list(after)}, "
        f"but around input dimensions {list(dimensions)} {list(decoded_before)} and "
        f"{list(decoded_after)}"
    )
    raise InvalidMetadata("codec.reshape.dims_aligned", place, sentence)
