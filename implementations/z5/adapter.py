"""Ask z5 through its bindings for Python.

It opens a group as a file and takes arrays from it. So that a store whose root is an array can be
asked too, each store is shown to it as the child of an empty group.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from zarr_adapter import (
    Refused,
    data_type_name,
    describe,
    elements,
    opening,
    reading,
    region,
    serve,
)

# isort: split
import z5py

GROUP = {
    2: (".zgroup", {"zarr_format": 2}),
    3: ("zarr.json", {"zarr_format": 3, "node_type": "group"}),
}


def read(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    return _read(store, path, zarr_format, ...)


def read_region(
    store: str, path: str, zarr_format: int, start: list[int], stop: list[int]
) -> dict[str, Any]:
    return _read(store, path, zarr_format, region(start, stop))


def _read(store: str, path: str, zarr_format: int, selection: Any) -> dict[str, Any]:
    with _node(store, path, zarr_format) as dataset:
        if isinstance(dataset, z5py.Group):
            raise Refused("open", "z5 shows a group here, and no dataset")
        with reading():
            values = dataset[selection]
        return elements(values)


def list_children(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    with _node(store, path, zarr_format) as group:
        if isinstance(group, z5py.Dataset):
            raise Refused("open", "z5 shows a dataset here, and no group")
        with opening():
            are_groups = {name: group.is_sub_group(name) for name in group}
    return {
        "children": {
            name: "group" if is_group else "array" for name, is_group in are_groups.items()
        }
    }


def metadata(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    with _node(store, path, zarr_format) as node, opening():
        attributes = dict(node.attrs)
    if isinstance(node, z5py.Group):
        return {"metadata": {"node_type": "group", "attributes": attributes}}
    members = {"shape": list(node.shape), "data_type": data_type_name(node.dtype)}
    return {"metadata": {"node_type": "array", "attributes": attributes, **members}}


@contextmanager
def _node(store: str, path: str, zarr_format: int) -> Iterator[Any]:
    with TemporaryDirectory() as directory:
        key, document = GROUP[zarr_format]
        Path(directory, key).write_text(json.dumps(document))
        Path(directory, "store").symlink_to(Path(store).absolute())
        with opening():
            node = z5py.File(directory, "r")[f"store{path.rstrip('/')}"]
        yield node


serve(
    describe("z5", "z5py", "numpy"),
    read=read,
    read_region=read_region,
    list=list_children,
    metadata=metadata,
)
