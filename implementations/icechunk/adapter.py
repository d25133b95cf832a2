"""Ask Icechunk for an array, which it keeps in a repository and reads with zarr-python.

A repository is no directory of keys and values. So each store is first put into one, in memory, key
by key through the store that Icechunk gives its users, and committed.
"""

import asyncio
import os
import sys
from pathlib import Path, PurePosixPath
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from zarr_adapter import (
    Refused,
    Unsupported,
    data_type_name,
    describe,
    elements,
    opening,
    reading,
    region,
    serve,
)

# isort: split
import icechunk
import numpy as np
import zarr
from zarr.core.buffer.cpu import Buffer

BYTES = "VariableLengthBytes"
METADATA = "zarr.json"

EVENTS = asyncio.Runner()  # one event loop for all: to make one takes longer than to fill a store

# Rectilinear grids are read once their user has said so. Not to ask would be to judge the switch.
zarr.config.set({"array.rectilinear_chunks": True})


def read(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    return _read(store, path, zarr_format, ...)


def read_region(
    store: str, path: str, zarr_format: int, start: list[int], stop: list[int]
) -> dict[str, Any]:
    return _read(store, path, zarr_format, region(start, stop))


def _read(store: str, path: str, zarr_format: int, selection: Any) -> dict[str, Any]:
    kept = _committed(store, zarr_format)
    with opening():
        array = zarr.open_array(store=kept, path=path, mode="r", zarr_format=3)
    with reading():
        values = array[selection]
    # Without dimensions there may be a scalar that has forgotten its type.
    if getattr(values, "dtype", None) != array.dtype:
        values = np.asarray(values, dtype=array.dtype)
    return elements(values, _data_type_name(array))


def list_children(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    kept = _committed(store, zarr_format)
    with opening():
        group = zarr.open_group(store=kept, path=path, mode="r", zarr_format=3)
        members = list(group.members())
    return {"children": {name: _node_type(node) for name, node in members}}


def metadata(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    kept = _committed(store, zarr_format)
    with opening():
        node = zarr.open(store=kept, path=path, mode="r", zarr_format=3)
        members = {"node_type": _node_type(node), "attributes": node.attrs.asdict()}
    if isinstance(node, zarr.Array):
        members |= {"shape": list(node.shape), "data_type": _data_type_name(node)}
        members["dimension_names"] = node.metadata.dimension_names
    return {"metadata": members}


def _committed(store: str, zarr_format: int) -> icechunk.IcechunkStore:
    """A repository with the store's keys and values, open for reading."""
    if zarr_format != 3:
        raise Unsupported("a repository of Icechunk holds Zarr v3 alone")
    repository = icechunk.Repository.create(icechunk.in_memory_storage())
    session = repository.writable_session("main")
    EVENTS.run(_put_all(session.store, Path(store)))
    with opening():
        session.commit("the store, as it was found", allow_empty=True)
        return repository.readonly_session("main").store


async def _put_all(store: icechunk.IcechunkStore, directory: Path) -> None:
    """Let Icechunk keep each value. It takes a chunk if it knows the array: metadata first."""
    for key in sorted(_keys(directory), key=lambda key: (not _is_metadata(key), key)):
        await _put(store, key, Path(directory, key).read_bytes())


async def _put(store: icechunk.IcechunkStore, key: str, value: bytes) -> None:
    """Let Icechunk keep a value. It has a place for metadata and for chunks, and no other."""
    try:
        with opening():
            await store.set(key, Buffer.from_bytes(value))
    except Refused as refusal:
        if _is_metadata(key):
            raise
        raise Unsupported(f"Icechunk has no place for {key}: {refusal.message}") from refusal


def _keys(directory: Path) -> list[str]:
    found = (f"{folder}/{name}" for folder, _, names in os.walk(directory) for name in names)
    return [path.removeprefix(f"{directory}/") for path in found]


def _is_metadata(key: str) -> bool:
    return PurePosixPath(key).name == METADATA


def _data_type_name(array: Any) -> str:
    """The name of the array's data type, of which the NumPy dtype ``object`` says nothing."""
    if str(array.metadata.data_type).startswith(BYTES):
        return "bytes"
    return "string" if array.dtype.hasobject else data_type_name(array.dtype)


def _node_type(node: Any) -> str:
    return "array" if isinstance(node, zarr.Array) else "group"


serve(
    describe("icechunk", "icechunk", "zarr", "numpy"),
    read=read,
    read_region=read_region,
    list=list_children,
    metadata=metadata,
)
