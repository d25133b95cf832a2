"""NumPy's type strings and lists of fields: what each means, and where its byte orders go."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata, LimitExceeded, Refusal, UnknownExtension
from zarr_reference.representation import DataType
from zarr_reference.v2.data_types import NUMERIC, StoredType, is_object
from zarr_reference.v2.structured_types import MAX_LEAVES, parse_data_type
from zarr_reference.v3.data_types import CORE_DATA_TYPES

PLACE = ".zarray: $.dtype"


@pytest.mark.parametrize(("code", "name"), NUMERIC.items())
@pytest.mark.parametrize("order", ["<", ">"])
def test_numbers_are_those_of_v3(code: str, name: str, order: str) -> None:
    """v2.dtype.kind.b, .i, .u, .f, .c: the item size is NumPy's"""
    stored = parse_data_type(order + code, PLACE)
    assert stored.data_type == CORE_DATA_TYPES[name]
    assert stored.data_type.item_size == np.dtype(order + code).itemsize
    big = order == ">" and stored.data_type.component_size > 1
    assert stored.big_endian == (((0, stored.data_type),) if big else ())


@pytest.mark.parametrize("text", ["|b1", "|i1", "|u1"])
def test_single_bytes_have_no_order(text: str) -> None:
    """v2.dtype.byteorder.na"""
    assert parse_data_type(text, PLACE) == StoredType(CORE_DATA_TYPES[NUMERIC[text[1:]]])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("|S12", DataType("|S12", "bytes", 12, 1)),
        ("<S1", DataType("|S1", "bytes", 1, 1)),
        ("|V10", DataType("r80", "raw", 10, 1)),
        ("<U6", DataType("fixed_length_utf32[24]", "utf32", 24, 4)),
        ("<M8[ns]", DataType("numpy.datetime64[ns]", "time", 8, 8)),
        ("<m8[10us]", DataType("numpy.timedelta64[10us]", "time", 8, 8)),
        ("<M8[1D]", DataType("numpy.datetime64[D]", "time", 8, 8)),
        ("<m8[7\u03bcs]", DataType("numpy.timedelta64[7us]", "time", 8, 8)),
        ("<M8[2147483647as]", DataType("numpy.datetime64[2147483647as]", "time", 8, 8)),
    ],
)
def test_other_simple_types(text: str, expected: DataType) -> None:
    """v2.dtype.kind.S, v2.dtype.kind.V, v2.dtype.kind.U, v2.dtype.kind.datetime, .timedelta"""
    assert parse_data_type(text, PLACE) == StoredType(expected)
    assert np.dtype(text.replace("\u03bc", "u")).itemsize == expected.item_size


@pytest.mark.parametrize("text", [">U2", ">M8[s]"])
def test_other_types_with_a_byte_order(text: str) -> None:
    stored = parse_data_type(text, PLACE)
    assert stored.big_endian == ((0, stored.data_type),)


@pytest.mark.parametrize("text", ["|O", "<O8", ">O"])
def test_objects_are_known_by_their_kind(text: str) -> None:
    """v2.dtype.object_kind"""
    assert is_object(text)
    assert not is_object([["a", text]])
    assert not is_object(f"{text}x")


STRUCTURES: list[tuple[Any, str]] = [
    ([["r", "|u1"], ["g", "|u1"]], 'struct["r":uint8,"g":uint8]'),
    ([["x", "<f4"], ["z", "<f4", [2, 2]]], 'struct["x":float32,"z":float32(2,2)]'),
    (
        [["foo", "<f4"], ["bar", [["baz", ">f4"], ["qux", "<i4"]]]],
        'struct["foo":float32,"bar":struct["baz":float32,"qux":int32]]',
    ),
    (
        [["a", [["b", ">i2"], ["c", "|i1"]], [2]], ["d", ">U1"]],
        'struct["a":struct["b":int16,"c":int8](2),"d":fixed_length_utf32[4]]',
    ),
    ([["t", ">M8[D]"], ["s", "|S2"]], 'struct["t":numpy.datetime64[D],"s":|S2]'),
    ([["", "|V1"], ["", "<u2"]], 'struct["":r8,"":uint16]'),
]


@pytest.mark.parametrize(("document", "name"), STRUCTURES)
def test_structured_types(document: Any, name: str) -> None:
    """v2.dtype.struct.list, .packed, .subarray, .nested, .mixed_endian"""
    data_type = parse_data_type(document, PLACE).data_type
    assert data_type.name == name
    described = [field for field in document if field[0]]
    if len(described) == len(document):
        assert data_type.item_size == np.dtype(_as_numpy(document)).itemsize


def _as_numpy(document: Any) -> Any:
    if isinstance(document, str):
        return document
    return [(name, _as_numpy(kind), *map(tuple, shape)) for name, kind, *shape in document]


