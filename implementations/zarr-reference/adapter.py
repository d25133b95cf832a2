"""Ask the project's own reference, like any other implementation.

Only a ``Refusal`` is taken for one: any other exception is a fault of the reference, and shows.
"""

import base64
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from zarr_adapter import Refused, describe, elements, serve

# isort: split
from zarr_reference.errors import Refusal
from zarr_reference.representation import elements_from_bytes, elements_from_items
from zarr_reference.stores import open_store
from zarr_reference.v2 import hierarchy as v2
from zarr_reference.v3 import hierarchy as v3
from zarr_reference.v3.array import DEFAULT_LIMIT, Array
from zarr_reference.v3.json_documents import format_json

HIERARCHIES = {2: v2, 3: v3}


def read(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    with _explaining():
        array = HIERARCHIES[zarr_format].open_array(_store(store), path)
        return _answer(array, array.read())


def read_region(
    store: str, path: str, zarr_format: int, start: list[int], stop: list[int]
) -> dict[str, Any]:
    with _explaining():
        array = HIERARCHIES[zarr_format].open_array(_store(store), path)
        return _answer(array, array.read_region(tuple(start), tuple(stop)))


def _answer(array: Array, values: Any) -> dict[str, Any]:
    """The reference has strings in UTF-8."""
    name = array.metadata.data_type.name
    if name == "string":
        strings = [item.decode() for item in values.ravel()]
        return {"data_type": name, "shape": list(values.shape), "elements": strings}
    return elements(values, name)


def list_children(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    with _explaining():
        return {"children": HIERARCHIES[zarr_format].open_group(_store(store), path).children()}


def metadata(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    with _explaining():
        node = HIERARCHIES[zarr_format].open_node(_store(store), path)
    # The reference keeps fractions as exact decimals, which the json module cannot write.
    attributes = json.loads(format_json(node.metadata.attributes))
    members = {"node_type": "group", "attributes": attributes}
    if isinstance(node, Array):
        members |= {
            "node_type": "array",
            "shape": list(node.metadata.shape),
            "data_type": node.metadata.data_type.name,
            "dimension_names": node.metadata.dimension_names,
        }
    return {"metadata": members}


def write(
    store: str, path: str, zarr_format: int, metadata: dict[str, Any], elements: dict[str, Any]
) -> dict[str, Any]:
    with _explaining():
        if zarr_format == 2:
            attributes = metadata.get(".zattrs")
            array = v2.create_array(_store(store), path, metadata[".zarray"], attributes)
        else:
            array = v3.create_array(_store(store), path, metadata["zarr.json"])
        array.write_region((0,) * len(array.metadata.shape), _opaque(array, elements))
    return {}


def write_region(
    store: str,
    path: str,
    zarr_format: int,
    start: list[int],
    stop: list[int],
    elements: dict[str, Any],
) -> dict[str, Any]:
    with _explaining():
        array = HIERARCHIES[zarr_format].open_array(_store(store), path)
        array.write_region(tuple(start), _opaque(array, elements))
    return {}


def set_attributes(
    store: str, path: str, zarr_format: int, attributes: dict[str, Any]
) -> dict[str, Any]:
    with _explaining():
        HIERARCHIES[zarr_format].set_attributes(_store(store), path, attributes)
    return {}


def resize(store: str, path: str, zarr_format: int, shape: list[int]) -> dict[str, Any]:
    with _explaining():
        HIERARCHIES[zarr_format].resize(_store(store), path, shape)
    return {}


def append(
    store: str, path: str, zarr_format: int, axis: int, elements: dict[str, Any]
) -> dict[str, Any]:
    hierarchy = HIERARCHIES[zarr_format]
    with _explaining():
        array = hierarchy.open_array(_store(store), path)
        hierarchy.append(_store(store), path, axis, _opaque(array, elements))
    return {}


def delete(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    with _explaining():
        HIERARCHIES[zarr_format].delete(_store(store), path)
    return {}


def _opaque(array: Array, elements: dict[str, Any]) -> Any:
    """The elements of a question as the reference has them in memory."""
    array_type = array.metadata.array_type(tuple(elements["shape"]))
    data = elements["elements"]
    if isinstance(data, str):
        return elements_from_bytes(base64.b64decode(data), array_type)
    encode = str.encode if elements["data_type"] == "string" else base64.b64decode
    return elements_from_items([encode(item) for item in data], array_type)


def _store(directory: str) -> Any:
    return open_store(directory, DEFAULT_LIMIT)


@contextmanager
def _explaining() -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        raise Refused(refusal.stage, str(refusal)) from refusal


serve(
    describe("zarr-reference", "zarr-conformance", "numpy"),
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
