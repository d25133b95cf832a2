"""Hierarchies: opening, listing, creating and changing the nodes of a store.

https://zarr-specs.readthedocs.io/en/latest/v3/core/#storage
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zarr_reference.errors import InvalidRequest, MissingNode
from zarr_reference.representation import Elements
from zarr_reference.stores import Store
from zarr_reference.v3.array import DEFAULT_LIMIT, Array
from zarr_reference.v3.json_documents import format_json, parse_object
from zarr_reference.v3.metadata import (
    ArrayMetadata,
    GroupMetadata,
    NodeType,
    parse_array_metadata,
    parse_group_metadata,
    parse_node_metadata,
    parse_node_type,
)
from zarr_reference.v3.node_names import (
    METADATA_NAME,
    ancestor_paths,
    fault_of_node_name,
    key_prefix,
    metadata_key,
    parse_path,
)


@dataclass(frozen=True)
class Group:
    """A group in a store. Like an array, it is opened again after its metadata was written anew."""

    store: Store
    path: str
    metadata: GroupMetadata

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The user's metadata: JSON values as ``parse_json`` returns them."""
        return self.metadata.attributes

    def children(self) -> dict[str, NodeType]:
        """The name of each child, in the order of the store, and what kind of node it is.

        Only the kind is looked at: a child whose document breaks some other rule is listed too.
        Raises ``MalformedMetadata`` or ``InvalidMetadata`` if a document does not show the kind.
        """
        # storage.children.list_dir: "perform list_dir(P + "/"). Any returned prefix Q not starting
        # with __ indicates a child array or group. To determine whether the child is an array or
        # group, the document meta_key(Q) must be checked." Other keys are no nodes
        # (storage.children.extra_files_ignored).
        prefix = key_prefix(self.path)
        _, prefixes = self.store.list_dir(prefix)
        names = [child.removeprefix(prefix).removesuffix("/") for child in prefixes]
        names = [name for name in names if fault_of_node_name(name) is None]
        documents = self.store.get_each(f"{prefix}{name}/{METADATA_NAME}" for name in names)
        # core.metadata.group.document_required: a prefix without a document is no group.
        return {
            name: parse_node_type(document, key)
            for name, (key, document) in zip(names, documents, strict=True)
            if document is not None
        }


def open_node(store: Store, path: str = "/", limit: int = DEFAULT_LIMIT) -> Array | Group:
    """The array or group at ``path``; ``limit`` is what an array may take, in bytes.

    Raises ``MissingNode`` if there is none, and whatever is wrong with its metadata.
    """
    key = _metadata_key(path)
    metadata = parse_node_metadata(_get_document(store, key), key)
    if isinstance(metadata, ArrayMetadata):
        return Array(store, path, metadata, limit)
    return Group(store, path, metadata)


def open_array(store: Store, path: str = "/", limit: int = DEFAULT_LIMIT) -> Array:
    """As ``open_node``, and raises ``MissingNode`` for a group."""
    node = open_node(store, path, limit)
    if isinstance(node, Group):
        raise MissingNode(
            "core.metadata.array.node_type.value", metadata_key(path), "this is a group, no array"
        )
    return node


def open_group(store: Store, path: str = "/", limit: int = DEFAULT_LIMIT) -> Group:
    """As ``open_node``, and raises ``MissingNode`` for an array."""
    node = open_node(store, path, limit)
    if isinstance(node, Array):
        raise MissingNode(
            "core.metadata.group.node_type.value", metadata_key(path), "this is an array, no group"
        )
    return node


def create_array(store: Store, path: str, document: Mapping[str, Any]) -> Array:
    """Writes ``document`` as the metadata of a new array, and of groups around it where needed.

    Raises what reading the document would, and ``InvalidRequest`` if there is a node at ``path``
    already or an array above it; then nothing is written.
    """
    key = _metadata_key(path)
    data = format_json(document)
    metadata = parse_array_metadata(data, key)
    _set_new_document(store, path, data)
    return Array(store, path, metadata)


