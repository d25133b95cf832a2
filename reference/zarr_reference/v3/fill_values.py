"""The section "Permitted fill values": one element, written in JSON.

A fill value is kept as the bytes of the element, little-endian as all elements are, so that the
sign of a zero and the payload of a NaN survive.

https://zarr-specs.readthedocs.io/en/latest/v3/data-types/#permitted-fill-values
"""

import re
from decimal import ROUND_HALF_EVEN, ROUND_UP, Context, Decimal
from typing import Any

from zarr_reference.errors import InvalidMetadata
from zarr_reference.representation import DataType
from zarr_reference.v3.ieee754 import BINARY16, BINARY32, BINARY64, FloatFormat
from zarr_reference.v3.json_documents import NegativeZero, is_integer, parse_integers, shown

# The format of a float, or of each component of a complex number, by its size in bytes.
_FLOAT_FORMATS = {2: BINARY16, 4: BINARY32, 8: BINARY64}


def parse_fill_value(document: Any, data_type: DataType, place: str) -> bytes:
    """The element that ``document`` denotes: ``data_type.item_size`` bytes, little-endian.

    ``document`` is a value from ``parse_json``, ``place`` its JSON path. Raises ``InvalidMetadata``
    if the data type does not permit it.
    """
    # core.metadata.array.fill_value.null_core: no core data type permits null.
    if document is None:
        raise InvalidMetadata(
            "core.metadata.array.fill_value.null_core",
            place,
            f"null is no {data_type.name}; write the value that missing chunks have",
        )
    match data_type.kind:
        case "bool":
            return _parse_bool(document, place)
        case "int" | "uint":
            return _parse_integer(document, data_type, place)
        case "float":
            return _parse_float(document, data_type.component_size, place)
        case "complex":
            return _parse_complex(document, data_type, place)
        case _:
            return _parse_raw(document, data_type, place)


def _parse_bool(document: Any, place: str) -> bytes:
    # dtype.bool.fill.boolean: "The value must be a JSON boolean."
    if not isinstance(document, bool):
        raise InvalidMetadata(
            "dtype.bool.fill.boolean", place, f"this must be true or false, not {shown(document)}"
        )
    return bytes([document])


def _parse_integer(document: Any, data_type: DataType, place: str) -> bytes:
    # dtype.integer.fill.number: "The value must be a JSON number ..."
    if isinstance(document, bool) or not isinstance(document, int | Decimal):
        raise InvalidMetadata(
            "dtype.integer.fill.number", place, f"this must be a number, not {shown(document)}"
        )
    # dtype.integer.fill.no_fraction, no_exponent: "... with no fraction or exponent part ..."
    if isinstance(document, Decimal):
        exponent = document.as_tuple().exponent
        fraction = isinstance(exponent, int) and exponent < 0
        raise InvalidMetadata(
            f"dtype.integer.fill.no_{'fraction' if fraction else 'exponent'}",
            place,
            f"an integer has no fraction or exponent, unlike {shown(document)}",
        )
    # dtype.int8.fill.range and so on: "... that is within the representable range".
    bits, signed = 8 * data_type.item_size, data_type.kind == "int"
    lowest, highest = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    if not lowest <= document <= highest:
        raise InvalidMetadata(
            f"dtype.{data_type.name}.fill.range",
            place,
            f"{shown(document)} is no {data_type.name}, which goes from {lowest} to {highest}",
        )
    return document.to_bytes(data_type.item_size, "little", signed=signed)


def _parse_float(document: Any, size: int, place: str) -> bytes:
    """A float of ``size`` bytes."""
    float_format = _FLOAT_FORMATS[size]
    if is_integer(document) or isinstance(document, Decimal):
        bits = _round(document, float_format)
    elif isinstance(document, str):
        bits = _parse_float_string(document, size, place)
    else:
        raise InvalidMetadata(
            "core.metadata.array.fill_value.permitted_by_dtype",
            place,
            f"this must be a number or a string, not {shown(document)}",
        )
    return bits.to_bytes(size, "little")


def _round(number: int | Decimal, float_format: FloatFormat) -> int:
    # dtype.float.fill.negative_zero: "-0" has no fraction part, and yet a sign.
    if isinstance(number, NegativeZero):
        return float_format.sign
    # dtype.float.fill.number_rounding, dtype.float.fill.overflow
    return float_format.round(number)