def test_big_endian_leaves_have_their_offsets() -> None:
    """v2.dtype.struct.mixed_endian"""
    document = [["a", [["b", ">i2"], ["c", "<i2"]], [2]], ["d", ">c8", [2]], ["e", "<f4"]]
    stored = parse_data_type(document, PLACE)
    assert [offset for offset, _ in stored.big_endian] == [0, 4, 8]
    assert stored.big_endian[2][1].item_size == 16


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
        ("|U2", InvalidMetadata, "v2.dtype.byteorder.na"),
        ("|M8[s]", InvalidMetadata, "v2.dtype.byteorder.na"),
        ("<f", InvalidMetadata, "v2.dtype.typestr"),
        ("<f08", InvalidMetadata, "v2.dtype.typestr"),
        ("<f8 ", InvalidMetadata, "v2.dtype.typestr"),
        ("<f-8", InvalidMetadata, "v2.dtype.typestr"),
        ("<q8", InvalidMetadata, "v2.dtype.typestr"),
        ("|S0", InvalidMetadata, "v2.dtype.typestr"),
        ("|S", InvalidMetadata, "v2.dtype.typestr"),
        ("<M8", InvalidMetadata, "v2.dtype.datetime.unit"),
        ("<i8[s]", InvalidMetadata, "v2.dtype.datetime.unit"),
        ("<M8[]", InvalidMetadata, "v2.dtype.datetime.unit"),
        ("<M8[generic]", InvalidMetadata, "v2.dtype.datetime.unit"),
        ("<M8[NS]", InvalidMetadata, "v2.dtype.datetime.unit"),
        ("<M8[0s]", InvalidMetadata, "v2.dtype.datetime.unit"),
        ("<M8[2147483648s]", InvalidMetadata, "v2.dtype.datetime.unit"),
        ("<M8[D/24]", InvalidMetadata, "v2.dtype.datetime.unit"),
        (None, InvalidMetadata, "v2.array.dtype.required"),
        ({"name": "int8"}, InvalidMetadata, "v2.array.dtype.required"),
        ("<M4[s]", UnknownExtension, "v2.dtype.kind.datetime"),
        ("|O", UnknownExtension, "v2.dtype.object_kind"),
        ("<f16", UnknownExtension, "v2.dtype.kind.f"),
        ("<i3", UnknownExtension, "v2.dtype.kind.i"),
        ("|V9999999999", LimitExceeded, "limit"),
        ("<U999999999", LimitExceeded, "limit"),
        ([], InvalidMetadata, "v2.dtype.struct.list"),
        (["|u1"], InvalidMetadata, "v2.dtype.struct.list"),
        ([["r"]], InvalidMetadata, "v2.dtype.struct.list"),
        ([["r", "|u1", [1], 1]], InvalidMetadata, "v2.dtype.struct.list"),
        ([{"name": "r", "dtype": "|u1"}], InvalidMetadata, "v2.dtype.struct.list"),
        ([[1, "|u1"]], InvalidMetadata, "v2.dtype.struct.list"),
        ([["r", None]], InvalidMetadata, "v2.array.dtype.required"),
        ([["r", "u1"]], InvalidMetadata, "v2.dtype.byteorder.required"),
        ([["r", "|O"]], UnknownExtension, "v2.dtype.object_kind"),
        ([["r", "|u1", 2]], InvalidMetadata, "v2.dtype.struct.subarray"),
        ([["r", "|u1", [0]]], InvalidMetadata, "v2.dtype.struct.subarray"),
        ([["r", "|u1", [2.5]]], InvalidMetadata, "v2.dtype.struct.subarray"),
        ([["r", "|u1", [2**31]]], LimitExceeded, "limit"),
        ([["r", "|u1", [2**62] * 32]], LimitExceeded, "limit"),
        ([["r", "|u1", [1] * 33]], LimitExceeded, "limit"),
        ([["r", "|V2000000000"], ["s", "|V2000000000"]], LimitExceeded, "limit"),
        ([["r", "|u1"]] * (MAX_LEAVES + 1), LimitExceeded, "limit"),
        ([["r", [["a", "|u1"]], [MAX_LEAVES + 1]]], LimitExceeded, "limit"),
        ([["r", [["a", [["b", "|u1"]], [200]]], [200]]], LimitExceeded, "limit"),
        ([["r", [["a", "|u1"]] * 200]] * 200, LimitExceeded, "limit"),
    ],
)
def test_refusals(document: Any, refusal: type[Refusal], requirement: str) -> None:
    with pytest.raises(refusal) as caught:
        parse_data_type(document, PLACE)
    assert caught.value.requirement == requirement
    assert caught.value.place.startswith(PLACE)


documents = st.recursive(
    st.none() | st.integers() | st.text() | st.sampled_from(["<f4", "|u1", ">M8[s]", "|O", "<U2"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(st.text(max_size=2), inner).map(list)
        | st.tuples(st.text(max_size=2), inner, st.lists(st.integers(), max_size=3)).map(list)
    ),
    max_leaves=12,
)


@given(documents)
def test_nothing_but_a_refusal_escapes(document: Any) -> None:
    try:
        stored = parse_data_type(document, PLACE)
    except Refusal:
        return
    assert stored.data_type.dtype.itemsize == stored.data_type.item_size > 0
