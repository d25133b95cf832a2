"""The values that move through the codecs, and the types of those values.

The specification's chapter "Codecs" says that the encoded and the decoded representation of a
codec are each either a multi-dimensional array of some shape and data type, or a byte string.
``ArrayType`` and ``ByteStringType`` are these two types; the values themselves are a NumPy array
and ``bytes``.

Elements are opaque. An element is ``item_size`` bytes held in a NumPy array of dtype ``V<size>``,
whose bits nothing interprets: no conversion can touch the payload of a NaN or the sign of a zero.
In memory every element is little-endian; only the ``bytes`` codec knows another order. A type that
has no whole number of bytes, such as ``int4``, takes the next; the upper bits are then zero.

Where elements are of any length (``string``, ``bytes``), the array holds references to objects of
Python's ``bytes``: the bytes of a byte string, or those of a string in UTF-8.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Elements: TypeAlias = npt.NDArray[np.void | np.object_]

Kind: TypeAlias = Literal[
    "bool",
    "int",
    "uint",
    "float",
    "complex",
    "raw",
    "bytes",
    "time",
    "utf32",
    "struct",
    "structured",
    "string",
    "byte string",
]


# NumPy holds the size of an element in a signed 32-bit integer.
MAX_ITEM_SIZE = 2**31 - 1

# What an element of any length takes in an array of references to elements.
REFERENCE_SIZE = 8


@dataclass(frozen=True)
class DataType:
    """A data type: how many bytes one element takes, and what they mean.

    ``name`` is the identifier in the metadata (``"uint16"``, ``"r24"``; for a Zarr v2 type that v3
    has no name for, the type string such as ``"|S3"``). Of a type with a configuration the
    parameters follow in brackets (``"numpy.datetime64[10us]"``), so that the name says all.
    ``component_size`` is the number of bytes to which a byte order applies: 4 for ``complex64``,
    and 1 where byte order means nothing. ``kind`` selects the rules for fill values.
    ``padding_bits`` are the upper bits of each component that are no part of the element: 4 for
    ``int4``. ``fields`` are those of a struct, whose ``component_size`` is its widest field's.
    """

    name: str
    kind: Kind
    item_size: int
    component_size: int
    padding_bits: int = 0
    fields: tuple["Field", ...] = ()

    @property
    def has_variable_length(self) -> bool:
        """Whether each element has a length of its own; ``item_size`` is that of a reference."""
        return self.kind in ("string", "byte string")

    @property
    def dtype(self) -> np.dtype[np.void | np.object_]:
        """The NumPy dtype of one opaque element."""
        if self.has_variable_length:
            return np.dtype(object)
        return np.dtype((np.void, self.item_size))

    @property
    def value_bits(self) -> int:
        """How many bits of each component are part of the element: 4 for ``int4``."""
        return 8 * self.component_size - self.padding_bits

    def leaves(self, offset: int = 0) -> "Iterator[Leaf]":
        """The types that are no structs, each with its byte offset in the element.

        Of a struct these are its fields, and their fields, in order; any other type is its own
        only leaf.
        """
        if not self.fields:
            yield offset, self
        for field in self.fields:
            yield from field.data_type.leaves(offset + field.offset)


# A type that is no struct, after the byte offset of its place in an element.
Leaf: TypeAlias = tuple[int, DataType]


@dataclass(frozen=True)
class Field:
    """A field of a struct. ``offset`` is the place of its first byte in the element."""

    name: str
    offset: int
    data_type: DataType


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
        """The bytes that the elements take in memory; of any length, the references to them."""
        return self.element_count * self.data_type.item_size

    def filled(self) -> Elements:
        """A new array of this type in which every element is the fill value."""
        if not self.data_type.has_variable_length:
            return elements_from_bytes(self.fill_value * self.element_count, self)
        return elements_from_items([self.fill_value] * self.element_count, self)

    def is_filled(self, elements: Elements) -> bool:
        """Whether every element is the fill value, bit for bit."""
        if not self.data_type.has_variable_length:
            return elements_to_bytes(elements) == self.fill_value * self.element_count
        return all(item == self.fill_value for item in items_of(elements))


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


def elements_from_items(items: Sequence[bytes], array_type: ArrayType) -> Elements:
    """The elements in ``items``, in C order, of a type whose elements are of any length."""
    elements = np.empty(len(items), object)
    elements[:] = items
    return elements.reshape(array_type.shape)


def items_of(elements: Elements) -> Iterator[bytes]:
    """The elements one by one in C order, of a type whose elements are of any length."""
    yield from elements.flat


def size_of_items(elements: Elements) -> int:
    """The bytes that elements of any length take besides the references to them; 0 for others."""
    return sum(map(len, items_of(elements))) if elements.dtype.hasobject else 0


def byte_swapped(data: bytes, data_type: DataType, only: Iterable[Leaf] | None = None) -> bytes:
    """The elements in ``data``, with the bytes of each component in the reverse order.

    ``only`` are the leaves of the type to which this is done, if not to all.
    """
    items = np.frombuffer(bytearray(data), np.uint8).reshape(-1, data_type.item_size)
    for offset, leaf in data_type.leaves() if only is None else only:
        field = items[:, offset : offset + leaf.item_size]
        count = leaf.item_size // leaf.component_size
        components = field.reshape(len(items), count, leaf.component_size)
        field[:] = components[:, :, ::-1].reshape(field.shape)
    return items.tobytes()
