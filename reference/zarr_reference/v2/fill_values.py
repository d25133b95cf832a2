"""The section "Fill value encoding": one element, written in JSON.

The section prescribes the forms of NaN and the infinities, and Base64 for fixed-length strings and
structured types. For everything else it is silent, and what is read here is what can have only one
meaning.

https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#fill-value-encoding
"""

from decimal import Decimal
from typing import Any

from zarr_reference.errors import InvalidMetadata
from zarr_reference.representation import DataType, byte_swapped
from zarr_reference.v2.data_types import StoredType
from zarr_reference.v3 import fill_values
from zarr_reference.v3.elements import first_flaw
from zarr_reference.v3.extension_data_types.variable_length import parse_base64, parse_string
from zarr_reference.v3.json_documents import is_integer, shown

# v2.fill.float.specials
SPECIAL_FLOATS = ("NaN", "Infinity", "-Infinity")

# Beyond this no integer type has values, so that no number has to be written out to be refused.
_BEYOND_INTEGERS = 2**64


def parse_fill_value(document: Any, stored: StoredType, place: str) -> bytes | None:
    """The element that ``document`` denotes: ``item_size`` bytes of its data type, little-endian.

    None if ``document`` is null. ``document`` is a value from ``parse_json``, ``place`` its JSON
    path. Raises ``InvalidMetadata`` if it denotes no element of that type.
    """
    data_type = stored.data_type
    # v2.array.fill_value.null: "or null if no fill_value is to be used"
    if document is None:
        return None
    match data_type.kind:
        case "bytes" | "raw" | "struct":
            return _parse_packed(document, stored, place)
        case "string" | "byte string":
            return _parse_object(document, data_type, place)
        case "float":
            _check_special(document, place)
            return _parse_number(document, data_type, place, "v2.fill.float.number")
        case "complex":
            return _parse_complex(document, data_type, place)
        case "bool":
            return _parse_number(_bool(document), data_type, place, "v2.fill.bool")
        # v2.fill.datetime, v2.fill.unicode: the text is silent; Zarr v3 has what is met.
        case "time":
            return _parse_number(document, data_type, place, "v2.fill.datetime")
        case "utf32":
            return _parse_number(document, data_type, place, "v2.fill.unicode")
        case _:
            return _parse_number(_integer(document), data_type, place, "v2.fill.int.float_token")


def _parse_number(document: Any, data_type: DataType, place: str, requirement: str) -> bytes:
    """What Zarr v3 makes of ``document``, under the requirement of Zarr v2."""
    try:
        return fill_values.parse_fill_value(document, data_type, place)
    except InvalidMetadata as refusal:
        raise InvalidMetadata(requirement, refusal.place, refusal.sentence) from refusal


def _check_special(document: Any, place: str) -> None:
    # v2.fill.float.specials: these three strings; the hexadecimal numbers came with Zarr v3.
    if isinstance(document, str) and document not in SPECIAL_FLOATS:
        sentence = f'{shown(document)} is none of "NaN", "Infinity" and "-Infinity"'
        raise InvalidMetadata("v2.fill.float.specials", place, sentence)


def _parse_complex(document: Any, data_type: DataType, place: str) -> bytes:
    # v2.fill.complex: the text is silent; the pair of Zarr v3 is also what is written for v2.
    if isinstance(document, list):
        for i, component in enumerate(document):
            _check_special(component, f"{place}[{i}]")
    return _parse_number(document, data_type, place, "v2.fill.complex")


def _bool(document: Any) -> Any:
    # v2.fill.bool: the text is silent; 0 and 1 are met beside false and true.
    is_number = isinstance(document, int | Decimal)
    return bool(document) if is_number and document in (0, 1) else document


def _integer(document: Any) -> Any:
    # v2.fill.int.float_token: the text asks for "a scalar value" and is silent on its spelling;
    # 0.0 is common for integers, and it is an integer. 0.5 is none.
    if not isinstance(document, Decimal) or not -_BEYOND_INTEGERS < document < _BEYOND_INTEGERS:
        return document
    return int(document) if document == int(document) else document


# What is written in Base64, and the requirement that it is.
BASE64 = {
    "bytes": "v2.fill.bytes.base64",
    "raw": "v2.fill.void.base64",
    "struct": "v2.fill.struct.base64",
}


def _parse_packed(document: Any, stored: StoredType, place: str) -> bytes:
    """The bytes of an element as a chunk has them."""
    data_type, requirement = stored.data_type, BASE64[stored.data_type.kind]
    value = parse_base64(document, place, requirement)
    # A fixed-length string ends at its trailing zeros, so that writers leave them out; the bytes of
    # a V have no such end.
    if data_type.kind == "bytes":
        value = value.ljust(data_type.item_size, b"\0")
    if len(value) != data_type.item_size:
        sentence = f"{len(value)} bytes are here, {data_type.item_size} are due"
        raise InvalidMetadata(requirement, place, sentence)
    element = byte_swapped(value, data_type, stored.big_endian)
    flaw = first_flaw(element, data_type)
    if flaw is not None:
        raise InvalidMetadata(requirement, f"{place}, byte {flaw.byte}", flaw.sentence)
    return element


def _parse_object(document: Any, data_type: DataType, place: str) -> bytes | None:
    """A string, or a byte string in Base64, as byte strings of a fixed length are."""
    # The text does not know objects. Where nobody chose a fill value for them, zarr-python 2 wrote
    # 0; that is no string, so it is taken for no fill value.
    if is_integer(document) and document == 0:
        return None
    requirement = "v2.dtype.object_kind"
    if data_type.kind == "string":
        return parse_string(document, place, requirement)
    return parse_base64(document, place, requirement)
