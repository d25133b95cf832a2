"""What the configurations of the numcodecs codecs have in common: defaults, integers, type strings.

https://numcodecs.readthedocs.io/en/stable/

A configuration has the parameters of the codec's class in the library numcodecs. One that is not
there, or null where the class takes None, has the default of that class.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zarr_reference.errors import InvalidMetadata
from zarr_reference.representation import DataType
from zarr_reference.v3.codecs.codec import Configuration
from zarr_reference.v3.codecs.configuration import parse_integer
from zarr_reference.v3.data_types import CORE_DATA_TYPES
from zarr_reference.v3.extensions import expect_members
from zarr_reference.v3.json_documents import shown

BYTE_ORDERS = {"<": "little", ">": "big"}
KINDS = {"b": "bool", "i": "int", "u": "uint", "f": "float", "c": "complex"}


@dataclass(frozen=True)
class ElementType:
    """A data type as a parameter names it.

    ``byte_order`` is ``"little"``, ``"big"`` or None. Zarr v3 leaves byte orders to the codec
    ``bytes``; in Zarr v2 what a filter writes has the byte order of its type string.
    """

    data_type: DataType
    byte_order: str | None


def parse_parameters(
    configuration: Configuration,
    place: str,
    defaults: Mapping[str, Any],
    required: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Every parameter with its value, or its default where it is absent.

    ``required`` maps parameters without a default to the requirement that their absence breaks.
    Raises ``InvalidMetadata`` for a parameter that is missing or unknown.
    """
    expect_members(configuration, place, required, optional=tuple(defaults))
    return {**defaults, **configuration}


def parse_level(
    parameters: Mapping[str, Any], place: str, requirement: str, minimum: int, maximum: int
) -> int:
    """The parameter ``level``, an integer from ``minimum`` to ``maximum``."""
    return parse_integer(
        parameters,
        "level",
        place,
        minimum=minimum,
        maximum=maximum,
        type_requirement=requirement,
        range_requirement=requirement,
    )


def parse_element_type(value: Any, place: str, requirement: str) -> ElementType:
    """The type that ``value`` names: a type string of Zarr v2 such as ``"<i4"``, or ``"int32"``.

    The library passes either to NumPy, and the documented examples have names. Raises
    ``InvalidMetadata`` for anything but a bool or a number.
    """
    match = (
        re.fullmatch("([<>|=]?)([biufc])([0-9]{1,2})", value) if isinstance(value, str) else None
    )
    name = value
    if match is not None:
        kind = KINDS[match[2]]
        name = kind if kind == "bool" else f"{kind}{8 * int(match[3])}"
    if not isinstance(name, str) or name not in CORE_DATA_TYPES:
        sentence = f'this must be the type of a number, such as "<i4", not {shown(value)}'
        raise InvalidMetadata(requirement, place, sentence)
    return ElementType(CORE_DATA_TYPES[name], BYTE_ORDERS.get(match[1]) if match else None)


def parse_element_types(
    parameters: Mapping[str, Any],
    place: str,
    requirement: str,
    names: tuple[str, str] = ("dtype", "astype"),
) -> tuple[ElementType | None, ElementType | None]:
    """The types of the decoded and of the encoded elements; None for one that is not given."""
    decoded, encoded = (
        None
        if parameters[name] is None
        else parse_element_type(parameters[name], f"{place}.{name}", requirement)
        for name in names
    )
    return decoded, encoded
