"""The section "Data type encoding": NumPy's type strings, such as ``<i2``, and lists of fields.

A type string is a byte order, a kind and a number of bytes. The byte order belongs to the stored
bytes, not to the elements, so it leaves the data type here: ``>i2`` is the data type ``int16`` of
Zarr v3, stored big-endian. Every type that v3 has a name for has that name; only byte strings of a
fixed length, such as ``|S12``, keep their type string.

https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#data-type-encoding
"""

import re
from dataclasses import dataclass
from typing import Any

from zarr_reference.errors import InvalidMetadata, LimitExceeded, UnknownExtension
from zarr_reference.representation import MAX_ITEM_SIZE, DataType, Leaf
from zarr_reference.v3.data_types import CORE_DATA_TYPES
from zarr_reference.v3.extension_data_types.fixed_length_utf32 import CODE_UNIT_SIZE
from zarr_reference.v3.extension_data_types.numpy_times import MAX_SCALE_FACTOR
from zarr_reference.v3.json_documents import shown

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

TIMES = {"m8": "numpy.timedelta64", "M8": "numpy.datetime64"}

# The units of NumPy's documentation, to which the section refers. "us" can be spelled with a mu.
MU = "\u03bc"
UNITS = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", f"{MU}s", "ns", "ps", "fs", "as")

_TYPE_STRING = re.compile(r"([<>|])([a-zA-Z])([1-9][0-9]{0,19})?(\[[^\]]*\])?")
_UNIT = re.compile(rf"\[([1-9][0-9]{{0,9}})?({'|'.join(UNITS)})\]")


@dataclass(frozen=True)
class StoredType:
    """A data type, and which of its leaves are stored big-endian; all others are little-endian."""

    data_type: DataType
    big_endian: tuple[Leaf, ...] = ()


def parse_type_string(text: str, place: str) -> StoredType:
    """The type that a type string names; ``place`` is its JSON path.

    Raises ``InvalidMetadata`` if it is no type string, ``LimitExceeded`` for elements that NumPy
    cannot hold, and ``UnknownExtension`` for a type that is not read here.
    """
    order, kind, size, unit = _parts(text, place)
    if f"{kind}{size}" in NUMERIC:
        data_type = CORE_DATA_TYPES[NUMERIC[f"{kind}{size}"]]
    elif f"{kind}{size}" in TIMES:
        data_type = DataType(f"{TIMES[f'{kind}{size}']}{_parse_unit(unit, place)}", "time", 8, 8)
    elif kind in ("S", "U", "V"):
        data_type = _parse_fixed_length(kind, size, place)
    else:
        # Among them f16, whose 16 bytes mean something else on every machine.
        sentence = f"the reference does not read the data type {shown(text)} here"
        raise UnknownExtension(KINDS[kind], place, sentence)
    return StoredType(data_type, _parse_byte_order(order, data_type, place))


def is_object(document: Any) -> bool:
    """Whether a data type is that of Python objects, which are what a filter makes of them."""
    return isinstance(document, str) and re.fullmatch("[<>|]O[0-9]*", document) is not None


def _parts(text: str, place: str) -> tuple[str, str, str, str]:
    # v2.dtype.byteorder.required: "The byte order MUST be specified", so there is no default.
    if text[:1] in KINDS:
        sentence = f"{shown(text)} does not start with a byte order: write <, > or | before it"
        raise InvalidMetadata("v2.dtype.byteorder.required", place, sentence)
    # v2.dtype.byteorder.values: NumPy's "=", the order of the machine, is not in the list.
    if text[:1] not in ("<", ">", "|"):
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
    return order, kind, size, unit


def _parse_unit(text: str, place: str) -> str:
    """The unit in its brackets, with a multiple if there is one: ``[ns]``, ``[10us]``."""
    match = _UNIT.fullmatch(text)
    # The text does not mention multiples, which NumPy writes in the same place.
    if match is None or int(match[1] or 1) > MAX_SCALE_FACTOR:
        sentence = f"{shown(text)} is none of the units {', '.join(UNITS)}, and no multiple of one"
        raise InvalidMetadata("v2.dtype.datetime.unit", place, sentence)
    multiple, unit = match.groups(default="")
    return f"[{'' if multiple == '1' else multiple}{unit.replace(MU, 'u')}]"


def _parse_fixed_length(kind: str, size: str, place: str) -> DataType:
    # v2.dtype.kind.U: the text has a number of bytes, NumPy one of code points; "following the
    # NumPy array protocol type string", as every array that there is.
    length = int(size) * (CODE_UNIT_SIZE if kind == "U" else 1)
    if length > MAX_ITEM_SIZE:
        raise LimitExceeded.of(f"{place}, an element", length, MAX_ITEM_SIZE)
    match kind:
        case "S":
            return DataType(f"|S{length}", "bytes", length, 1)
        case "U":
            return DataType(f"fixed_length_utf32[{length}]", "utf32", length, CODE_UNIT_SIZE)
    # What V holds is "a fixed-size chunk of memory": the raw bits of Zarr v3.
    return DataType(f"r{8 * length}", "raw", length, 1)


def _parse_byte_order(order: str, data_type: DataType, place: str) -> tuple[Leaf, ...]:
    # v2.dtype.byteorder.na: | is for types to which an order does not apply. The text does not say
    # that such a type has to have it, so that <u1 is a way to write |u1.
    if data_type.component_size == 1:
        return ()
    if order == "|":
        sentence = f'| leaves open in which order the bytes of "{data_type.name}" are stored'
        raise InvalidMetadata("v2.dtype.byteorder.na", place, sentence)
    return ((0, data_type),) if order == ">" else ()
