"""The section "Permitted fill values": one element, written in JSON.

A fill value is kept as the bytes of the element, little-endian as all elements are, so that the
sign of a zero and the payload of a NaN survive. Registered integers and floats take the forms of
the core types; those of times, strings and structs are in the modules of these types.

https://zarr-specs.readthedocs.io/en/latest/v3/data-types/#permitted-fill-values
"""

import functools
import re
from decimal import ROUND_HALF_EVEN, ROUND_UP, Context, Decimal
from typing import Any

from zarr_reference.errors import InvalidMetadata
from zarr_reference.representation import DataType
from zarr_reference.v3.extension_data_types import (
    fixed_length_utf32,
    numpy_times,
    struct,
    variable_length,
)
from zarr_reference.v3.ieee754 import FloatFormat
from zarr_reference.v3.json_documents import NegativeZero, is_integer, parse_integers, shown
from zarr_reference.v3.numbers import FLOAT_FORMATS, float_format_of

_NEGATIVE_ZERO = Decimal("-0")


def parse_fill_value(
    document: Any, data_type: DataType, place: str, endian: str | None = None
) -> bytes:
    """The element that ``document`` denotes: ``data_type.item_size`` bytes, little-endian.

    ``document`` is a value from ``parse_json``, ``place`` its JSON path. ``endian`` is that of the
    ``bytes`` codec, which matters to the base64 of an older struct. Raises ``InvalidMetadata`` if
    the data type does not permit the value.
    """
    # core.metadata.array.fill_value.null_core: no core data type permits null.
    if document is None:
        raise InvalidMetadata(
            "core.metadata.array.fill_value.null_core",
            place,
            f"null is no {shown(data_type.name)}; write the value that missing chunks have",
        )
    if data_type.kind == "structured" and isinstance(document, str):
        return struct.parse_packed_fill_value(document, data_type, endian, place)
    if data_type.fields:
        parse_field = functools.partial(parse_fill_value, endian=endian)
        return struct.parse_fill_value(document, data_type, place, parse_field)
    return _parse_scalar(document, data_type, place)


def _parse_scalar(document: Any, data_type: DataType, place: str) -> bytes:
    match data_type.kind:
        case "bool":
            return _parse_bool(document, place)
        case "int" | "uint":
            return _parse_integer(document, data_type, place)
        case "float":
            return _parse_float(document, data_type.name, place)
        case "complex":
            return _parse_complex(document, data_type, place)
        case "string":
            return variable_length.parse_string(document, place)
        case "byte string":
            return variable_length.parse_bytes(document, place)
        case "time":
            return numpy_times.parse_fill_value(document, data_type, place)
        case "utf32":
            return fixed_length_utf32.parse_fill_value(document, data_type, place)
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
    # dtype.int8.fill.range, dtype.int4.fill and so on: "... within the representable range".
    bits, signed = data_type.value_bits, data_type.kind == "int"
    lowest, highest = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    if not lowest <= document <= highest:
        core = data_type.padding_bits == 0
        raise InvalidMetadata(
            f"dtype.{data_type.name}.fill{'.range' if core else ''}",
            place,
            f"{shown(document)} is no {data_type.name}, which goes from {lowest} to {highest}",
        )
    # Two's complement, without the bits that are no part of the element.
    return (document & ((1 << bits) - 1)).to_bytes(data_type.item_size, "little")


def _parse_float(document: Any, name: str, place: str) -> bytes:
    """A float of the type ``name``."""
    float_format = FLOAT_FORMATS[name]
    if is_integer(document) or isinstance(document, Decimal):
        bits = _round(document, float_format)
    elif isinstance(document, str):
        bits = _parse_float_string(document, name, place)
    else:
        raise InvalidMetadata(
            "core.metadata.array.fill_value.permitted_by_dtype",
            place,
            f"this must be a number or a string, not {shown(document)}",
        )
    return bits.to_bytes(_size_of(float_format), "little")


