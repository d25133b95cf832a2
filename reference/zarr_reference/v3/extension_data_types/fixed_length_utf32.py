"""``fixed_length_utf32``: strings of a fixed number of code points, as NumPy has them.

https://github.com/zarr-developers/zarr-extensions/tree/main/data-types/fixed_length_utf32
"""

from typing import Any

from zarr_reference.errors import InvalidMetadata, LimitExceeded
from zarr_reference.representation import MAX_ITEM_SIZE, DataType
from zarr_reference.v3.extensions import Extension, expect_members
from zarr_reference.v3.json_documents import is_integer, shown

NAME = "fixed_length_utf32"

CODE_UNIT_SIZE = 4


def parse_data_type(extension: Extension, place: str) -> DataType:
    """The type of strings of ``length_bytes`` / 4 code points; it is named with its size in bytes.

    Raises ``InvalidMetadata``, and ``LimitExceeded`` for an element that NumPy cannot hold.
    """
    # dtype.fixed_length_utf32.object: "The value MUST be a JSON object", with a configuration.
    configuration = extension.required_configuration("dtype.fixed_length_utf32.object", place)
    place = f"{place}.configuration"
    expect_members(
        configuration,
        place,
        required={"length_bytes": "dtype.fixed_length_utf32.length_bytes.required"},
    )
    length = configuration["length_bytes"]
    # dtype.fixed_length_utf32.length_bytes.multiple: "positive integer, multiple of 4"
    if not is_integer(length) or length < 1 or length % CODE_UNIT_SIZE != 0:
        raise InvalidMetadata(
            "dtype.fixed_length_utf32.length_bytes.multiple",
            f"{place}.length_bytes",
            f"{shown(length)} is no positive multiple of {CODE_UNIT_SIZE}",
        )
    if length > MAX_ITEM_SIZE:
        raise LimitExceeded.of(f"{place}.length_bytes", length, MAX_ITEM_SIZE)
    # dtype.fixed_length_utf32.bytes.layout: each code point is a code unit with a byte order.
    return DataType(f"{NAME}[{length}]", "utf32", length, CODE_UNIT_SIZE)


def parse_fill_value(document: Any, data_type: DataType, place: str) -> bytes:
    """The string in UTF-32, padded with ``U+0000``; raises ``InvalidMetadata``."""
    # dtype.fixed_length_utf32.fill: "a JSON string of at most length_bytes / 4 code points"
    if not isinstance(document, str):
        raise InvalidMetadata(
            "dtype.fixed_length_utf32.fill", place, f"this must be a string, not {shown(document)}"
        )
    # dtype.fixed_length_utf32.json.too_long: "Decoding a JSON string with more than
    # length_bytes / 4 code points is invalid and MUST be rejected."
    capacity = data_type.item_size // CODE_UNIT_SIZE
    if len(document) > capacity:
        raise InvalidMetadata(
            "dtype.fixed_length_utf32.json.too_long",
            place,
            f"{shown(document)} has {len(document)} code points, there is place for {capacity}",
        )
    # dtype.fixed_length_utf32.invalid_code_units: JSON can escape half of a surrogate pair.
    try:
        encoded = document.encode("utf-32-le")
    except UnicodeEncodeError as error:
        raise InvalidMetadata(
            "dtype.fixed_length_utf32.invalid_code_units",
            place,
            f"{shown(document)} has a surrogate without its pair, which is no character",
        ) from error
    # dtype.fixed_length_utf32.json.short_padded
    return encoded.ljust(data_type.item_size, b"\0")


def fill_value_to_json(fill_value: bytes) -> str:
    """The inverse of ``parse_fill_value``."""
    # dtype.fixed_length_utf32.json.trailing_nul: "with any trailing U+0000 padding code points
    # removed"
    return fill_value.decode("utf-32-le").rstrip("\0")
