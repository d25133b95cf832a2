"""Ask zarrs through zarrista, its bindings for Python. It finds out the format by itself."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from zarr_adapter import describe, elements, opening, reading, region, serve

# isort: split
import numpy as np
from zarrista import Array, FixedLengthTensor, Group
from zarrista.exceptions import ArrayCreateError
from zarrista.store import FilesystemStore


def read(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    return _read(store, path, ...)


def read_region(
    store: str, path: str, zarr_format: int, start: list[int], stop: list[int]
) -> dict[str, Any]:
    return _read(store, path, region(start, stop))


def _read(store: str, path: str, selection: Any) -> dict[str, Any]:
    with opening():
        array = Array.open(FilesystemStore(store), path)
    with reading():
        tensor = array[selection]
    if not isinstance(tensor, FixedLengthTensor):
        with reading():
            values = tensor.to_numpy()
        return elements(values, tensor.dtype.name)
    item = np.dtype((np.void, tensor.dtype.size))  # NumPy has no dtype for some, such as r24
    values = np.frombuffer(tensor.buffer(), item).reshape(tensor.shape)
    return elements(values, _data_type_name(array))


def list_children(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    with opening():
        group = Group.open(FilesystemStore(store), path)
        arrays, groups = group.array_keys(), group.group_keys()
    return {"children": dict.fromkeys(arrays, "array") | dict.fromkeys(groups, "group")}


def metadata(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    with opening():
        node = _open(FilesystemStore(store), path)
        attributes = node.attrs
    if isinstance(node, Group):
        return {"metadata": {"node_type": "group", "attributes": attributes}}
    members = {
        "shape": node.shape,
        "data_type": _data_type_name(node),
        "dimension_names": node.dimension_names,
    }
    return {"metadata": {"node_type": "array", "attributes": attributes, **members}}


def _open(store: FilesystemStore, path: str) -> Array | Group:
    """The node at ``path``: zarrista has a function for each kind of node, and none for both."""
    try:
        return Array.open(store, path)
    except ArrayCreateError:
        return Group.open(store, path)


def _data_type_name(array: Array) -> str:
    """The name of the array's data type, with its parameters in brackets."""
    name = array.dtype.name
    if name == "fixed_length_utf32":
        return f"{name}[{array.dtype.size}]"
    if name in ("numpy.datetime64", "numpy.timedelta64"):
        configuration = array.metadata["data_type"]["configuration"]
        scale = configuration["scale_factor"]
        unit = configuration["unit"].replace("\N{GREEK SMALL LETTER MU}", "u")
        return f"{name}[{unit if scale == 1 else f'{scale}{unit}'}]"
    return name


serve(
    describe("zarrista", "zarrista", "numpy"),
    read=read,
    read_region=read_region,
    list=list_children,
    metadata=metadata,
)
