"""``numcodecs.astype``: numbers converted to another type.

https://numcodecs.readthedocs.io/en/stable/filter/astype.html
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from zarr_reference.v3.codecs.codec import Configuration
from zarr_reference.v3.codecs.numcodecs.numeric import Numbers, NumericCodec
from zarr_reference.v3.codecs.numcodecs.parameters import parse_element_types, parse_parameters


@dataclass(frozen=True)
class AsTypeCodec(NumericCodec):
    """Numbers of type ``decode_dtype``, stored as numbers of type ``encode_dtype``."""

    name: ClassVar[str] = "numcodecs.astype"
    requirement: ClassVar[str] = "v2.filter.astype"
    kinds: ClassVar[tuple[str, ...]] = ("bool", "int", "uint", "float")

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` unless ``encode_dtype`` is a type, and ``decode_dtype``."""
        parameters = parse_parameters(
            configuration,
            place,
            {"decode_dtype": None},
            required={"encode_dtype": cls.requirement},
        )
        names = ("decode_dtype", "encode_dtype")
        return cls(*parse_element_types(parameters, place, cls.requirement, names))

    def encode_numbers(self, numbers: Numbers, astype: np.dtype[Any]) -> Numbers:
        """As NumPy converts: integers wrap around, and fractions are cut off."""
        return numbers.astype(astype)

    def decode_numbers(self, numbers: Numbers, dtype: np.dtype[Any]) -> Numbers:
        """As NumPy converts."""
        return numbers.astype(dtype)
