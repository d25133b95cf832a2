"""Ask the project's own reference, like any other implementation.

Only a ``Refusal`` is taken for one: any other exception is a fault of the reference, and shows.
"""

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
)
