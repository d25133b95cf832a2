"""The registered floating-point types, from 16 bits down to 4, and pairs of them.

The names say how the bits are used: ``e4m3`` has 4 bits of exponent and 3 of mantissa, ``b11`` an
unusual bias. ``f`` is for finite: there is no infinity. ``n`` is for NaN: there is only one, or
none. ``uz`` is for unsigned zero, and ``u`` for unsigned, without any zero.

https://github.com/zarr-developers/zarr-extensions/tree/main/data-types/bfloat16
https://github.com/zarr-developers/zarr-extensions/tree/main/data-types/float8_e4m3
https://github.com/zarr-developers/zarr-extensions/tree/main/data-types/complex_bfloat16
and so on for each name
"""

from zarr_reference.representation import DataType
from zarr_reference.v3.ieee754 import BINARY16, FloatFormat, ieee754_format

FORMATS = {
    # "IEEE 754-compliant, with NaN and +/-inf."
    "bfloat16": ieee754_format(exponent_bits=8, mantissa_bits=7),
    "float8_e3m4": ieee754_format(exponent_bits=3, mantissa_bits=4),
    # dtype.float8_e4m3.format: the page also links to a format of that name without infinities.
    "float8_e4m3": ieee754_format(exponent_bits=4, mantissa_bits=3),
    "float8_e5m2": ieee754_format(exponent_bits=5, mantissa_bits=2),
    # "Extended range: no infinity, NaN represented by 0b1000'0000."
    "float8_e4m3b11fnuz": FloatFormat(exponent_bits=4, mantissa_bits=3, bias=11, nan=0x80),
    "float8_e4m3fnuz": FloatFormat(exponent_bits=4, mantissa_bits=3, bias=8, nan=0x80),
    "float8_e5m2fnuz": FloatFormat(exponent_bits=5, mantissa_bits=2, bias=16, nan=0x80),
    # "No zero, no infinity, NaN represented by 0b1111'1111."
    "float8_e8m0fnu": FloatFormat(
        exponent_bits=8, mantissa_bits=0, bias=127, nan=0xFF, signed=False
    ),
    # "Extended range: no infinity, no NaN."
    "float6_e2m3fn": FloatFormat(exponent_bits=2, mantissa_bits=3, bias=1),
    "float6_e3m2fn": FloatFormat(exponent_bits=3, mantissa_bits=2, bias=3),
    "float4_e2m1fn": FloatFormat(exponent_bits=2, mantissa_bits=1, bias=1),
}


def _float(name: str, float_format: FloatFormat) -> DataType:
    # dtype.float6_e2m3fn.bytes: "Encoded as a 1-byte value 0bXXSEEMMM"
    size = -(-float_format.bits // 8)
    return DataType(name, "float", size, size, padding_bits=8 * size - float_format.bits)


def _complex(component: DataType) -> DataType:
    # dtype.complex_bfloat16.bytes.little: "2 consecutive (real component followed by imaginary
    # component) [...] values"
    size = component.item_size
    return DataType(
        f"complex_{component.name}", "complex", 2 * size, size, padding_bits=component.padding_bits
    )


FLOATS = {name: _float(name, float_format) for name, float_format in FORMATS.items()}

# The core has no pair of float16; complex_float32 and complex_float64 are in it by other names.
COMPLEX = {
    data_type.name: data_type
    for data_type in map(_complex, (_float("float16", BINARY16), *FLOATS.values()))
}
