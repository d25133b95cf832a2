"""``string`` and ``bytes``: the registered data types whose elements are of any length.

https://github.com/zarr-developers/zarr-extensions/tree/main/data-types/string
https://github.com/zarr-developers/zarr-extensions/tree/main/data-types/bytes
"""

import base64
import binascii
from typing import Any

from zarr_reference.errors import InvalidMetadata
from zarr_reference.representation import REFERENCE_SIZE, DataType
from zarr_reference.v3.json_documents import parse_integers, shown

STRING = DataType("string", "string", REFERENCE_SIZE, 1)

# The same word as that of the codec "bytes", which cannot encode it.
BYTES = DataType("bytes", "byte string", REFERENCE_SIZE, 1)

VARIABLE_LENGTH = {data_type.name: data_type for data_type in (STRING, BYTES)}

# What a codec breaks that is for other data types only: "Codec compatibility", "Notes".
CODEC_REQUIREMENTS = {STRING: "dtype.string.codec", BYTES: "dtype.bytes.codecs"}


def parse_string(document: Any, place: str, requirement: str = "dtype.string.fill") -> bytes:
    """The string ``document`` in UTF-8; raises ``InvalidMetadata`` for anything else."""
    # dtype.string.fill: "must be unicode string"
    if not isinstance(document, str):
        raise InvalidMetadata(requirement, place, f"this must be a string, not {shown(document)}")
    try:
        return document.encode()
    except UnicodeEncodeError as error:
        sentence = f"{shown(document)} has a surrogate without its pair, which is no character"
        raise InvalidMetadata(requirement, place, sentence) from error


def parse_bytes(document: Any, place: str) -> bytes:
    """The byte string that is given as an array of bytes or in base64.

    Raises ``InvalidMetadata``.
    """
    # dtype.bytes.fill.both_readable
    if isinstance(document, str):
        return parse_base64(document, place, "dtype.bytes.fill.base64")
    # dtype.bytes.fill.array: "an array of integers from the closed interval [0, 255]"
    requirement = "dtype.bytes.fill.array"
    values = parse_integers(document, place, requirement)
    for position, value in enumerate(values):
        if not 0 <= value <= 255:
            sentence = f"{shown(value)} is no byte, which goes from 0 to 255"
            raise InvalidMetadata(requirement, f"{place}[{position}]", sentence)
    return bytes(values)


def parse_base64(document: Any, place: str, requirement: str) -> bytes:
    """The bytes that ``document`` holds in the standard alphabet of base64, padded."""
    try:
        return base64.b64decode(document, validate=True)
    except (TypeError, ValueError, binascii.Error) as error:
        sentence = f"{shown(document)} is no string in standard base64"
        raise InvalidMetadata(requirement, place, sentence) from error
