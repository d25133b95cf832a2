"""Ask netCDF-C for Zarr, through the netCDF4 package.

netCDF-C opens a group as a data set and an array as one of its variables. So that a store whose
root is an array can be asked too, each store is shown to it as the child of an empty group.

It is not asked to write: the package takes a store by its URL for one that does not exist, and
where it is to open it with ``r+`` puts a new one in its place.
"""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from group_around import group_around
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
import netCDF4
import numpy as np


def read(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    return _read(store, path, zarr_format, ...)


def read_region(
    store: str, path: str, zarr_format: int, start: list[int], stop: list[int]
) -> dict[str, Any]:
    return _read(store, path, zarr_format, region(start, stop))


def _read(store: str, path: str, zarr_format: int, selection: Any) -> dict[str, Any]:
    with _node(store, path, zarr_format) as variable:
        if isinstance(variable, netCDF4.Dataset):
            raise Refused("open", "netCDF-C shows a group here, and no variable")
        with reading():
            values = variable[selection]
        if variable.dtype is str:
            raise Unsupported("strings of a fixed length become strings of any length")
        return elements(values)


def list_children(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    with _node(store, path, zarr_format) as group:
        if isinstance(group, netCDF4.Variable):
            raise Refused("open", "netCDF-C shows a variable here, and no group")
        children = dict.fromkeys(group.variables, "array") | dict.fromkeys(group.groups, "group")
    return {"children": children}


def metadata(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    with _node(store, path, zarr_format) as node:
        with opening():
            attributes = {name: _in_json(node.getncattr(name)) for name in node.ncattrs()}
        if isinstance(node, netCDF4.Dataset):
            return {"metadata": {"node_type": "group", "attributes": attributes}}
        members = {"shape": list(node.shape), "data_type": data_type_name(np.dtype(node.dtype))}
        return {"metadata": {"node_type": "array", "attributes": attributes, **members}}


@contextmanager
def _node(store: str, path: str, zarr_format: int) -> Iterator[Any]:
    """The variable or group that netCDF-C shows at ``path``, as stored: not scaled, not masked."""
    with group_around(store, "store", zarr_format) as directory:
        with opening():
            data_set = netCDF4.Dataset(f"file://{directory}#mode=zarr,file", "r")
        with closing(data_set):
            with opening():
                data_set.set_auto_maskandscale(False)
                data_set.set_auto_chartostring(False)
                node = data_set[f"store{path.rstrip('/')}"]
            yield node


def _in_json(attribute: Any) -> Any:
    """An attribute's value: netCDF has typed scalars and vectors where JSON has any value."""
    return attribute.tolist() if isinstance(attribute, np.ndarray | np.generic) else attribute


serve(
    describe("netcdf-c", "netCDF4", "numpy", version=netCDF4.__netcdf4libversion__),
    read=read,
    read_region=read_region,
    list=list_children,
    metadata=metadata,
)
