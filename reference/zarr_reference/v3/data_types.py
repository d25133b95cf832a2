"""The chapter "Data types": which identifiers there are, and how many bytes an element takes.

The core types are here; those that are registered as extensions have a module for each family.

https://zarr-specs.readthedocs.io/en/latest/v3/data-types/
https://github.com/zarr-developers/zarr-extensions/tree/main/data-types
"""

import re
from typing import Any

from zarr_reference.errors import InvalidMetadata, LimitExceeded, UnknownExtension
from zarr_reference.representation import MAX_ITEM_SIZE, DataType
from zarr_reference.v3.extension_data_types import fixed_length_utf32, numpy_times, struct
from zarr_reference.v3.extension_data_types.floats import COMPLEX, FLOATS
from zarr_reference.v3.extension_data_types.integers import INTEGERS
from zarr_reference.v3.extension_data_types.variable_length import VARIABLE_LENGTH
from zarr_reference.v3.extensions import Extension, expect_members, parse_extension
from zarr_reference.v3.json_documents import shown

CORE_DATA_TYPES = {
    data_type.name: data_type
    for data_type in (
        DataType("bool", "bool", 1, 1),
        DataType("int8", "int", 1, 1),
        DataType("int16", "int", 2, 2),
        DataType("int32", "int", 4, 4),
        DataType("int64", "int", 8, 8),
        DataType("uint8", "uint", 1, 1),
        DataType("uint16", "uint", 2, 2),
        DataType("uint32", "uint", 4, 4),
        DataType("uint64", "uint", 8, 8),
        DataType("float16", "float", 2, 2),
        DataType("float32", "float", 4, 4),
        DataType("float64", "float", 8, 8),
        # A byte order applies to the real and the imaginary component apart.
        DataType("complex64", "complex", 8, 4),
        DataType("complex128", "complex", 16, 8),
    )
}

# The types that are named in full by their identifiers: they have no configuration.
UNPARAMETRISED_DATA_TYPES = {
    **CORE_DATA_TYPES,
    **INTEGERS,
    **FLOATS,
    **COMPLEX,
    # dtype.complex_float32.alias: "an alias of the core complex64 data type"
    "complex_float32": CORE_DATA_TYPES["complex64"],
    "complex_float64": CORE_DATA_TYPES["complex128"],
    **VARIABLE_LENGTH,
}


def parse_data_type(document: Any, place: str) -> DataType:
    """The data type that ``document`` names; ``place`` is its JSON path.

    Raises ``InvalidMetadata`` if it is no extension definition or breaks a rule of its own type,
    ``UnknownExtension`` if no such type is known.
    """
    # core.metadata.array.data_type.core_as_string says that a core type is written as a string,
    # ext.shorthand.equivalent that {"name": "float64"} means the same: so it is not refused.
    extension = parse_extension(document, place, "core.metadata.array.data_type.extension_form")
    # ext.must_understand.not_for_data_type: nobody can ignore what the elements are.
    if not extension.must_understand:
        raise InvalidMetadata(
            "ext.must_understand.not_for_data_type",
            f"{place}.must_understand",
            "must_understand cannot be false for a data type",
        )
    if extension.name in numpy_times.NAMES:
        return numpy_times.parse_data_type(extension, place)
    if extension.name == fixed_length_utf32.NAME:
        return fixed_length_utf32.parse_data_type(extension, place)
    if extension.name in struct.NAMES:
        return struct.parse_data_type(extension, place, parse_field_type=parse_data_type)
    return _parse_unparametrised(extension, place)


def _parse_unparametrised(extension: Extension, place: str) -> DataType:
    if extension.name in UNPARAMETRISED_DATA_TYPES:
        data_type = UNPARAMETRISED_DATA_TYPES[extension.name]
    elif re.fullmatch(r"r[0-9]+", extension.name):
        data_type = _parse_raw_data_type(extension.name, place)
    else:
        # core.metadata.array.data_type.unknown_rejected
        raise UnknownExtension(
            "core.metadata.array.data_type.unknown_rejected",
            place,
            f"the data type {shown(extension.name)} is not known",
        )
    # dtype.bfloat16.no_config and so on: "Configuration: None."
    expect_members(extension.configuration, f"{place}.configuration")
    return data_type


def _parse_raw_data_type(name: str, place: str) -> DataType:
    """The type ``r<N>``: N bits that nothing interprets, and to which no byte order applies."""
    bits = name[1:]
    # core.dtype.raw.positive: r0 has no bits, and r08 is not how a decimal number is written.
    if bits.startswith("0"):
        raise InvalidMetadata(
            "core.dtype.raw.positive", place, f"the bits in {shown(name)} must be 8 or more"
        )
    # The length is looked at first because int() refuses thousands of digits.
    if len(bits) > 20 or int(bits) // 8 > MAX_ITEM_SIZE:
        raise LimitExceeded(
            "limit", place, f"an element of {shown(name)} has more than {MAX_ITEM_SIZE} bytes"
        )
    # core.dtype.raw.multiple_of_8
    if int(bits) % 8 != 0:
        raise InvalidMetadata(
            "core.dtype.raw.multiple_of_8",
            place,
            f"the bits in {shown(name)} must be a multiple of 8",
        )
    return DataType(name, "raw", int(bits) // 8, 1)
