"""``numcodecs.delta``: the first number, then the difference of each from the one before it.

https://numcodecs.readthedocs.io/en/stable/filter/delta.html
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from zarr_reference.v3.codecs.codec import Configuration
from zarr_reference.v3.codecs.numcodecs.numeric import Numbers, NumericCodec
from zarr_reference.v3.codecs.numcodecs.parameters import parse_element_types, parse_parameters


@dataclass(frozen=True)
class DeltaCodec(NumericCodec):
    """Differences of type ``astype``; integers wrap around in both directions."""

    name: ClassVar[str] = "numcodecs.delta"
    requirement: ClassVar[str] = "v2.filter.delta"

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` unless ``dtype`` and ``astype`` are types."""
        parameters = parse_parameters(configuration, place, {"dtype": None, "astype": None})
        return cls(*parse_element_types(parameters, place, cls.requirement))

    def encode_numbers(self, numbers: Numbers, astype: np.dtype[Any]) -> Numbers:
        """The differences are taken in the type of the numbers, then converted."""
        return np.concatenate([numbers[:1], np.diff(numbers)]).astype(astype)

    def decode_numbers(self, numbers: Numbers, dtype: np.dtype[Any]) -> Numbers:
        """The sum of the differences up to each."""
        return np.cumsum(numbers, out=np.empty(numbers.shape, dtype))
