"""Ask zarrita, the prototype of Zarr v3 in Python. Its groups cannot be listed."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from zarr_adapter import data_type_name, describe, elements, opening, reading, region, serve

# isort: split
import numpy as np
import zarrita

ARRAYS = {2: zarrita.ArrayV2, 3: zarrita.Array}


def read(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    return _read(store, path, zarr_format, ())


def read_region(
    store: str, path: str, zarr_format: int, start: list[int], stop: list[int]
) -> dict[str, Any]:
    return _read(store, path, zarr_format, region(start, stop))


def _read(store: str, path: str, zarr_format: int, selection: Any) -> dict[str, Any]:
    with opening():
        array = ARRAYS[zarr_format].open(_place(store, path))
    with reading():
        values = array[selection]
    # Without dimensions there may be a scalar that has forgotten its type.
    if getattr(values, "dtype", None) != array.dtype:
        values = np.asarray(values, dtype=array.dtype)
    return elements(values)


def metadata(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    with opening():
        node = zarrita.open_auto(_place(store, path))
    if isinstance(node, zarrita.Group):
        return {"metadata": {"node_type": "group", "attributes": node.metadata.attributes}}
    if isinstance(node, zarrita.GroupV2):
        return {"metadata": {"node_type": "group", "attributes": node.attributes or {}}}
    members = {"shape": list(node.shape), "data_type": data_type_name(node.dtype)}
    if isinstance(node, zarrita.ArrayV2):
        members["attributes"] = node.attributes or {}
    else:
        members["attributes"] = node.metadata.attributes
        members["dimension_names"] = node.metadata.dimension_names
    return {"metadata": {"node_type": "array", **members}}


def _place(store: str, path: str) -> zarrita.StorePath:
    return zarrita.LocalStore(store) / path.strip("/")


serve(
    describe("zarrita", "zarrita", "numcodecs", "numpy"),
    read=read,
    read_region=read_region,
    metadata=metadata,
)
