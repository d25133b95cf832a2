"""Which bytes are elements: not every pattern of bits has a meaning in every data type.

https://zarr-specs.readthedocs.io/en/latest/v3/codecs/bytes/#format-and-algorithm
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zarr_reference.representation import DataType

Octets = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Flaw:
    """A pattern of bits that is no element: the rule that says so, its first byte, a sentence."""

    requirement: str
    byte: int
    sentence: str


def first_flaw(data: bytes, data_type: DataType) -> Flaw | None:
    """What is wrong with ``data``, little-endian elements; of several flaws of one type the first.

    Fields of a struct are looked at one after the other.
    """
    items = np.frombuffer(data, np.uint8).reshape(-1, data_type.item_size)
    for offset, leaf in data_type.leaves():
        field = items[:, offset : offset + leaf.item_size]
        if leaf.kind == "bool":
            flaw = _first_other_than_bool(field)
        elif leaf.kind == "utf32":
            flaw = _first_other_than_character(field)
        else:
            continue
        if flaw is not None:
            row, column = divmod(flaw.byte, leaf.item_size)
            return Flaw(
                flaw.requirement, row * data_type.item_size + offset + column, flaw.sentence
            )
    return None


def _first_other_than_bool(field: Octets) -> Flaw | None:
    # codec.bytes.bool.other_values: "false encoded as \x00 and true encoded as \x01"
    places = np.flatnonzero(field > 1)
    if places.size == 0:
        return None
    value = field.flat[places[0]]
    sentence = f"{value:#04x} is neither false (0x00) nor true (0x01)"
    return Flaw("codec.bytes.bool.other_values", int(places[0]), sentence)


def _first_other_than_character(field: Octets) -> Flaw | None:
    # dtype.fixed_length_utf32.invalid_code_units: "Each code point is encoded as a 4-byte UTF-32
    # code unit"; Unicode ends at U+10FFFF, and UTF-32 has no surrogates.
    units = np.ascontiguousarray(field).view("<u4")
    places = np.flatnonzero((units > 0x10FFFF) | ((units >= 0xD800) & (units <= 0xDFFF)))
    if places.size == 0:
        return None
    sentence = f"{units.flat[places[0]]:#010x} is no character of Unicode"
    return Flaw("dtype.fixed_length_utf32.invalid_code_units", 4 * int(places[0]), sentence)


def without_padding(data: bytes, data_type: DataType) -> bytes:
    """The elements with zero in the bits that are no part of them, such as the upper 4 of ``int4``.

    dtype.int4.bytes.high_bits_ignored and so on: what is stored there is ignored.
    """
    # All types that have such bits have components of one byte.
    padded = [(offset, leaf) for offset, leaf in data_type.leaves() if leaf.padding_bits > 0]
    if not padded:
        return data
    items = np.frombuffer(bytearray(data), np.uint8).reshape(-1, data_type.item_size)
    for offset, leaf in padded:
        items[:, offset : offset + leaf.item_size] &= 0xFF >> leaf.padding_bits
    return items.tobytes()