def _size_of(float_format: FloatFormat) -> int:
    """How many bytes a number of this format takes."""
    return -(-float_format.bits // 8)


def _round(number: int | Decimal, float_format: FloatFormat) -> int:
    # dtype.float.fill.negative_zero: "-0" has no fraction part, and yet a sign.
    if isinstance(number, NegativeZero):
        number = _NEGATIVE_ZERO
    # dtype.float.fill.number_rounding, dtype.float.fill.overflow
    return float_format.round(number)


def _parse_float_string(text: str, name: str, place: str) -> int:
    float_format = FLOAT_FORMATS[name]
    special = {
        "Infinity": float_format.infinity,
        "-Infinity": float_format.infinity,
        "NaN": float_format.nan,
    }
    if text not in special:
        return _parse_hexadecimal(text, float_format, place)
    bits = special[text]
    # dtype.float8_e4m3fnuz.fill.no_infinity, dtype.float6_e2m3fn.fill.no_specials and so on: "not
    # supported since there is no corresponding representation"
    if bits is None:
        raise InvalidMetadata(
            f"dtype.{name}.fill.no_{'specials' if float_format.nan is None else 'infinity'}",
            place,
            f"there is no {shown(text)} among the numbers of {name}",
        )
    return float_format.sign | bits if text.startswith("-") else bits


def _parse_hexadecimal(text: str, float_format: FloatFormat, place: str) -> int:
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
    size = _size_of(float_format)
    if len(text) != 2 + 2 * size:
        raise InvalidMetadata(
            "dtype.float.fill.hex_width",
            place,
            f"{shown(text)} must have {2 * size} hexadecimal digits, as the type has {size} bytes",
        )
    bits = int(text, 16)
    # The same rule: a number of 6 bits has a byte representation without the upper two.
    if bits >> float_format.bits:
        raise InvalidMetadata(
            "dtype.float.fill.hex_width",
            place,
            f"{shown(text)} has more than the {float_format.bits} bits of the type",
        )
    return bits


def _parse_complex(document: Any, data_type: DataType, place: str) -> bytes:
    # dtype.complex64.fill.pair, dtype.complex_bfloat16.fill and so on: "The value must be a
    # two-element array, specifying the real and imaginary components respectively".
    if not isinstance(document, list) or len(document) != 2:
        core = data_type.name in _CORE_COMPONENTS
        raise InvalidMetadata(
            f"dtype.{data_type.name}.fill{'.pair' if core else ''}",
            place,
            f"this must be an array of two components, not {shown(document)}",
        )
    return b"".join(
        _parse_float(component, _component_name(data_type), f"{place}[{i}]")
        for i, component in enumerate(document)
    )


_CORE_COMPONENTS = {"complex64": "float32", "complex128": "float64"}


def _component_name(data_type: DataType) -> str:
    """The float type of each component of a complex type, which other types have in their name."""
    name = data_type.name
    return _CORE_COMPONENTS.get(name, name.removeprefix("complex_"))


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
            return _integer_to_json(fill_value, data_type)
        case "float":
            return _float_to_json(fill_value, float_format_of(data_type))
        case "complex":
            half = data_type.component_size
            float_format = float_format_of(data_type)
            components = (fill_value[:half], fill_value[half:])
            return [_float_to_json(component, float_format) for component in components]
        case "string":
            return fill_value.decode()
        case "time":
            return numpy_times.fill_value_to_json(fill_value)
        case "utf32":
            return fixed_length_utf32.fill_value_to_json(fill_value)
        case "struct" | "structured":
            return struct.fill_value_to_json(fill_value, data_type, fill_value_to_json)
        case _:
            return list(fill_value)


def _integer_to_json(fill_value: bytes, data_type: DataType) -> int:
    number = int.from_bytes(fill_value, "little")
    negative = data_type.kind == "int" and number >> (data_type.value_bits - 1)
    return number - 2**data_type.value_bits if negative else number


def _float_to_json(fill_value: bytes, float_format: FloatFormat) -> float | str:
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
