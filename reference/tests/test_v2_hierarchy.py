"""Hierarchies of v2: what is where, and what creating a node writes."""

import json
from typing import Any

import pytest

from zarr_reference.errors import InvalidMetadata, InvalidRequest, MissingNode
from zarr_reference.stores import MemoryStore
from zarr_reference.v2.array import Array
from zarr_reference.v2.hierarchy import (
    Group,
    create_array,
    create_group,
    open_array,
    open_group,
    open_node,
    resize,
    set_attributes,
)
from zarr_reference.v3 import array, hierarchy

ARRAY: dict[str, Any] = {
    "zarr_format": 2,
    "shape": [4],
    "chunks": [2],
    "dtype": "|u1",
    "compressor": None,
    "fill_value": 0,
    "order": "C",
    "filters": None,
}

ZARRAY = json.dumps(ARRAY).encode()
ZGROUP = b'{"zarr_format": 2}'


def test_creating_a_group_creates_all_above_it() -> None:
    """v2.group.ancestors.group"""
    store = MemoryStore()
    group = create_group(store, "foo/bar", {"a": 1})
    assert store.list() == [".zgroup", "foo/.zgroup", "foo/bar/.zattrs", "foo/bar/.zgroup"]
    assert json.loads(store.get("foo/.zgroup") or b"") == {"zarr_format": 2}
    assert group.attributes == {"a": 1}
    assert group.path == "/foo/bar"


def test_creating_an_array_creates_all_above_it() -> None:
    """v2.group.ancestors.array: "if they don't already exist" """
    store = MemoryStore({"foo/.zgroup": b'{"zarr_format": 2 }'})
    made = create_array(store, "/foo//bar/", ARRAY)
    assert store.list() == [".zgroup", "foo/.zgroup", "foo/bar/.zarray"]
    assert store.get("foo/.zgroup") == b'{"zarr_format": 2 }'
    assert json.loads(store.get("foo/bar/.zarray") or b"") == ARRAY
    assert made == open_array(store, "foo/bar")


def test_a_node_of_v2_is_a_node_of_v3() -> None:
    store = MemoryStore({".zgroup": ZGROUP, "a/.zarray": ZARRAY, "a/.zattrs": b'{"b": 2}'})
    group, member = open_node(store), open_node(store, "a")
    assert isinstance(group, Group)
    assert isinstance(group, hierarchy.Group)
    assert isinstance(member, Array)
    assert isinstance(member, array.Array)
    assert member.metadata.attributes == {"b": 2}
    assert group.attributes == {}


def test_members() -> None:
    """v2.group.members: direct children that are nodes"""
    store = MemoryStore(
        {
            ".zgroup": ZGROUP,
            "foo/.zgroup": ZGROUP,
            "foo/bar/.zgroup": ZGROUP,
            "foo/baz/.zarray": ZARRAY,
            "foo/baz/0": b"\0\0",
            "foo/none/.zattrs": b"{}",
            "foo/deep/er/.zgroup": ZGROUP,
            "foo/__x/.zgroup": ZGROUP,
            "foo/größe/.zgroup": ZGROUP,
            "foo/back\\slash/.zgroup": ZGROUP,
            "foo/file": b"",
        }
    )
    members = open_group(store, "foo").children()
    assert members == {"__x": "group", "bar": "group", "baz": "array"}
    assert list(members) == sorted(members)
    assert open_group(store).children() == {"foo": "group"}


def test_a_node_is_not_both() -> None:
    """v2.node.both"""
    store = MemoryStore({"a/.zgroup": ZGROUP, "a/.zarray": ZARRAY, ".zgroup": ZGROUP})
    for operation in (
        lambda: open_node(store, "a"),
        lambda: open_group(store).children(),
        lambda: create_group(store, "a/b"),
    ):
        with pytest.raises(InvalidMetadata) as caught:
            operation()
        assert caught.value.requirement == "v2.node.both"


@pytest.mark.parametrize("path", ["b", "a/b", "/b/c"])
def test_what_is_not_there_is_missing(path: str) -> None:
    store = MemoryStore({".zgroup": ZGROUP, "a/.zarray": ZARRAY})
    for open_something in (open_node, open_array, open_group):
        with pytest.raises(MissingNode, match="there is neither"):
            open_something(store, path)


def test_the_other_kind_is_missing() -> None:
    """v2.array.zarray_key, v2.group.zgroup_key"""
    store = MemoryStore({".zgroup": ZGROUP, "a/.zarray": ZARRAY})
    with pytest.raises(MissingNode, match="this is a group") as caught:
        open_array(store, "/")
    assert caught.value.requirement == "v2.array.zarray_key"
    with pytest.raises(MissingNode, match="this is an array") as caught:
        open_group(store, "a")
    assert caught.value.requirement == "v2.group.zgroup_key"


def test_nothing_is_overwritten() -> None:
    store = MemoryStore({"a/.zarray": ZARRAY})
    keys = store.list()
    with pytest.raises(InvalidRequest, match="a node already"):
        create_group(store, "a")
    with pytest.raises(InvalidRequest, match="a node already"):
        create_array(store, "a", ARRAY)
    with pytest.raises(InvalidRequest, match="an array is above it"):
        create_group(store, "a/b/c")
    assert store.list() == keys


def test_nothing_invalid_is_written() -> None:
    """v2.array.other_keys.not_written"""
    store = MemoryStore()
    with pytest.raises(InvalidRequest, match="no member"):
        create_array(store, "a", {**ARRAY, "node_type": "array"})
    with pytest.raises(InvalidMetadata):
        create_array(store, "a", {**ARRAY, "order": "D"})
    with pytest.raises(InvalidRequest):
        create_array(store, "a", ARRAY, {"a": float("nan")})
    assert store.list() == []


def test_attributes_are_set() -> None:
    """v2.attrs.key"""
    store = MemoryStore({".zarray": ZARRAY})
    assert set_attributes(store, "/", {"units": "m"}) == {".zattrs"}
    assert set_attributes(store, "/", {"name": "x"}) == {".zattrs"}
    assert open_array(store).metadata.attributes == {"units": "m", "name": "x"}
    with pytest.raises(MissingNode):
        set_attributes(store, "b", {})


def test_an_array_is_resized() -> None:
    store = MemoryStore({"a/.zarray": ZARRAY, ".zgroup": ZGROUP})
    assert resize(store, "a", [9]) == {"a/.zarray"}
    assert open_array(store, "a").metadata.shape == (9,)
    with pytest.raises(InvalidMetadata):
        resize(store, "a", [9, 9])
    with pytest.raises(MissingNode):
        resize(store, "", [1])
    assert open_array(store, "a").metadata.shape == (9,)
