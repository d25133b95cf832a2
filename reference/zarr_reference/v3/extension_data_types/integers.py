"""The registered integer types of less than a byte.

https://github.com/zarr-developers/zarr-extensions/tree/main/data-types/int2
https://github.com/zarr-developers/zarr-extensions/tree/main/data-types/int4
https://github.com/zarr-developers/zarr-extensions/tree/main/data-types/uint2
https://github.com/zarr-developers/zarr-extensions/tree/main/data-types/uint4
"""

from zarr_reference.representation import DataType

# dtype.int4.bytes: "Encoded as a 1-byte value, 0bIIIIXXXX where the upper IIII bits are ignored."
INTEGERS = {
    data_type.name: data_type
    for data_type in (
        DataType("int2", "int", 1, 1, padding_bits=6),
        DataType("int4", "int", 1, 1, padding_bits=4),
        DataType("uint2", "uint", 1, 1, padding_bits=6),
        DataType("uint4", "uint", 1, 1, padding_bits=4),
    )
}
