"""Arrays of objects and categories of strings in v2, against numcodecs."""

import json
from typing import Any

import numcodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata, MalformedChunk, Refusal, UnknownExtension
from zarr_reference.representation import Elements, elements_from_items, items_of
from zarr_reference.stores import MemoryStore
from zarr_reference.v2.categorize import CategorizeCodec
from zarr_reference.v2.hierarchy import create_array, open_array
from zarr_reference.v2.objects import Json2Codec

STRINGS = ["a", "", "\u00fc", "b", "\U0001f600b", "z" * 9]


def document(dtype: Any, filters: Any, **members: Any) -> dict[str, Any]:
    return {
        "zarr_format": 2,
        "shape": [6],
        "chunks": [6],
        "dtype": dtype,
        "compressor": None,
        "fill_value": None,
        "order": "C",
        "filters": filters,
        **members,
    }


def written_by_numcodecs(array: Any, members: dict[str, Any]) -> MemoryStore:
    """A store with one chunk, encoded as zarr-python 2 did."""
    encoded = array
    for each in [*(members["filters"] or []), members["compressor"]]:
        if each is not None:
            encoded = numcodecs.get_codec(each).encode(encoded)
    data = encoded.tobytes(order="A") if isinstance(encoded, np.ndarray) else bytes(encoded)
    key = ".".join("0" for _ in members["shape"]) or "0"
    return MemoryStore({".zarray": json.dumps(members).encode(), key: data})


OBJECT_FILTERS: list[dict[str, Any]] = [
    {"id": "vlen-utf8"},
    numcodecs.JSON().get_config(),
    {"id": "categorize", "labels": sorted(STRINGS), "dtype": "|O", "astype": "|u1"},
    {"id": "categorize", "labels": sorted(STRINGS), "dtype": "|O", "astype": ">i2"},
]


def objects(items: list[Any], shape: tuple[int, ...], order: Any = "C") -> Any:
    array = np.empty(len(items), object)
    array[:] = items
    return np.asarray(array.reshape(shape), order=order)


def of_items(items: list[bytes], array: Any) -> Elements:
    return elements_from_items(items, array.metadata.array_type(array.metadata.shape))


@pytest.mark.parametrize("first", OBJECT_FILTERS, ids=lambda each: str(each["id"]))
@pytest.mark.parametrize("shape", [(6,), (2, 3)])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("compressor", [None, {"id": "zlib", "level": 1}])
def test_strings(first: Any, shape: tuple[int, ...], order: str, compressor: Any) -> None:
    """v2.filter.vlen-utf8, and the others that can hold strings"""
    members = document(
        "|O", [first], shape=list(shape), chunks=list(shape), order=order, compressor=compressor
    )
    store = written_by_numcodecs(objects(STRINGS, shape, order), members)
    array = open_array(store)
    assert [item.decode() for item in items_of(array.read())] == STRINGS
    copy = create_array(MemoryStore(), "", members)
    copy.write_region((0,) * len(shape), of_items([each.encode() for each in STRINGS], copy))
    key = ".".join("0" for _ in shape)
    if compressor is None:
        assert copy.store.get(key) == store.get(key)
    assert [item.decode() for item in items_of(copy.read())] == STRINGS


def test_byte_strings() -> None:
    """v2.filter.vlen-bytes"""
    items = [b"a", b"", b"\xff\0", b"\0", b"b", b"c"]
    members = document("|O", [{"id": "vlen-bytes"}, {"id": "crc32"}])
    store = written_by_numcodecs(objects(items, (6,)), members)
    assert list(items_of(open_array(store).read())) == items


@pytest.mark.parametrize(("dtype", "order"), [("<U9", "C"), (">U9", "F")])
def test_categories_of_strings_of_a_fixed_length(dtype: str, order: str) -> None:
    strings = ["a", "", "\u00fc", "no label", "\U0001f600b", "z" * 9]
    labels = {"labels": ["z" * 9, "a", "\u00fc", "\U0001f600b", "a"], "dtype": dtype}
    members = document(
        dtype, [{"id": "categorize", **labels}], shape=[2, 3], chunks=[2, 3], order=order
    )
    array = np.array(strings, dtype).reshape(2, 3)
    store = written_by_numcodecs(np.asarray(array, order=order), members)
    expected = np.array([s if s in labels["labels"] else "" for s in strings], "<U9")
    assert open_array(store).read().tobytes() == expected.tobytes()
    copy = create_array(MemoryStore(), "", members)
    opaque = np.frombuffer(array.astype("<U9").tobytes(), "V36").reshape(2, 3)
    copy.write_region((0, 0), opaque)
    assert copy.store.get("0.0") == np.array([[2, 0, 3], [0, 4, 1]], dtype="u1", order="C").tobytes(
        order=order
    )


def test_strings_without_dimensions_in_json() -> None:
    members = document("|O", [numcodecs.JSON().get_config()], shape=[], chunks=[])
    store = written_by_numcodecs(np.array("a", object), members)
    assert list(items_of(open_array(store).read())) == [b"a"]
    copy = create_array(MemoryStore(), "", members)
    copy.write_region((), of_items([b"a"], copy))
    assert copy.store.get("0") == store.get("0") == b'["a","|O",[]]'


