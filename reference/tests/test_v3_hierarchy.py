"""Nodes are opened, listed, created and changed."""

import json
from typing import Any

import pytest

from zarr_reference.errors import (
    InvalidMetadata,
    InvalidRequest,
    MalformedMetadata,
    MissingNode,
    Refusal,
)
from zarr_reference.stores import MemoryStore
from zarr_reference.v3.array import Array
from zarr_reference.v3.hierarchy import (
    Group,
    create_array,
    create_group,
    open_array,
    open_group,
    open_node,
    resize,
    set_attributes,
)

ARRAY: dict[str, Any] = {
    "zarr_format": 3,
    "node_type": "array",
    "shape": [4],
    "data_type": "uint8",
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2]}},
    "chunk_key_encoding": "default",
    "fill_value": 0,
    "codecs": ["bytes"],
}
GROUP = b'{"zarr_format": 3, "node_type": "group"}'


def test_nodes_are_opened_as_what_they_are() -> None:
    """core.hierarchy.node_kinds, core.hierarchy.root_may_be_group, core.keys.metadata.nonroot"""
    store = MemoryStore({"zarr.json": GROUP, "a/b/zarr.json": json.dumps(ARRAY).encode()})
    assert isinstance(open_node(store), Group)
    node = open_node(store, "/a/b", limit=7)
    assert isinstance(node, Array)
    assert (node.path, node.limit) == ("/a/b", 7)
    assert open_array(store, "/a/b") == open_node(store, "/a/b")
    assert open_group(store).attributes == {}


def test_the_root_may_be_an_array() -> None:
    """core.hierarchy.root_may_be_array"""
    assert open_array(MemoryStore({"zarr.json": json.dumps(ARRAY).encode()})).path == "/"


def test_there_are_no_implicit_groups() -> None:
    """core.metadata.group.document_required"""
    store = MemoryStore({"a/b/zarr.json": GROUP})
    for path in ("/", "/a", "/a/b/c"):
        with pytest.raises(MissingNode):
            open_node(store, path)
    assert isinstance(open_node(store, "/a/b"), Group)


def test_the_other_kind_is_not_there() -> None:
    store = MemoryStore({"g/zarr.json": GROUP, "a/zarr.json": json.dumps(ARRAY).encode()})
    with pytest.raises(MissingNode) as caught:
        open_array(store, "/g")
    assert caught.value.requirement == "core.metadata.array.node_type.value"
    with pytest.raises(MissingNode) as caught:
        open_group(store, "/a")
    assert caught.value.requirement == "core.metadata.group.node_type.value"


@pytest.mark.parametrize(
    ("path", "requirement"),
    [("/a/__b", "core.name.no_dunder_prefix"), ("/../a", "core.name.not_all_periods")],
)
def test_a_forbidden_name_is_neither_read_nor_written(path: str, requirement: str) -> None:
    store = MemoryStore({"a/__b/zarr.json": GROUP})
    for attempt in (
        lambda: open_node(store, path),
        lambda: create_group(store, path),
        lambda: create_array(store, path, ARRAY),
        lambda: set_attributes(store, path, {}),
    ):
        with pytest.raises(MissingNode) as caught:
            attempt()
        assert caught.value.requirement == requirement
    assert store.list() == ["a/__b/zarr.json"]


def test_a_refusal_names_the_document() -> None:
    with pytest.raises(MalformedMetadata) as caught:
        open_node(MemoryStore({"a/zarr.json": b"{"}), "/a")
    assert caught.value.place.startswith("a/zarr.json, line 1")


def test_children_are_the_prefixes_with_documents() -> None:
    """storage.children.list_dir, storage.children.extra_files_ignored"""
    store = MemoryStore(
        {
            "g/zarr.json": GROUP,
            "g/a/zarr.json": json.dumps(ARRAY).encode(),
            "g/a/c/0": b"\x01\x02",
            "g/b/zarr.json": GROUP,
            "g/b/deeper/zarr.json": GROUP,
            "g/c/zarr.json": b'{"node_type": "array", "zarr_format": 99}',
            "g/README.md": b"",
            "g/.DS_Store": b"",
            "g/empty/notes.txt": b"",
            "g/implied/child/zarr.json": GROUP,
            "g/__hidden/zarr.json": b"{",
            "g/.../zarr.json": GROUP,
            "g/zarr.json2/zarr.json": GROUP,
        }
    )
    children = open_group(store, "/g").children()
    assert children == {"a": "array", "b": "group", "c": "array", "zarr.json2": "group"}
    assert open_group(store, "/g/b").children() == {"deeper": "group"}


def test_children_of_the_root() -> None:
    store = MemoryStore({"zarr.json": GROUP, "b/zarr.json": GROUP, "a/zarr.json": GROUP})
    assert list(open_group(store).children()) == ["a", "b"]