def _parse_float_string(text: str, size: int, place: str) -> int:
    float_format = _FLOAT_FORMATS[size]
    match text:
        case "Infinity":
            return float_format.infinity
        case "-Infinity":
            return float_format.sign | float_format.infinity
        # "the sign bit is 0 (positive), the most significant bit (MSB) of the mantissa is 1, and
        # all other bits of the mantissa are zero"
        case "NaN":
            return float_format.nan
    # dtype.float.fill.strings_exact: these and a hexadecimal number are all the strings there are.
    if not re.fullmatch("0x[0-9a-fA-F]*", text):
        raise InvalidMetadata(
            "dtype.float.fill.strings_exact",
            place,
            f'{shown(text)} is none of "Infinity", "-Infinity", "NaN" and "0x..."',
        )
    # dtype.float.fill.hex_width: "the byte representation of the floating point number as an
    # unsigned integer" has two digits for each byte. Fewer or more would be a guess. The text does
    # not say in which case the digits are, so both are read.
    if len(text) != 2 + 2 * size:
        raise InvalidMetadata(
            "dtype.float.fill.hex_width",
            place,
            f"{shown(text)} must have {2 * size} hexadecimal digits, as the type has {size} bytes",
        )
    return int(text, 16)


def _parse_complex(document: Any, data_type: DataType, place: str) -> bytes:
    # dtype.complex64.fill.pair, dtype.complex128.fill.pair: "The value must be a two-element array,
    # specifying the real and imaginary components respectively".
    if not isinstance(document, list) or len(document) != 2:
        raise InvalidMetadata(
            f"dtype.{data_type.name}.fill.pair",
            place,
            f"this must be an array of two components, not {shown(document)}",
        )
    return b"".join(
        _parse_float(component, data_type.component_size, f"{place}[{i}]")
        for i, component in enumerate(document)
    )


def _parse_raw(document: Any, data_type: DataType, place: str) -> bytes:
    # dtype.raw.fill.array_of_ints: "An array of integers ..."
    values = parse_integers(document, place, "dtype.raw.fill.array_of_ints")
    # dtype.raw.fill.length: "... with length equal to <N> ...". N counts bits, so that r16 would
    # need 16 integers for its 2 bytes; as each integer is a byte, one for each byte is meant.
    if len(values) != data_type.item_size:
        raise InvalidMetadata(
            "dtype.raw.fill.length",
            place,
            f"{data_type.name} has {data_type.item_size} bytes, but {len(values)} are listed",
        )
    # dtype.raw.fill.range: "... where each integer is in the range [0, 255]."
    for position, value in enumerate(values):
        if not 0 <= value <= 255:
            raise InvalidMetadata(
                "dtype.raw.fill.range",
                f"{place}[{position}]",
                f"{shown(value)} is no byte, which goes from 0 to 255",
            )
    # dtype.raw.fill.no_byteswap: the bytes are listed as they are stored.
    return bytes(values)


def fill_value_to_json(fill_value: bytes, data_type: DataType) -> Any:
    """The inverse of ``parse_fill_value``: a JSON value that denotes exactly this element."""
    match data_type.kind:
        case "bool":
            return fill_value != b"\x00"
        case "int" | "uint":
            return int.from_bytes(fill_value, "little", signed=data_type.kind == "int")
        case "float":
            return _float_to_json(fill_value)
        case "complex":
            half = data_type.component_size
            return [_float_to_json(fill_value[:half]), _float_to_json(fill_value[half:])]
        case _:
            return list(fill_value)


def _float_to_json(fill_value: bytes) -> float | str:
    float_format = _FLOAT_FORMATS[len(fill_value)]
    bits = int.from_bytes(fill_value, "little")
    if bits == float_format.nan:
        return "NaN"
    # dtype.float.fill.hex_only_way_for_nan_payload: "the only way to specify a NaN value other than
    # the specific NaN value denoted by "NaN"".
    if float_format.is_nan(bits):
        return f"0x{bits:0{2 * len(fill_value)}x}"
    if bits & ~float_format.sign == float_format.infinity:
        return "-Infinity" if bits & float_format.sign else "Infinity"
    return _shortest_decimal(bits, float_format)


def _shortest_decimal(bits: int, float_format: FloatFormat) -> float:
    """The finite number with these bits, as the float whose ``repr`` is short.

    The float64 0.1 prints as 0.1, but the float32 0.1 is the float64 0.10000000149011612: so the
    fewest digits that round back to the same bits are taken. Above a power of two numbers are
    further apart than below, so that the decimal next to the nearest may do where that does not.
    """
    value = float_format.value(bits)
    decimals = (
        Context(digits, rounding).create_decimal_from_float(value)
        for digits in range(1, 18)
        for rounding in (ROUND_HALF_EVEN, ROUND_UP)
    )
    return next(float(number) for number in decimals if float_format.round(number) == bits)
