"""NumPy's type strings: what each means, and where its byte order goes."""

from typing import Any

import numpy as np
import pytest

from zarr_reference.errors import InvalidMetadata, LimitExceeded, Refusal, UnknownExtension
from zarr_reference.representation import DataType
from zarr_reference.v2.data_types import NUMERIC, parse_data_type
from zarr_reference.v3.data_types import CORE_DATA_TYPES

PLACE = ".zarray: $.dtype"


@pytest.mark.parametrize(("code", "name"), NUMERIC.items())
@pytest.mark.parametrize(("order", "byte_order"), [("<", "little"), (">", "big")])
def test_numbers_are_those_of_v3(code: str, name: str, order: str, byte_order: str) -> None:
    """v2.dtype.kind.b, .i, .u, .f, .c: the item size is NumPy's"""
    data_type, parsed_order = parse_data_type(order + code, PLACE)
    assert data_type == CORE_DATA_TYPES[name]
    assert data_type.item_size == np.dtype(order + code).itemsize
    assert parsed_order == (byte_order if data_type.component_size > 1 else None)


@pytest.mark.parametrize("text", ["|b1", "|i1", "|u1"])
def test_single_bytes_have_no_order(text: str) -> None:
    """v2.dtype.byteorder.na"""
    assert parse_data_type(text, PLACE) == (CORE_DATA_TYPES[NUMERIC[text[1:]]], None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("|S12", DataType("|S12", "bytes", 12, 1)),
        ("<S1", DataType("|S1", "bytes", 1, 1)),
        ("|V10", DataType("r80", "raw", 10, 1)),
    ],
)
def test_fixed_lengths(text: str, expected: DataType) -> None:
    """v2.dtype.kind.S, v2.dtype.kind.V"""
    assert parse_data_type(text, PLACE) == (expected, None)


@pytest.mark.parametrize(
    ("document", "refusal", "requirement"),
    [
        ("f8", InvalidMetadata, "v2.dtype.byteorder.required"),
        ("S3", InvalidMetadata, "v2.dtype.byteorder.required"),
        ("=f8", InvalidMetadata, "v2.dtype.byteorder.values"),
        ("", InvalidMetadata, "v2.dtype.byteorder.values"),
        ("float64", InvalidMetadata, "v2.dtype.byteorder.required"),
        ("|i2", InvalidMetadata, "v2.dtype.byteorder.na"),
        ("|c8", InvalidMetadata, "v2.dtype.byteorder.na"),
        ("<f", InvalidMetadata, "v2.dtype.typestr"),
        ("<f08", InvalidMetadata, "v2.dtype.typestr"),
        ("<f8 ", InvalidMetadata, "v2.dtype.typestr"),
        ("<f-8", InvalidMetadata, "v2.dtype.typestr"),
        ("<q8", InvalidMetadata, "v2.dtype.typestr"),
        ("|S0", InvalidMetadata, "v2.dtype.typestr"),
        ("|S", InvalidMetadata, "v2.dtype.typestr"),
        ("<M8", InvalidMetadata, "v2.dtype.datetime.unit"),
        ("<i8[s]", InvalidMetadata, "v2.dtype.datetime.unit"),
        (None, InvalidMetadata, "v2.array.dtype.required"),
        ({"name": "int8"}, InvalidMetadata, "v2.array.dtype.required"),
        ("<M8[ns]", UnknownExtension, "v2.dtype.kind.datetime"),
        ("<m8[s]", UnknownExtension, "v2.dtype.kind.timedelta"),
        ("<U6", UnknownExtension, "v2.dtype.kind.U"),
        ("|O", UnknownExtension, "v2.dtype.object_kind"),
        ("<f16", UnknownExtension, "v2.dtype.kind.f"),
        ("<i3", UnknownExtension, "v2.dtype.kind.i"),
        ([["r", "|u1"]], UnknownExtension, "v2.dtype.struct.list"),
        ("|V9999999999", LimitExceeded, "limit"),
    ],
)
def test_refusals(document: Any, refusal: type[Refusal], requirement: str) -> None:
    with pytest.raises(refusal) as caught:
        parse_data_type(document, PLACE)
    assert caught.value.requirement == requirement
    assert caught.value.place == PLACE
