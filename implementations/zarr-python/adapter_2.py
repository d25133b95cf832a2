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
)

# isort: split
import numpy as np
import zarr


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
)
