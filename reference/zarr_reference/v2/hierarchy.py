"""Hierarchies: opening, listing, creating and changing the nodes of a store.

Here a node is up to two documents: ``.zarray`` or ``.zgroup`` says what it is, ``.zattrs`` holds
its attributes.

https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#hierarchies
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zarr_reference.errors import InvalidMetadata, InvalidRequest, MissingNode
from zarr_reference.representation import Elements
from zarr_reference.stores import Store
from zarr_reference.v2.array import Array
from zarr_reference.v2.metadata import (
    OPTIONAL,
    REQUIRED,
    parse_array_metadata,
    parse_attributes,
    parse_group_metadata,
)
from zarr_reference.v2.paths import ancestor_paths, key_prefix, normalise_path
from zarr_reference.v3 import hierarchy
from zarr_reference.v3.array import DEFAULT_LIMIT
from zarr_reference.v3.json_documents import format_json, parse_object, shown
from zarr_reference.v3.metadata import NodeType

ARRAY_NAME = ".zarray"
GROUP_NAME = ".zgroup"
ATTRIBUTES_NAME = ".zattrs"

GROUP_DOCUMENT = format_json({"zarr_format": 2})


@dataclass(frozen=True)
class Group(hierarchy.Group):
    """A group in a store. ``path`` is its logical path after a slash."""

    def children(self) -> dict[str, NodeType]:
        """The name of each member, in the order of the store, and what kind of node it is.

        Raises ``InvalidMetadata`` for a member that is both an array and a group.
        """
        # v2.group.members: "arrays and groups stored under logical paths that are direct children
        # of the parent group's logical path", which have to be ASCII (v2.path.ascii).
        prefix = key_prefix(self.path)
        _, prefixes = self.store.list_dir(prefix)
        paths = [child for child in prefixes if child.isascii() and "\\" not in child]
        arrays = self.store.get_each(path + ARRAY_NAME for path in paths)
        groups = self.store.get_each(path + GROUP_NAME for path in paths)
        kinds = {
            path.removeprefix(prefix).removesuffix("/"): Documents(path, zarray, zgroup).node_type
            for path, (_, zarray), (_, zgroup) in zip(paths, arrays, groups, strict=True)
        }
        return {name: kind for name, kind in kinds.items() if kind is not None}


@dataclass(frozen=True)
class Documents:
    """What is stored at a logical path: its documents, None for those missing.

    Raises ``InvalidMetadata`` if they contradict each other.
    """

    path: str
    zarray: bytes | None
    zgroup: bytes | None

    def __post_init__(self) -> None:
        # v2.node.both: the text does not mention it, and nothing says which of the two is meant.
        if self.zarray is not None and self.zgroup is not None:
            sentence = "there are .zarray and .zgroup, but a node is one of them; remove the other"
            raise InvalidMetadata("v2.node.both", f"path {self.path!r}", sentence)

    @property
    def node_type(self) -> NodeType | None:
        """What the node is; None if there is none."""
        # v2.group.zgroup_key: "a group exists at logical path "foo/bar" if the "foo/bar/.zgroup"
        # key exists in the store". v2.array.zarray_key says the same of arrays.
        if self.zarray is not None:
            return "array"
        return None if self.zgroup is None else "group"


def _get_documents(store: Store, path: str) -> Documents:
    prefix = key_prefix(path)
    return Documents(path, store.get(prefix + ARRAY_NAME), store.get(prefix + GROUP_NAME))


def open_node(store: Store, path: str = "/", limit: int = DEFAULT_LIMIT) -> Array | Group:
    """The array or group at ``path``; ``limit`` is what an array may take, in bytes.

    Raises ``MissingNode`` if there is none, and whatever is wrong with its metadata.
    """
    prefix, full_path = key_prefix(path), f"/{normalise_path(path)}"
    documents = _get_documents(store, path)
    attributes_key = prefix + ATTRIBUTES_NAME
    attributes = parse_attributes(store.get(attributes_key), attributes_key)
    if documents.zarray is not None:
        array = parse_array_metadata(documents.zarray, prefix + ARRAY_NAME, attributes)
        return Array(store, full_path, array, limit)
    if documents.zgroup is not None:
        group = parse_group_metadata(documents.zgroup, prefix + GROUP_NAME, attributes)
        return Group(store, full_path, group)
    sentence = f"there is neither {prefix}{ARRAY_NAME} nor {prefix}{GROUP_NAME}"
    raise MissingNode("v2.group.zgroup_key", f"path {path!r}", sentence)


def open_array(store: Store, path: str = "/", limit: int = DEFAULT_LIMIT) -> Array:
    """As ``open_node``, and raises ``MissingNode`` for a group."""
    node = open_node(store, path, limit)
    if isinstance(node, Group):
        raise MissingNode("v2.array.zarray_key", f"path {path!r}", "this is a group, no array")
    return node


def open_group(store: Store, path: str = "/", limit: int = DEFAULT_LIMIT) -> Group:
    """As ``open_node``, and raises ``MissingNode`` for an array."""
    node = open_node(store, path, limit)
    if isinstance(node, Array):
        raise MissingNode("v2.group.zgroup_key", f"path {path!r}", "this is an array, no group")
    return node


def create_array(
    store: Store,
    path: str,
    document: Mapping[str, Any],
    attributes: Mapping[str, Any] | None = None,
) -> Array:
    """Writes ``document`` as the metadata of a new array, and of groups around it where needed.

    Raises what reading the document would, and ``InvalidRequest`` if it has a member that is not
    defined, or if there is a node at ``path`` already or an array above it; then nothing is
    written.
    """
    # v2.array.other_keys.not_written: "Other keys SHOULD NOT be present".
    for name in document:
        if name not in (*REQUIRED, *OPTIONAL):
            sentence = f"an array has no member {shown(name)}; leave it out"
            raise InvalidRequest("request", key_prefix(path) + ARRAY_NAME, sentence)
    data = format_json(document)
    parse_array_metadata(data, key_prefix(path) + ARRAY_NAME)
    _set_new_document(store, path, ARRAY_NAME, data, attributes)
    return open_array(store, path)


def create_group(store: Store, path: str, attributes: Mapping[str, Any] | None = None) -> Group:
    """Writes the metadata of a new group, and of groups around it where needed.

    Raises ``InvalidRequest`` if there is a node at ``path`` already or an array above it.
    """
    _set_new_document(store, path, GROUP_NAME, GROUP_DOCUMENT, attributes)
    return open_group(store, path)


def _set_new_document(
    store: Store, path: str, name: str, data: bytes, attributes: Mapping[str, Any] | None
) -> None:
    prefix = key_prefix(path)
    if _get_documents(store, path).node_type is not None:
        raise InvalidRequest("request", prefix + name, "there is a node already; erase it")
    kinds = {above: _get_documents(store, above).node_type for above in ancestor_paths(path)}
    # Arrays "can be organized into groups": an array has no members.
    if "array" in kinds.values():
        raise InvalidRequest("request", prefix + name, "an array is above it, where groups belong")
    attributes_document = None if attributes is None else format_json(attributes)
    # v2.group.ancestors.group, v2.group.ancestors.array: "groups MUST also be created at all
    # ancestor paths", "if they don't already exist".
    for above, kind in kinds.items():
        if kind is None:
            store.set(key_prefix(above) + GROUP_NAME, GROUP_DOCUMENT)
    store.set(prefix + name, data)
    if attributes_document is not None:
        store.set(prefix + ATTRIBUTES_NAME, attributes_document)


def set_attributes(store: Store, path: str, attributes: Mapping[str, Any]) -> frozenset[str]:
    """Sets these members of the attributes of the node at ``path``; returns the keys set.

    Its other attributes stay. Raises as ``open_node`` does.
    """
    present = open_node(store, path).metadata.attributes
    key = key_prefix(path) + ATTRIBUTES_NAME
    store.set(key, format_json({**present, **attributes}))
    return frozenset({key})


def resize(store: Store, path: str, shape: Sequence[int]) -> frozenset[str]:
    """Gives the array at ``path`` another shape; returns the keys set.

    Chunks stay as they are: those outside the new shape show again if it is made larger later.
    Raises as ``open_array`` does.
    """
    open_array(store, path)
    key = key_prefix(path) + ARRAY_NAME
    document = parse_object(store.get(key) or b"", key)
    data = format_json({**document, "shape": list(shape)})
    parse_array_metadata(data, key)
    store.set(key, data)
    return frozenset({key})


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
    if _get_documents(store, path).node_type is None:
        raise MissingNode("v2.group.zgroup_key", f"path {path!r}", "there is no node to erase")
    return hierarchy.erase_prefix(store, key_prefix(path))
