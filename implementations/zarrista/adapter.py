"""Ask zarrs through zarrista, its bindings for Python. It finds out the format by itself."""

import base64
import sys
from itertools import accumulate
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from zarr_adapter import (
    Unsupported,
    describe,
    elements,
    opening,
    reading,
    region,
    serve,
    writing,
)

# isort: split
import numpy as np
from zarrista import Array, ArrayBytes, FixedLengthTensor, Group
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


def write(
    store: str, path: str, zarr_format: int, metadata: dict[str, Any], elements: dict[str, Any]
) -> dict[str, Any]:
    if zarr_format != 3:
        raise Unsupported("zarrista writes Zarr v3 alone")
    with writing():
        array = Array.from_metadata(metadata["zarr.json"], FilesystemStore(store), path)
        array.store_metadata()
        array.store_array_subset(..., _bytes(elements))
    return {}


def write_region(
    store: str,
    path: str,
    zarr_format: int,
    start: list[int],
    stop: list[int],
    elements: dict[str, Any],
) -> dict[str, Any]:
    with opening():
        array = Array.open(FilesystemStore(store), path)
    with writing():
        array.store_array_subset(region(start, stop), _bytes(elements))
    return {}


def set_attributes(
    store: str, path: str, zarr_format: int, attributes: dict[str, Any]
) -> dict[str, Any]:
    with opening():
        node = _open(FilesystemStore(store), path)
    with writing():
        node.with_attrs(node.attrs | attributes).store_metadata()
    return {}


def resize(store: str, path: str, zarr_format: int, shape: list[int]) -> dict[str, Any]:
    with opening():
        array = Array.open(FilesystemStore(store), path)
    with writing():
        array.with_shape(shape).store_metadata()
    return {}


def _bytes(elements: dict[str, Any]) -> ArrayBytes:
    """The elements as zarrs has them in memory: narrow integers with copies of their sign."""
    data, data_type = elements["elements"], elements["data_type"]
    if isinstance(data, str):
        return ArrayBytes(_widened(base64.b64decode(data), data_type))
    encode = str.encode if data_type == "string" else base64.b64decode
    items = [encode(item) for item in data]
    return ArrayBytes(b"".join(items), offsets=[0, *accumulate(map(len, items))])


def _widened(data: bytes, data_type: str) -> bytes:
    bits = {"int2": 2, "int4": 4}.get(data_type, 8)
    sign = 1 << bits - 1
    return data.translate(bytes(((each ^ sign) - sign) % 256 for each in range(256)))


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
    write=write,
    write_region=write_region,
    set_attributes=set_attributes,
    resize=resize,
)