@pytest.mark.parametrize(
    ("document", "kind"),
    [(b"", MalformedMetadata), (b"[]", MalformedMetadata), (b"{}", InvalidMetadata)],
)
def test_a_child_of_no_known_kind_is_refused(document: bytes, kind: type[Refusal]) -> None:
    store = MemoryStore({"zarr.json": GROUP, "a/zarr.json": document})
    with pytest.raises(kind) as caught:
        open_group(store).children()
    assert caught.value.place.startswith("a/zarr.json")


def test_groups_are_created_with_their_ancestors() -> None:
    """storage.create_group.ancestors, storage.create_array.ancestors"""
    store = MemoryStore()
    group = create_group(store, "/a/b", {"spam": ["ham"]})
    assert store.list() == ["a/b/zarr.json", "a/zarr.json", "zarr.json"]
    assert group == open_group(store, "/a/b")
    assert group.attributes == {"spam": ["ham"]}
    assert b"attributes" not in (store.get("a/zarr.json") or b"")
    array = create_array(store, "/a/c/d", {**ARRAY, "attributes": {"x": 1.5}})
    assert array == open_array(store, "/a/c/d")
    assert open_group(store, "/a").children() == {"b": "group", "c": "group"}


def test_nothing_is_created_over_a_node() -> None:
    store = MemoryStore()
    create_group(store, "/a", {"x": 1})
    before = {key: store.get(key) for key in store.list()}
    with pytest.raises(InvalidRequest):
        create_group(store, "/a")
    with pytest.raises(InvalidRequest):
        create_array(store, "/a", ARRAY)
    assert {key: store.get(key) for key in store.list()} == before


def test_nothing_is_created_under_an_array() -> None:
    """core.hierarchy.array_is_leaf"""
    store = MemoryStore()
    create_array(store, "/a", ARRAY)
    with pytest.raises(InvalidRequest):
        create_group(store, "/a/b/c")
    assert store.list() == ["a/zarr.json", "zarr.json"]


@pytest.mark.parametrize(
    "document",
    [{}, {**ARRAY, "shape": [-1]}, {**ARRAY, "fill_value": float("nan")}, json.loads(GROUP)],
)
def test_what_cannot_be_read_is_not_written(document: dict[str, Any]) -> None:
    store = MemoryStore()
    with pytest.raises(Refusal):
        create_array(store, "/a", document)
    with pytest.raises(Refusal):
        create_group(store, "/a", [1])  # type: ignore[arg-type]
    assert store.list() == []


def test_attributes_are_set_and_the_rest_stays() -> None:
    """core.metadata.array.attributes.any_values"""
    text = json.dumps({**ARRAY, "attributes": {"old": 1}, "x": {"must_understand": False}})
    exact = text.replace('"old": 1', '"old": 0.10')
    store = MemoryStore({"zarr.json": exact.encode()})
    assert set_attributes(store, "/", {"new": [1, 2.5, None]}) == {"zarr.json"}
    assert json.loads(store.get("zarr.json") or b"") == {
        **json.loads(text),
        "attributes": {"old": 0.1, "new": [1, 2.5, None]},
    }
    assert b'"old": 0.10' in (store.get("zarr.json") or b"")
    assert open_array(store).metadata.attributes["new"][0] == 1


def test_numbers_elsewhere_keep_their_spelling() -> None:
    store = MemoryStore({"zarr.json": GROUP[:-1] + b', "x": {"must_understand": false, "y": 1.0}}'})
    set_attributes(store, "/", {})
    assert b'"y": 1.0' in (store.get("zarr.json") or b"")


def test_resizing_keeps_the_chunks() -> None:
    """storage.resize.keep_or_delete, grow_old_data, no_default_wipe"""
    store = MemoryStore({"a/c/0": b"\x01\x02", "a/c/1": b"\x03\x04"})
    create_array(store, "/a", ARRAY)
    assert resize(store, "/a", (1,)) == {"a/zarr.json"}
    assert open_array(store, "/a").read().tobytes() == b"\x01"
    resize(store, "/a", (5,))
    assert open_array(store, "/a").read().tobytes() == b"\x01\x02\x03\x04\x00"


def test_a_shape_that_does_not_fit_is_refused() -> None:
    store = MemoryStore()
    create_array(store, "/a", ARRAY)
    for path, shape, kind in (
        ("/a", (1, 1), InvalidMetadata),
        ("/a", (-1,), InvalidMetadata),
        ("/", (1,), MissingNode),
    ):
        with pytest.raises(kind):
            resize(store, path, shape)
    assert open_array(store, "/a").metadata.shape == (4,)
