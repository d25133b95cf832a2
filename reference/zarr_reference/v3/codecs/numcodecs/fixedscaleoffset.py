"""``numcodecs.fixedscaleoffset``: numbers less an offset, times a scale, rounded to integers.

https://numcodecs.readthedocs.io/en/stable/filter/fixedscaleoffset.html
https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/scale_offset

The page of the codec ``scale_offset`` describes it in a section on its own history, and has the
decoder convert to ``dtype`` first and calculate then. The library, whose behaviour it summarizes,
calculates first: integers in float64, and floats in their own type. That is what is done here.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Self

import numpy as np

from zarr_reference.errors import InvalidMetadata
from zarr_reference.v3.codecs.codec import Configuration
from zarr_reference.v3.codecs.numcodecs.numeric import Numbers, NumericCodec
from zarr_reference.v3.codecs.numcodecs.parameters import parse_element_types, parse_parameters
from zarr_reference.v3.ieee754 import BINARY64
from zarr_reference.v3.json_documents import is_integer, shown

_FIELDS = "codec.numcodecs.fixedscaleoffset.fields"


@dataclass(frozen=True)
class FixedScaleOffsetCodec(NumericCodec):
    """Numbers stored as ``round((number - offset) * scale)``."""

    name: ClassVar[str] = "numcodecs.fixedscaleoffset"
    requirement: ClassVar[str] = _FIELDS
    offset: float
    scale: float

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` unless there are two numbers, and types if anything."""
        parameters = parse_parameters(
            configuration,
            place,
            {"dtype": None, "astype": None},
            required={"offset": _FIELDS, "scale": _FIELDS},
        )
        dtype, astype = parse_element_types(parameters, place, cls.requirement)
        offset, scale = (_parse_number(parameters, name, place) for name in ("offset", "scale"))
        if scale == 0:
            raise InvalidMetadata(_FIELDS, f"{place}.scale", "nothing can be divided by 0")
        return cls(dtype, astype, offset, scale)

    def encode_numbers(self, numbers: Numbers, astype: np.dtype[Any]) -> Numbers:
        """Rounded half to even, and converted."""
        return np.asarray(np.around((numbers - self.offset) * self.scale)).astype(astype)

    def decode_numbers(self, numbers: Numbers, dtype: np.dtype[Any]) -> Numbers:
        """Divided, moved back, and converted: fractions are cut off if ``dtype`` is an integer."""
        return (numbers / self.scale + self.offset).astype(dtype)


def _parse_number(parameters: Configuration, name: str, place: str) -> float:
    """The parameter ``name`` as float64, the type of numbers in Python."""
    value = parameters[name]
    if not is_integer(value) and not isinstance(value, Decimal):
        sentence = f"this must be a number, not {shown(value)}"
        raise InvalidMetadata(_FIELDS, f"{place}.{name}", sentence)
    return BINARY64.value(BINARY64.round(value))
