"""``numcodecs.quantize``: floats with so many decimal digits, and zeros in the bits behind them.

https://numcodecs.readthedocs.io/en/stable/filter/quantize.html
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from zarr_reference.v3.codecs.codec import Configuration
from zarr_reference.v3.codecs.configuration import parse_integer
from zarr_reference.v3.codecs.numcodecs.numeric import Numbers, NumericCodec
from zarr_reference.v3.codecs.numcodecs.parameters import parse_element_types, parse_parameters

# 10 to a higher power is no float64.
MOST_DIGITS = 307


@dataclass(frozen=True)
class QuantizeCodec(NumericCodec):
    """Floats rounded to a multiple of a power of two not above ``10**-digits``."""

    name: ClassVar[str] = "numcodecs.quantize"
    requirement: ClassVar[str] = "v2.filters.no_registry"
    kinds: ClassVar[tuple[str, ...]] = ("float",)
    digits: int

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` unless digits is an integer, dtype and astype are types."""
        parameters = parse_parameters(
            configuration,
            place,
            {"dtype": None, "astype": None},
            required={"digits": cls.requirement},
        )
        digits = parse_integer(
            parameters,
            "digits",
            place,
            minimum=-MOST_DIGITS,
            maximum=MOST_DIGITS,
            type_requirement=cls.requirement,
            range_requirement=cls.requirement,
        )
        return cls(*parse_element_types(parameters, place, cls.requirement), digits)

    def encode_numbers(self, numbers: Numbers, astype: np.dtype[Any]) -> Numbers:
        """Rounded half to even."""
        scale = 2.0 ** math.ceil(math.log2(10.0**self.digits))
        return np.asarray(np.around(scale * numbers) / scale).astype(astype)

    def decode_numbers(self, numbers: Numbers, dtype: np.dtype[Any]) -> Numbers:
        """The digits that are gone do not come back."""
        return numbers.astype(dtype)
