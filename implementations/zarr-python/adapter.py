"""Ask zarr-python through the functions that its users call."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from zarr_adapter import data_type_name, describe, elements, opening, reading, region, serve

# isort: split
import numpy as np
import zarr

BYTES = ("VariableLengthBytes", "DataType.bytes")  # since 3.1, and before

# Rectilinear grids are read once their user has said so. Not to ask would be to judge the switch.
if "rectilinear_chunks" in zarr.config.get("array", {}):
    zarr.config.set({"array.rectilinear_chunks": True})


def read(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    return _read(store, path, zarr_format, ...)


def read_region(
    store: str, path: str, zarr_format: int, start: list[int], stop: list[int]
) -> dict[str, Any]:
    return _read(store, path, zarr_format, region(start, stop))


def _read(store: str, path: str, zarr_format: Any, selection: Any) -> dict[str, Any]:
    with opening():
        array = zarr.open_array(store=store, path=path, mode="r", zarr_format=zarr_format)
    with reading():
        values = array[selection]
    # Without dimensions there may be a scalar that has forgotten its type.
    if getattr(values, "dtype", None) != array.dtype:
        values = np.asarray(values, dtype=array.dtype)
    return elements(values, _data_type_name(array))


def list_children(store: str, path: str, zarr_format: Any) -> dict[str, Any]:
    with opening():
        group = zarr.open_group(store=store, path=path, mode="r", zarr_format=zarr_format)
        members = list(group.members())
    return {"children": {name: _node_type(node) for name, node in members}}


def metadata(store: str, path: str, zarr_format: Any) -> dict[str, Any]:
    with opening():
        node = zarr.open(store=store, path=path, mode="r", zarr_format=zarr_format)
        members = {"node_type": _node_type(node), "attributes": node.attrs.asdict()}
    if isinstance(node, zarr.Array):
        members |= {"shape": list(node.shape), "data_type": _data_type_name(node)}
        if zarr_format == 3:
            members["dimension_names"] = node.metadata.dimension_names
    return {"metadata": members}


def _data_type_name(array: Any) -> str:
    """The name of the array's data type, of which the NumPy dtype ``object`` says nothing."""
    metadata = array.metadata
    stored = metadata.dtype if metadata.zarr_format == 2 else metadata.data_type
    if str(stored).startswith(BYTES):
        return "bytes"
    return "string" if array.dtype.hasobject else data_type_name(array.dtype)


def _node_type(node: Any) -> str:
    return "array" if isinstance(node, zarr.Array) else "group"


serve(
    describe("zarr-python", "zarr", "numcodecs", "numpy"),
    read=read,
    read_region=read_region,
    list=list_children,
    metadata=metadata,
)