def create_group(store: Store, path: str, attributes: Mapping[str, Any] | None = None) -> Group:
    """Writes the metadata of a new group, and of groups around it where needed.

    Raises as ``create_array`` does.
    """
    key = _metadata_key(path)
    data = _group_document(attributes)
    metadata = parse_group_metadata(data, key)
    _set_new_document(store, path, data)
    return Group(store, path, metadata)


def set_attributes(store: Store, path: str, attributes: Mapping[str, Any]) -> frozenset[str]:
    """Sets these members of the attributes of the node at ``path``; returns the keys set.

    Its other attributes stay, and everything else in its metadata. Raises as ``open_node`` does.
    """
    present = open_node(store, path).metadata.attributes
    return _change_metadata(store, path, {"attributes": {**present, **attributes}})


def resize(store: Store, path: str, shape: Sequence[int]) -> frozenset[str]:
    """Gives the array at ``path`` another shape; returns the keys set.

    Chunks stay as they are: those outside the new shape show again if it is made larger later
    (storage.resize.keep_or_delete, storage.resize.grow_old_data). Raises as ``open_array`` does.
    """
    open_array(store, path)
    return _change_metadata(store, path, {"shape": list(shape)})


def append(store: Store, path: str, axis: int, elements: Elements) -> frozenset[str]:
    """Makes the array at ``path`` longer by ``elements`` at the end of a dimension, from 0 on.

    Returns the keys set. Raises as ``open_array``, ``Array.place_of_appended`` and
    ``Array.write_region`` do.
    """
    start, shape = open_array(store, path).place_of_appended(axis, elements)
    keys = resize(store, path, shape)
    return keys | open_array(store, path).write_region(start, elements)


def delete(store: Store, path: str) -> frozenset[str]:
    """Erases the node at ``path`` with all that is below it; returns the keys erased.

    Raises ``MissingNode`` if there is none. The groups around it stay.
    """
    _get_document(store, _metadata_key(path))
    return erase_prefix(store, key_prefix(path))


def erase_prefix(store: Store, prefix: str) -> frozenset[str]:
    """Erases all keys with the prefix; returns them."""
    # storage.erase.prefix: "perform erase_prefix(P + "/")"; store.erase_prefix
    keys = frozenset(key for key in store.list() if key.startswith(prefix))
    for key in keys:
        store.erase(key)
    return keys


def _change_metadata(store: Store, path: str, changes: Mapping[str, Any]) -> frozenset[str]:
    key = _metadata_key(path)
    document = parse_object(_get_document(store, key), key)
    data = format_json({**document, **changes})
    parse_node_metadata(data, key)
    store.set(key, data)
    return frozenset({key})


def _metadata_key(path: str) -> str:
    parse_path(path)
    return metadata_key(path)


def _get_document(store: Store, key: str) -> bytes:
    document = store.get(key)
    # storage.exists.by_metadata. There are no implicit groups: each group has its own document
    # (core.metadata.group.document_required).
    if document is None:
        raise MissingNode("storage.exists.by_metadata", key, "there is no such metadata document")
    return document


def _group_document(attributes: Mapping[str, Any] | None) -> bytes:
    document = {"zarr_format": 3, "node_type": "group"}
    return format_json(document if attributes is None else {**document, "attributes": attributes})


def _set_new_document(store: Store, path: str, data: bytes) -> None:
    if store.get(metadata_key(path)) is not None:
        raise InvalidRequest("request", metadata_key(path), "there is a node already; erase it")
    missing = []
    for ancestor in map(metadata_key, ancestor_paths(path)):
        document = store.get(ancestor)
        if document is None:
            missing.append(ancestor)
        # core.hierarchy.array_is_leaf: "array nodes may not" have children.
        elif parse_node_type(document, ancestor) == "array":
            raise InvalidRequest("request", ancestor, "this is an array, which has no children")
    # storage.create_group.ancestors: "ensure the existence of groups at all ancestor paths".
    # storage.create_array.ancestors: creating an array implies them too.
    for ancestor in missing:
        store.set(ancestor, _group_document(None))
    store.set(metadata_key(path), data)
