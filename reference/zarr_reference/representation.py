"""The values that move through the codecs, and the types of those values.

The specification's chapter "Codecs" says that the encoded and the decoded representation of a
codec are each either a multi-dimensional array of some shape and data type, or a byte string.
``ArrayType`` and ``ByteStringType`` are these two types; the values themselves are a NumPy array
and ``bytes``.

Elements are opaque. An element is ``item_size`` bytes held in a NumPy array of dtype ``V<size>``,
whose bits nothing interprets: no conversion can touch the payload of a NaN or the sign of a zero.
In memory every element is little-endian; only the ``bytes`` codec knows another order.
"""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Elements: TypeAlias = npt.NDArray[np.void]

Kind: TypeAlias = Literal["bool", "int", "uint", "float", "complex", "raw", "bytes"]


@dataclass(frozen=True)
class DataType:
    """A data type: how many bytes one element takes, and what they mean.

    ``name`` is the identifier in the metadata (``"uint16"``, ``"r24"``; for a Zarr v2 type that v3
    has no name for, the type string such as ``"|S3"``). ``component_size`` is the number of bytes
    to which a byte order applies: 4 for ``complex64``, and 1 where byte order means nothing.
    ``kind`` selects the rules for fill values.
    """

    name: str
    kind: Kind
    item_size: int
    component_size: int

    @property
    def dtype(self) -> np.dtype[np.void]:
        """The NumPy dtype of one opaque element."""
        return np.dtype((np.void, self.item_size))


@dataclass(frozen=True)
class ArrayType:
    """A multi-dimensional array of some shape and data type.

    ``fill_value`` is one element, little-endian: what a codec such as ``sharding_indexed`` puts
    where nothing is stored.
    """

    shape: tuple[int, ...]
    data_type: DataType
    fill_value: bytes

    @property
    def element_count(self) -> int:
        """The product of the lengths: 1 without dimensions, 0 if any length is 0."""
        return math.prod(self.shape)

    @property
    def byte_size(self) -> int:
        """The bytes that the elements take in memory."""
        return self.element_count * self.data_type.item_size

    def filled(self) -> Elements:
        """A new array of this type in which every element is the fill value."""
        return elements_from_bytes(self.fill_value * self.element_count, self)


@dataclass(frozen=True)
class ByteStringType:
    """A byte string; ``size`` is its length where the codecs fix it, otherwise None."""

    size: int | None = None


RepresentationType: TypeAlias = ArrayType | ByteStringType


def elements_from_bytes(data: bytes, array_type: ArrayType) -> Elements:
    """The elements in ``data``, which holds them little-endian and in C order.

    ``data`` has exactly ``array_type.byte_size`` bytes. The result is writable.
    """
    flat = np.frombuffer(bytearray(data), dtype=array_type.data_type.dtype)
    return flat.reshape(array_type.shape)


def elements_to_bytes(elements: Elements) -> bytes:
    """The elements as little-endian bytes in C order."""
    return elements.tobytes(order="C")
