"""``struct``, elements with named fields, and ``structured``, its older name.

https://github.com/zarr-developers/zarr-extensions/tree/main/data-types/struct
https://github.com/zarr-developers/zarr-extensions/tree/main/data-types/structured

Arrays that were written before ``struct`` was registered may differ in three ways: fields are
pairs, the fill value is base64, and the ``bytes`` codec has no ``endian``. The last is for that
codec to know; it sees the kind ``structured``.
"""

import base64
import binascii
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from zarr_reference.errors import InvalidMetadata, LimitExceeded
from zarr_reference.representation import MAX_ITEM_SIZE, DataType, Field, Kind, byte_swapped
from zarr_reference.v3.elements import first_flaw, without_padding
from zarr_reference.v3.extensions import Extension, expect_members
from zarr_reference.v3.json_documents import shown

NAMES = ("struct", "structured")


def parse_data_type(
    extension: Extension, place: str, parse_field_type: Callable[[Any, str], DataType]
) -> DataType:
    """The type of elements with these fields, each of a type that ``parse_field_type`` knows.

    It is named with its fields: ``struct["x":float32,"y":int16]``, also where it was called
    ``structured``. Raises ``InvalidMetadata``, and ``LimitExceeded`` for an element that NumPy
    cannot hold.
    """
    configuration = extension.required_configuration("dtype.struct.configuration.required", place)
    place = f"{place}.configuration"
    expect_members(configuration, place, required={"fields": "dtype.struct.fields.required"})
    kind: Kind = "structured" if extension.name == "structured" else "struct"
    place = f"{place}.fields"
    types = []
    for name, document, field_place in _parse_fields(configuration["fields"], kind, place):
        types.append((name, parse_field_type(document, field_place)))
        _check_fixed_size(types[-1][1], field_place)
    return data_type_of(types, place, kind)


def data_type_of(
    types: Sequence[tuple[str, DataType]], place: str, kind: Kind = "struct"
) -> DataType:
    """The type with fields of these names and types, one after the other; at least one."""
    names = [name for name, _ in types]
    # dtype.struct.bytes.packed: "No padding bytes are inserted between fields"
    offsets = [0, *itertools.accumulate(each.item_size for _, each in types)]
    # dtype.struct.bytes.size: "the sum of the encoded sizes of all fields"
    item_size = offsets.pop()
    if item_size > MAX_ITEM_SIZE:
        raise LimitExceeded.of(place, item_size, MAX_ITEM_SIZE)
    return DataType(
        f"struct[{','.join(f'{json.dumps(name)}:{each.name}' for name, each in types)}]",
        kind,
        item_size,
        max(each.component_size for _, each in types),
        fields=tuple(map(Field, names, offsets, (each for _, each in types))),
    )


def _parse_fields(documents: Any, kind: Kind, place: str) -> Iterator[tuple[str, Any, str]]:
    """For each field its name, its data type, which is not parsed yet, and the place of that."""
    if not isinstance(documents, list):
        raise InvalidMetadata(
            "dtype.struct.fields.required",
            place,
            f"this must be an array of fields, not {shown(documents)}",
        )
    # dtype.struct.fields.nonempty: "The "fields" array MUST contain at least one field."
    if not documents:
        raise InvalidMetadata("dtype.struct.fields.nonempty", place, "there must be a field")
    names = set()
    for position, document in enumerate(documents):
        field = _parse_field(document, kind, f"{place}[{position}]")
        # dtype.struct.fields.name.duplicates_rejected: "Implementations MUST reject struct types
        # with duplicate field names."
        if field[0] in names:
            raise InvalidMetadata(
                "dtype.struct.fields.name.duplicates_rejected",
                f"{place}[{position}]",
                f"there is another field {shown(field[0])} before",
            )
        names.add(field[0])
        yield field


