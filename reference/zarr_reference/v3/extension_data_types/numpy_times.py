"""``numpy.datetime64`` and ``numpy.timedelta64``: how many units of time, as NumPy counts them.

https://github.com/zarr-developers/zarr-extensions/tree/main/data-types/numpy.datetime64
https://github.com/zarr-developers/zarr-extensions/tree/main/data-types/numpy.timedelta64
"""

from typing import Any

from zarr_reference.errors import InvalidMetadata
from zarr_reference.representation import DataType
from zarr_reference.v3.extensions import Extension, expect_members
from zarr_reference.v3.json_documents import is_integer, shown

NAMES = ("numpy.datetime64", "numpy.timedelta64")

UNITS = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "μs", "ns", "ps", "fs", "as", "generic")

MAX_SCALE_FACTOR = 2**31 - 1

# dtype.numpy.datetime64.nat: "The smallest 64-bit signed integer, i.e., -2^63, represents a
# non-temporal value called "Not a Time", or NaT."
NOT_A_TIME = -(2**63)


def parse_data_type(extension: Extension, place: str) -> DataType:
    """The type that counts in units of ``scale_factor`` times ``unit``.

    Its name is that of NumPy: ``numpy.datetime64[10us]``, and ``numpy.datetime64[us]`` for a scale
    factor of 1. Raises ``InvalidMetadata``.
    """
    requirement = f"dtype.{extension.name}"
    configuration = extension.required_configuration(f"{requirement}.configuration.required", place)
    place = f"{place}.configuration"
    expect_members(
        configuration,
        place,
        required={
            "unit": f"{requirement}.unit.required",
            "scale_factor": f"{requirement}.scale_factor.required",
        },
        unknown=f"{requirement}.no_extra",
    )
    unit, scale_factor = configuration["unit"], configuration["scale_factor"]
    if unit not in UNITS:
        raise InvalidMetadata(
            f"{requirement}.unit.values",
            f"{place}.unit",
            f"{shown(unit)} is none of the units {', '.join(UNITS)}",
        )
    # dtype.numpy.datetime64.scale_factor.range: "an integer from the inclusive range
    # [1, 2147483647]"
    if not is_integer(scale_factor) or not 1 <= scale_factor <= MAX_SCALE_FACTOR:
        raise InvalidMetadata(
            f"{requirement}.scale_factor.range",
            f"{place}.scale_factor",
            f"{shown(scale_factor)} is no integer from 1 to {MAX_SCALE_FACTOR}",
        )
    # dtype.numpy.datetime64.unit.us_mu: "us" and "μs" are equivalent.
    unit = unit.replace("μ", "u")
    scale = "" if scale_factor == 1 else str(scale_factor)
    # dtype.numpy.datetime64.storage_int64: it is stored as a signed 64-bit integer is.
    return DataType(f"{extension.name}[{scale}{unit}]", "time", 8, 8)


def parse_fill_value(document: Any, data_type: DataType, place: str) -> bytes:
    """The number of units, or ``"NaT"``, as a 64-bit integer; raises ``InvalidMetadata``."""
    # dtype.numpy.datetime64.fill.nat
    if document == "NaT":
        document = NOT_A_TIME
    # dtype.numpy.datetime64.fill.number: "a JSON number with no fraction or exponent part that is
    # within the range [-2^63, 2^63 - 1]"
    if not is_integer(document) or not -(2**63) <= document < 2**63:
        identifier = data_type.name.partition("[")[0]
        raise InvalidMetadata(
            f"dtype.{identifier}.fill.number",
            place,
            f'{shown(document)} is neither "NaT" nor an integer of 64 bits',
        )
    return document.to_bytes(8, "little", signed=True)


def fill_value_to_json(fill_value: bytes) -> Any:
    """The inverse of ``parse_fill_value``."""
    number = int.from_bytes(fill_value, "little", signed=True)
    return "NaT" if number == NOT_A_TIME else number
