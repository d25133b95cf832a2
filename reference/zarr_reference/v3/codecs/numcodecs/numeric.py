"""What codecs have in common that compute with numbers as NumPy does: delta, astype and others.

https://numcodecs.readthedocs.io/en/stable/filter/

Elsewhere elements are opaque. These codecs were never described but by their implementation, which
calculates with NumPy's types and rounds and wraps as NumPy does; so this is what happens here.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt

from zarr_reference.errors import InvalidMetadata
from zarr_reference.representation import (
    ArrayType,
    DataType,
    Elements,
    elements_from_bytes,
    elements_to_bytes,
)
from zarr_reference.v3.codecs.codec import ArrayToArrayCodec
from zarr_reference.v3.codecs.numcodecs.parameters import ElementType

Numbers: TypeAlias = npt.NDArray[Any]

_TYPE_CODES = {"bool": "b", "int": "i", "uint": "u", "float": "f", "complex": "c"}


def numpy_type(data_type: DataType) -> np.dtype[Any]:
    """The type that NumPy calculates with, little-endian as all elements in memory."""
    return np.dtype(f"<{_TYPE_CODES[data_type.kind]}{data_type.item_size}")


@dataclass(frozen=True)
class NumericCodec(ArrayToArrayCodec):
    """Numbers of type ``dtype``, stored as numbers of type ``astype``.

    Without a ``dtype`` it is that of the array, and without an ``astype`` it is ``dtype``.
    """

    requirement: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]] = ("int", "uint", "float")
    dtype: ElementType | None
    astype: ElementType | None

    @abstractmethod
    def encode_numbers(self, numbers: Numbers, astype: np.dtype[Any]) -> Numbers:
        """The numbers to store, of type ``astype``; both arrays have one dimension."""

    @abstractmethod
    def decode_numbers(self, numbers: Numbers, dtype: np.dtype[Any]) -> Numbers:
        """The stored numbers as numbers of type ``dtype``; both arrays have one dimension."""

    def compute_encoded_representation_type(self, decoded: ArrayType, place: str) -> ArrayType:
        """The same shape with the type ``astype``; the fill value as it would be stored alone."""
        dtype, astype = self._types(decoded.data_type)
        place = f"{place}.configuration"
        for data_type in (dtype, astype):
            if data_type.kind not in self.kinds:
                sentence = f'"{self.name}" does not compute with "{data_type.name}"'
                raise InvalidMetadata(self.requirement, place, sentence)
        # The library looks at the elements as if they were of type dtype, whatever they are.
        if dtype.item_size != decoded.data_type.item_size:
            sentence = (
                f'dtype is "{dtype.name}", but the elements here are "{decoded.data_type.name}"'
            )
            raise InvalidMetadata(self.requirement, place, sentence)
        fill = self._encoded(decoded.fill_value, dtype, astype)
        return ArrayType(decoded.shape, astype, fill)

    def encode(self, decoded: Elements, decoded_type: ArrayType) -> Elements:
        """The elements encoded in C order."""
        dtype, astype = self._types(decoded_type.data_type)
        data = self._encoded(elements_to_bytes(decoded), dtype, astype)
        return elements_from_bytes(data, ArrayType(decoded_type.shape, astype, b""))

    def decode(self, encoded: Elements, decoded_type: ArrayType, limit: int) -> Elements:
        """The elements decoded in C order."""
        dtype, astype = self._types(decoded_type.data_type)
        stored = np.frombuffer(elements_to_bytes(encoded), numpy_type(astype))
        # NumPy warns of overflow and of NaN where integers are due, and goes on.
        with np.errstate(all="ignore"):
            decoded = self.decode_numbers(stored, numpy_type(dtype))
        return elements_from_bytes(decoded.tobytes(), decoded_type)

    def _types(self, data_type: DataType) -> tuple[DataType, DataType]:
        """The types of the decoded and of the encoded elements, for an array of ``data_type``."""
        dtype = self.dtype.data_type if self.dtype else data_type
        return dtype, self.astype.data_type if self.astype else dtype

    def _encoded(self, data: bytes, dtype: DataType, astype: DataType) -> bytes:
        numbers = np.frombuffer(data, numpy_type(dtype))
        with np.errstate(all="ignore"):
            return self.encode_numbers(numbers, numpy_type(astype)).tobytes()