def _parse_field(document: Any, kind: Kind, place: str) -> tuple[str, Any, str]:
    # dtype.structured.tuples: "2-element arrays [field_name, field_dtype]"
    if kind == "structured" and isinstance(document, list) and len(document) == 2:
        name, type_document = document
        name_place, type_place = f"{place}[0]", f"{place}[1]"
    elif isinstance(document, dict):
        requirement = "dtype.struct.fields.required"
        expect_members(document, place, required={"name": requirement, "data_type": requirement})
        name, type_document = document["name"], document["data_type"]
        name_place, type_place = f"{place}.name", f"{place}.data_type"
    else:
        raise InvalidMetadata(
            "dtype.struct.fields.required",
            place,
            f"a field is an object with a name and a data_type, not {shown(document)}",
        )
    # dtype.struct.fields.name.nonempty: "A non-empty string that identifies the field."
    if not isinstance(name, str) or not name:
        raise InvalidMetadata(
            "dtype.struct.fields.name.nonempty",
            name_place,
            f"a name is a string that is not empty, not {shown(name)}",
        )
    return name, type_document, type_place


def _check_fixed_size(data_type: DataType, place: str) -> None:
    # dtype.struct.fields.data_type.no_variable: "Variable-length data types (e.g. "string") MUST
    # NOT be used as field types".
    if data_type.has_variable_length:
        raise InvalidMetadata(
            "dtype.struct.fields.data_type.no_variable",
            place,
            f"elements of {shown(data_type.name)} have no fixed size, as those of a field must",
        )


def parse_fill_value(
    document: Any,
    data_type: DataType,
    place: str,
    parse_field: Callable[[Any, DataType, str], bytes],
) -> bytes:
    """The fill values of the fields, one after the other; raises ``InvalidMetadata``."""
    # dtype.struct.fill.object: "a JSON object mapping each field name to its fill value"
    if not isinstance(document, dict):
        raise InvalidMetadata(
            "dtype.struct.fill.object",
            place,
            f"this must be an object with a value for each field, not {shown(document)}",
        )
    names = [field.name for field in data_type.fields]
    # dtype.struct.fill.complete: "Every field defined in the struct type MUST have a corresponding
    # entry in the fill value object."
    for name in names:
        if name not in document:
            sentence = f"there is no value for the field {shown(name)}"
            raise InvalidMetadata("dtype.struct.fill.complete", place, sentence)
    # dtype.struct.fill.extra: nothing is said of entries without a field.
    expect_members(document, place, optional=tuple(names), unknown="dtype.struct.fill.extra")
    element = b""
    for field in data_type.fields:
        # dtype.struct.fill.nested: a field that is a struct has an object in turn.
        field_place = f"{place}[{shown(field.name)}]"
        try:
            element += parse_field(document[field.name], field.data_type, field_place)
        # dtype.struct.fill.valid: "Each field's value MUST be a valid fill value for that field's
        # data type."
        except InvalidMetadata as error:
            raise InvalidMetadata("dtype.struct.fill.valid", error.place, error.sentence) from error
    return element


def parse_packed_fill_value(
    text: str, data_type: DataType, endian: str | None, place: str
) -> bytes:
    """The element of a ``structured`` type that ``text`` holds in base64.

    ``endian`` is that of the ``bytes`` codec. Raises ``InvalidMetadata``.
    """
    requirement = "dtype.structured.fill_base64"
    try:
        packed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidMetadata(requirement, place, f"{shown(text)} is not base64") from error
    if len(packed) != data_type.item_size:
        sentence = f"{len(packed)} bytes are in it, an element has {data_type.item_size}"
        raise InvalidMetadata(requirement, place, sentence)
    # "The byte order of these packed bytes follows the endian parameter of the bytes codec, or
    # little-endian if endian is absent."
    element = byte_swapped(packed, data_type) if endian == "big" else packed
    flaw = first_flaw(element, data_type)
    if flaw is not None:
        raise InvalidMetadata(requirement, f"{place}, byte {flaw.byte}", flaw.sentence)
    return without_padding(element, data_type)


def fill_value_to_json(
    fill_value: bytes, data_type: DataType, field_to_json: Callable[[bytes, DataType], Any]
) -> dict[str, Any]:
    """The inverse of ``parse_fill_value``."""
    return {
        field.name: field_to_json(
            fill_value[field.offset : field.offset + field.data_type.item_size], field.data_type
        )
        for field in data_type.fields
    }
