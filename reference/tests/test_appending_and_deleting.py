"""Nodes that are made longer, or deleted, in both versions: what is asked for, and nothing else."""

from types import ModuleType
from typing import Any

import pytest

from zarr_reference.errors import InvalidRequest, MissingNode
from zarr_reference.representation import Elements, elements_from_bytes
from zarr_reference.stores import MemoryStore, Store
from zarr_reference.v2 import hierarchy as v2
from zarr_reference.v3 import hierarchy as v3

V3: dict[str, Any] = {
    "zarr_format": 3,
    "node_type": "array",
    "shape": [2, 3],
    "data_type": "uint8",
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2, 2]}},
    "chunk_key_encoding": "default",
    "fill_value": 0,
    "codecs": ["bytes"],
}
V2: dict[str, Any] = {
    "zarr_format": 2,
    "shape": [2, 3],
    "chunks": [2, 2],
    "dtype": "|u1",
    "compressor": None,
    "fill_value": 0,
    "order": "C",
    "filters": None,
}
both = pytest.mark.parametrize(("hierarchy", "document"), [(v3, V3), (v2, V2)])


def elements(array: Any, shape: tuple[int, ...], data: bytes) -> Elements:
    return elements_from_bytes(data, array.metadata.array_type(shape))


def filled(hierarchy: ModuleType, document: dict[str, Any], path: str = "/a") -> tuple[Store, Any]:
    store = MemoryStore()
    array = hierarchy.create_array(store, path, document)
    array.write_region((0, 0), elements(array, (2, 3), bytes(range(1, 7))))
    return store, array


@both
@pytest.mark.parametrize(
    ("axis", "shape", "new", "whole"),
    [
        (0, (1, 3), b"abc", b"\1\2\3\4\5\6abc"),
        (1, (2, 2), b"abcd", b"\1\2\3ab\4\5\6cd"),
        (1, (2, 0), b"", b"\1\2\3\4\5\6"),
    ],
)
def test_elements_are_appended(
    hierarchy: ModuleType,
    document: dict[str, Any],
    axis: int,
    shape: tuple[int, ...],
    new: bytes,
    whole: bytes,
) -> None:
    store, array = filled(hierarchy, document)
    before = {key: store.get(key) for key in store.list()}
    keys = hierarchy.append(store, "/a", axis, elements(array, shape, new))
    assert hierarchy.open_array(store, "/a").read().tobytes() == whole
    changed = {key for key in store.list() if store.get(key) != before.get(key)}
    assert changed <= keys
    assert any(key.endswith(("zarr.json", ".zarray")) for key in keys)


@both
@pytest.mark.parametrize(
    ("axis", "shape"), [(2, (2, 3)), (-1, (2, 3)), (0, (1, 2)), (0, (3,)), (1, (3, 1))]
)
def test_what_does_not_fit_is_not_appended(
    hierarchy: ModuleType, document: dict[str, Any], axis: int, shape: tuple[int, ...]
) -> None:
    store, array = filled(hierarchy, document)
    before = {key: store.get(key) for key in store.list()}
    size = 1
    for length in shape:
        size *= length
    with pytest.raises(InvalidRequest):
        hierarchy.append(store, "/a", axis, elements(array, shape, bytes(size)))
    assert {key: store.get(key) for key in store.list()} == before


@both
def test_a_node_is_deleted_and_others_stay(hierarchy: ModuleType, document: dict[str, Any]) -> None:
    """storage.erase.prefix, store.erase_prefix"""
    store, _ = filled(hierarchy, document, "/g/a")
    hierarchy.create_array(store, "/g/ab", document)
    hierarchy.create_group(store, "/h")
    before = {key: store.get(key) for key in store.list()}
    keys = hierarchy.delete(store, "/g/a")
    assert keys == {key for key in before if key.startswith("g/a/")}
    assert {key: store.get(key) for key in store.list()} == {
        key: value for key, value in before.items() if key not in keys
    }
    hierarchy.delete(store, "/g")
    assert list(hierarchy.open_group(store).children()) == ["h"]
    hierarchy.delete(store, "/")
    assert store.list() == []


@both
def test_what_is_not_there_is_not_deleted(hierarchy: ModuleType, document: dict[str, Any]) -> None:
    store, _ = filled(hierarchy, document)
    with pytest.raises(MissingNode):
        hierarchy.delete(store, "/b")
