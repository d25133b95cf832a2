"""Ask zarr-python 2, which knows Zarr v2 only, through the functions that its users call."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from zarr_adapter import (
    Unsupported,
    data_type_name,
    describe,
    elements,
    opening,
    reading,
    region,
    serve,
    values,
    writing,
)

# isort: split
import numcodecs
import numpy as np
import zarr
from zarr.meta import Metadata2


def read(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    return _read(store, path, zarr_format, ...)


def read_region(
    store: str, path: str, zarr_format: int, start: list[int], stop: list[int]
) -> dict[str, Any]:
    return _read(store, path, zarr_format, region(start, stop))


def _read(store: str, path: str, zarr_format: int, selection: Any) -> dict[str, Any]:
    _require_v2(zarr_format)
    with opening():
        array = zarr.open_array(store=store, path=path, mode="r")
    with reading():
        values = array[selection]
    # Without dimensions there may be a scalar that has forgotten its type.
    if getattr(values, "dtype", None) != array.dtype:
        values = np.asarray(values, dtype=array.dtype)
    return elements(values)


def list_children(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    _require_v2(zarr_format)
    with opening():
        group = zarr.open_group(store=store, path=path, mode="r")
        arrays, groups = list(group.array_keys()), list(group.group_keys())
    return {"children": dict.fromkeys(arrays, "array") | dict.fromkeys(groups, "group")}


def metadata(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    _require_v2(zarr_format)
    with opening():
        node = zarr.open(store=store, path=path, mode="r")
        attributes = node.attrs.asdict()
    if isinstance(node, zarr.Group):
        return {"metadata": {"node_type": "group", "attributes": attributes}}
    members = {"shape": list(node.shape), "data_type": data_type_name(node.dtype)}
    return {"metadata": {"node_type": "array", "attributes": attributes, **members}}


def write(
    store: str, path: str, zarr_format: int, metadata: dict[str, Any], elements: dict[str, Any]
) -> dict[str, Any]:
    _require_v2(zarr_format)
    document = dict(metadata[".zarray"])
    with writing():
        dtype = Metadata2.decode_dtype(document.pop("dtype"))
        fill_value = Metadata2.decode_fill_value(document.pop("fill_value"), dtype)
        filters = [numcodecs.get_codec(each) for each in document.pop("filters") or []]
        compressor = document.pop("compressor")
        compressor = None if compressor is None else numcodecs.get_codec(compressor)
        del document["zarr_format"]
        array = zarr.create(
            store=store,
            path=path,
            dtype=dtype,
            fill_value=fill_value,
            filters=filters or None,
            compressor=compressor,
            **document,
        )
        if ".zattrs" in metadata:
            array.attrs.put(metadata[".zattrs"])
        array[...] = values(elements, array.dtype)
    return {}


def write_region(
    store: str,
    path: str,
    zarr_format: int,
    start: list[int],
    stop: list[int],
    elements: dict[str, Any],
) -> dict[str, Any]:
    array = _open_to_write(store, path, zarr_format)
    with writing():
        array[region(start, stop)] = values(elements, array.dtype)
    return {}


def set_attributes(
    store: str, path: str, zarr_format: int, attributes: dict[str, Any]
) -> dict[str, Any]:
    _require_v2(zarr_format)
    with opening():
        node = zarr.open(store=store, path=path, mode="r+")
    with writing():
        node.attrs.update(attributes)
    return {}


def resize(store: str, path: str, zarr_format: int, shape: list[int]) -> dict[str, Any]:
    array = _open_to_write(store, path, zarr_format)
    with writing():
        array.resize(*shape)
    return {}


def append(
    store: str, path: str, zarr_format: int, axis: int, elements: dict[str, Any]
) -> dict[str, Any]:
    array = _open_to_write(store, path, zarr_format)
    with writing():
        array.append(values(elements, array.dtype), axis=axis)
    return {}


def delete(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    _require_v2(zarr_format)
    parent, _, name = path.rpartition("/")
    if not name:
        raise Unsupported("nodes are deleted from a group, and the root is in none")
    with opening():
        group = zarr.open_group(store=store, path=parent, mode="r+")
    with writing():
        del group[name]
    return {}


def _open_to_write(store: str, path: str, zarr_format: int) -> Any:
    _require_v2(zarr_format)
    with opening():
        return zarr.open_array(store=store, path=path, mode="r+")


def _require_v2(zarr_format: int) -> None:
    """What zarr-python 2 has as v3 is a draft, behind a switch that nobody has on by default."""
    if zarr_format != 2:
        raise Unsupported("zarr-python 2 knows Zarr v2 only")


serve(
    describe("zarr-python", "zarr", "numcodecs", "numpy"),
    read=read,
    read_region=read_region,
    list=list_children,
    metadata=metadata,
    write=write,
    write_region=write_region,
    set_attributes=set_attributes,
    resize=resize,
    append=append,
    delete=delete,
)