def test_missing_objects_read_as_the_fill_value() -> None:
    for fill_value, item in {"x": b"x", "": b"", None: b"", 0: b""}.items():
        array = create_array(
            MemoryStore(), "", document("|O", [{"id": "vlen-utf8"}], fill_value=fill_value)
        )
        assert list(items_of(array.read())) == [item] * 6


CATEGORIES = {"id": "categorize", "labels": ["a"], "dtype": "|O"}


@pytest.mark.parametrize(
    ("dtype", "filters", "kind"),
    [
        ("|O", None, UnknownExtension),
        ("|O", [], UnknownExtension),
        ("|O", [{"id": "zlib"}, {"id": "vlen-utf8"}], UnknownExtension),
        ("|O", [{"id": "pickle", "protocol": 4}], UnknownExtension),
        ("|O", [{"id": "msgpack2"}], UnknownExtension),
        ("|O", [{"id": "vlen-array", "dtype": "<i4"}], UnknownExtension),
        ("|O", [{"id": "vlen-utf8", "x": 1}], InvalidMetadata),
        ("|O", [{"id": "json2", "encoding": "utf-16"}], InvalidMetadata),
        ("|O", [{"id": "vlen-utf8"}, {"id": "vlen-utf8"}], UnknownExtension),
        ("|O", [{"id": "vlen-utf8"}, {"id": "packbits"}], InvalidMetadata),
        ("|O", [{"id": "categorize"}], InvalidMetadata),
        ("|O", [{**CATEGORIES, "labels": "a"}], InvalidMetadata),
        ("|O", [{**CATEGORIES, "labels": ["a", 1]}], InvalidMetadata),
        ("|O", [{**CATEGORIES, "labels": ["\ud800"]}], InvalidMetadata),
        ("|O", [{**CATEGORIES, "astype": 1}], InvalidMetadata),
        ("|O", [{**CATEGORIES, "astype": "<f4"}], InvalidMetadata),
        ("|O", [{**CATEGORIES, "astype": "u1"}], InvalidMetadata),
        ("|O", [{**CATEGORIES, "more": 1}], InvalidMetadata),
        ("|O", [{**CATEGORIES, "labels": ["a"] * 256}], InvalidMetadata),
        ("<U1", [{**CATEGORIES, "labels": ["ab"]}], InvalidMetadata),
        ("<i4", [CATEGORIES], InvalidMetadata),
    ],
)
def test_other_objects_are_refused(dtype: str, filters: Any, kind: type[Refusal]) -> None:
    with pytest.raises(kind):
        create_array(MemoryStore(), "", document(dtype, filters))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b'"a"',
        b"[]",
        b'["a","b","c","d","e","f"]',
        b'["a","b","c","d","e","f","|O",[5]]',
        b'["a","b","c","d","e","f","<U1",[6]]',
        b'["a","b","c","d","e","|O",[6]]',
        b'["a","b","c","d","e",1,"|O",[6]]',
        b'["a","b","c","d","e",null,"|O",[6]]',
        b'["a","b","c","d","e","\\ud800","|O",[6]]',
        b'["a","b","c","d","e",NaN,"|O",[6]]',
    ],
)
def test_json_that_holds_no_such_strings_is_refused(data: bytes) -> None:
    members = document("|O", [{"id": "json2"}])
    store = MemoryStore({".zarray": json.dumps(members).encode(), "0": data})
    with pytest.raises(MalformedChunk):
        open_array(store).read()


def test_nested_json_of_another_shape_is_refused() -> None:
    members = document("|O", [{"id": "json2"}], shape=[2, 1], chunks=[2, 1])
    store = MemoryStore({".zarray": json.dumps(members).encode()})
    store.set("0.0", b'[["a"],"b","|O",[2,1]]')
    with pytest.raises(MalformedChunk, match=r"\[1\]"):
        open_array(store).read()


@pytest.mark.parametrize("data", [bytes(5), bytes(7), b"\0\0\0\0\0\2", b"\xff" * 6])
def test_numbers_of_no_category_are_refused(data: bytes) -> None:
    for astype in ("|u1", "|i1"):
        members = document("|O", [{**CATEGORIES, "astype": astype}])
        store = MemoryStore({".zarray": json.dumps(members).encode(), "0": data})
        with pytest.raises(MalformedChunk):
            open_array(store).read()


def test_codecs_can_be_made_from_their_configuration() -> None:
    assert Json2Codec.from_configuration({}, "$") == Json2Codec()
    assert CategorizeCodec.from_configuration(CATEGORIES, "$").labels == ("a",)


@given(st.lists(st.text(), min_size=2, max_size=2))
def test_any_string_survives_json(strings: list[str]) -> None:
    members = document("|O", [{"id": "json2"}], shape=[2], chunks=[2])
    array = create_array(MemoryStore(), "", members)
    array.write_region((0,), of_items([each.encode() for each in strings], array))
    data = array.store.get("0")
    assert numcodecs.JSON().decode(data).tolist() == strings
    assert [item.decode() for item in items_of(array.read())] == strings
