"""The section "Data type encoding", structured data types: lists of fields.

https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#data-type-encoding
"""

import math
from typing import Any

from zarr_reference.errors import InvalidMetadata, LimitExceeded
from zarr_reference.representation import MAX_ITEM_SIZE, DataType, Field
from zarr_reference.v2.data_types import StoredType, parse_type_string
from zarr_reference.v3.codecs.pipeline import MAX_RANK
from zarr_reference.v3.extension_data_types import struct
from zarr_reference.v3.json_documents import is_integer, parse_lengths, shown

# Each leaf of an element is looked at for itself, and a short document can repeat many.
MAX_LEAVES = 10_000


def parse_data_type(document: Any, place: str) -> StoredType:
    """The type that ``document`` names, a type string or a list of fields, and its byte orders.

    ``place`` is its JSON path. Raises as ``parse_type_string``.
    """
    if _count_leaves(document) > MAX_LEAVES:
        sentence = f"an element has more than {MAX_LEAVES} parts"
        raise LimitExceeded("limit", place, sentence)
    return _parse_data_type(document, place)


def _count_leaves(document: Any) -> int:
    """How many leaves the type has, before anything is made of it; 1 for what is no type."""
    match document:
        case list():
            return sum(map(_count_leaves_of_field, document))
        case _:
            return 1


def _count_leaves_of_field(document: Any) -> int:
    match document:
        case [_, list() as fields, list() as shape] if all(map(is_integer, shape)):
            repetitions: int = math.prod(max(length, 1) for length in shape)
            return _count_leaves(fields) * repetitions
        case [_, list() as fields]:
            return _count_leaves(fields)
        case _:
            return 1


def _parse_data_type(document: Any, place: str) -> StoredType:
    if isinstance(document, str):
        return parse_type_string(document, place)
    if not isinstance(document, list):
        sentence = f"a data type is a string or a list, not {shown(document)}"
        raise InvalidMetadata("v2.array.dtype.required", place, sentence)
    # v2.dtype.struct.list: "a list of lists"
    if not document:
        raise InvalidMetadata("v2.dtype.struct.list", place, "there must be at least one field")
    parsed = [_parse_field(field, f"{place}[{i}]") for i, field in enumerate(document)]
    # v2.dtype.struct.packed: nothing is between the fields; padding is a field like any other.
    data_type = struct.data_type_of([(name, each.data_type) for name, each in parsed], place)
    # v2.dtype.struct.mixed_endian: each field has a byte order of its own.
    fields = zip(data_type.fields, (each for _, each in parsed), strict=True)
    return StoredType(
        data_type,
        tuple(
            (field.offset + offset, leaf)
            for field, stored in fields
            for offset, leaf in stored.big_endian
        ),
    )


def _parse_field(document: Any, place: str) -> tuple[str, StoredType]:
    # v2.dtype.struct.list: "Each sub-list has the form [fieldname, datatype, shape] where shape is
    # optional."
    if not isinstance(document, list) or len(document) not in (2, 3):
        sentence = (
            f"a field is a list of its name, its type and perhaps a shape, not {shown(document)}"
        )
        raise InvalidMetadata("v2.dtype.struct.list", place, sentence)
    name, type_document, *shape = document
    if not isinstance(name, str):
        sentence = f"the name of a field is a string, not {shown(name)}"
        raise InvalidMetadata("v2.dtype.struct.list", f"{place}[0]", sentence)
    # v2.dtype.struct.nested: the type may be a list again. How deep, parse_json has bounded.
    stored = _parse_data_type(type_document, f"{place}[1]")
    return name, _repeated(stored, shape[0], f"{place}[2]") if shape else stored


def _repeated(stored: StoredType, document: Any, place: str) -> StoredType:
    """The type of a subarray: ``stored`` as often as its shape says, in C order."""
    # v2.dtype.struct.subarray: "a list of integers specifying subarray shape"
    requirement = "v2.dtype.struct.subarray"
    shape = parse_lengths(document, place, requirement, minimum=1, minimum_requirement=requirement)
    if len(shape) > MAX_RANK:
        sentence = f"there are {len(shape)} dimensions, NumPy has at most {MAX_RANK}"
        raise LimitExceeded("limit", place, sentence)
    base, count = stored.data_type, math.prod(shape)
    if count * base.item_size > MAX_ITEM_SIZE:
        raise LimitExceeded.of(place, count * base.item_size, MAX_ITEM_SIZE)
    name = f"{base.name}({','.join(map(str, shape))})"
    if not base.fields:
        data_type = DataType(name, base.kind, count * base.item_size, base.component_size)
        return StoredType(data_type, ((0, data_type),) if stored.big_endian else ())
    offsets = [number * base.item_size for number in range(count)]
    fields = tuple(Field(str(number), offset, base) for number, offset in enumerate(offsets))
    return StoredType(
        DataType(name, base.kind, count * base.item_size, base.component_size, fields=fields),
        tuple((start + offset, leaf) for start in offsets for offset, leaf in stored.big_endian),
    )
