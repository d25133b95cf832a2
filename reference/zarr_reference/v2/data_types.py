"""The section "Data type encoding": NumPy's type strings, such as ``<i2`` and ``|S12``.

A type string is a byte order, a kind and a number of bytes. The byte order belongs to the stored
bytes, not to the elements, so it leaves the data type here and enters the ``bytes`` codec: ``>i2``
is the data type ``int16`` of Zarr v3, stored big-endian.

https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#data-type-encoding
"""

import re
from typing import Any

from zarr_reference.errors import InvalidMetadata, LimitExceeded, UnknownExtension
from zarr_reference.representation import MAX_ITEM_SIZE, DataType
from zarr_reference.v3.data_types import CORE_DATA_TYPES
from zarr_reference.v3.json_documents import shown

BYTE_ORDERS = {"<": "little", ">": "big", "|": None}

# The kinds that the section lists, with the requirement that each of them is read.
KINDS = {
    "b": "v2.dtype.kind.b",
    "i": "v2.dtype.kind.i",
    "u": "v2.dtype.kind.u",
    "f": "v2.dtype.kind.f",
    "c": "v2.dtype.kind.c",
    "m": "v2.dtype.kind.timedelta",
    "M": "v2.dtype.kind.datetime",
    "S": "v2.dtype.kind.S",
    "U": "v2.dtype.kind.U",
    "V": "v2.dtype.kind.V",
    # Not in the list, but often met: Python objects, which only a filter can decode.
    "O": "v2.dtype.object_kind",
}

NUMERIC = {
    "b1": "bool",
    "i1": "int8",
    "i2": "int16",
    "i4": "int32",
    "i8": "int64",
    "u1": "uint8",
    "u2": "uint16",
    "u4": "uint32",
    "u8": "uint64",
    "f2": "float16",
    "f4": "float32",
    "f8": "float64",
    "c8": "complex64",
    "c16": "complex128",
}

_TYPE_STRING = re.compile(r"([<>|])([a-zA-Z])([1-9][0-9]{0,19})?(\[[^\]]*\])?")


def parse_data_type(document: Any, place: str) -> tuple[DataType, str | None]:
    """The data type that ``document`` names, and the byte order it is stored in.

    The byte order is ``"little"``, ``"big"``, or None where it means nothing. ``place`` is the JSON
    path of ``document``. Raises ``InvalidMetadata`` if it is no type string, ``UnknownExtension``
    for a type that the specification lists but the reference does not read.
    """
    if isinstance(document, list):
        sentence = "the reference does not read structured data types"
        raise UnknownExtension("v2.dtype.struct.list", place, sentence)
    if not isinstance(document, str):
        sentence = f"a data type is a string or a list, not {shown(document)}"
        raise InvalidMetadata("v2.array.dtype.required", place, sentence)
    order, kind, size = _parse_type_string(document, place)
    if f"{kind}{size}" in NUMERIC:
        data_type = CORE_DATA_TYPES[NUMERIC[f"{kind}{size}"]]
    elif kind in ("S", "V") and size:
        data_type = _parse_fixed_length(kind, size, place)
    else:
        sentence = f"the reference does not read the data type {shown(document)}"
        raise UnknownExtension(KINDS[kind], place, sentence)
    return data_type, _parse_byte_order(order, data_type, place)


def _parse_type_string(text: str, place: str) -> tuple[str, str, str]:
    # v2.dtype.byteorder.required: "The byte order MUST be specified", so there is no default.
    if text[:1] in KINDS:
        sentence = f"{shown(text)} does not start with a byte order: write <, > or | before it"
        raise InvalidMetadata("v2.dtype.byteorder.required", place, sentence)
    # v2.dtype.byteorder.values: NumPy's "=", the order of the machine, is not in the list.
    if text[:1] not in BYTE_ORDERS:
        sentence = f"{shown(text)} does not start with <, > or |"
        raise InvalidMetadata("v2.dtype.byteorder.values", place, sentence)
    match = _TYPE_STRING.fullmatch(text)
    # v2.dtype.typestr: a byte order, a kind and a number of bytes
    if match is None or match[2] not in KINDS:
        sentence = f"{shown(text)} is not a byte order, a kind and a number of bytes, as in <f8"
        raise InvalidMetadata("v2.dtype.typestr", place, sentence)
    order, kind, size, unit = match.groups(default="")
    # v2.dtype.datetime.unit: these two kinds have a unit, and no other has
    if (kind in ("m", "M")) != bool(unit):
        sentence = f"{shown(text)}: the kinds m and M need a unit in brackets, the others have none"
        raise InvalidMetadata("v2.dtype.datetime.unit", place, sentence)
    if not size and kind != "O":
        sentence = f"{shown(text)} does not say how many bytes an element has"
        raise InvalidMetadata("v2.dtype.typestr", place, sentence)
    return order, kind, size


def _parse_fixed_length(kind: str, size: str, place: str) -> DataType:
    if int(size) > MAX_ITEM_SIZE:
        sentence = f"an element of {size} bytes is too large, {MAX_ITEM_SIZE} are allowed"
        raise LimitExceeded("limit", place, sentence)
    if kind == "S":
        return DataType(f"|S{size}", "bytes", int(size), 1)
    # What V holds is "a fixed-size chunk of memory": the raw bits of Zarr v3.
    return DataType(f"r{8 * int(size)}", "raw", int(size), 1)


def _parse_byte_order(order: str, data_type: DataType, place: str) -> str | None:
    # v2.dtype.byteorder.na: | is for types to which an order does not apply. The text does not say
    # that such a type has to have it, so that <u1 is a way to write |u1.
    if data_type.component_size == 1:
        return None
    if BYTE_ORDERS[order] is None:
        sentence = f'| leaves open in which order the bytes of "{data_type.name}" are stored'
        raise InvalidMetadata("v2.dtype.byteorder.na", place, sentence)
    return BYTE_ORDERS[order]
