"""Ask zarrita, the prototype of Zarr v3 in Python. Its groups cannot be listed."""

import sys
from functools import cache
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
import numpy as np
import zarrita
import zarrita.metadata

# It makes the same converter anew for each document, which takes nine tenths of its time.
zarrita.metadata.make_cattr = cache(zarrita.metadata.make_cattr)

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


def write(
    store: str, path: str, zarr_format: int, metadata: dict[str, Any], elements: dict[str, Any]
) -> dict[str, Any]:
    create = _create_v2 if zarr_format == 2 else _create_v3
    array = create(_place(store, path), metadata)
    with writing():
        array[()] = values(elements, array.dtype)
    return {}


def _create_v3(place: zarrita.StorePath, metadata: dict[str, Any]) -> zarrita.Array:
    """``create`` takes codecs as zarrita has them: it is let parse the document first."""
    with writing():
        parsed = zarrita.Array.from_json(
            place, metadata["zarr.json"], zarrita.RuntimeConfiguration()
        ).metadata
        encoding = parsed.chunk_key_encoding
        return zarrita.Array.create(
            place,
            shape=parsed.shape,
            dtype=parsed.data_type.name,
            chunk_shape=parsed.chunk_grid.configuration.chunk_shape,
            fill_value=parsed.fill_value,
            chunk_key_encoding=(encoding.name, encoding.configuration.separator),
            codecs=parsed.codecs,
            dimension_names=metadata["zarr.json"].get("dimension_names"),
            attributes=parsed.attributes,
        )


def _create_v2(place: zarrita.StorePath, metadata: dict[str, Any]) -> zarrita.ArrayV2:
    document = dict(metadata[".zarray"])
    del document["zarr_format"]
    if document["fill_value"] is None:
        raise Unsupported("create makes 0 of the fill value null")
    if isinstance(document["dtype"], list):
        raise Unsupported("zarrita has no structs")
    with writing():
        attributes = metadata.get(".zattrs")
        return zarrita.ArrayV2.create(place, attributes=attributes, **document)


def write_region(
    store: str,
    path: str,
    zarr_format: int,
    start: list[int],
    stop: list[int],
    elements: dict[str, Any],
) -> dict[str, Any]:
    with opening():
        array = ARRAYS[zarr_format].open(_place(store, path))
    with writing():
        array[region(start, stop)] = values(elements, array.dtype)
    return {}


def set_attributes(
    store: str, path: str, zarr_format: int, attributes: dict[str, Any]
) -> dict[str, Any]:
    """``update_attributes`` replaces all of them, so the others are handed over too."""
    with opening():
        node = zarrita.open_auto(_place(store, path))
    if isinstance(node, zarrita.Group | zarrita.Array):
        attributes = (node.metadata.attributes or {}) | attributes
    else:
        attributes = (node.attributes or {}) | attributes
    with writing():
        node.update_attributes(attributes)
    return {}


def resize(store: str, path: str, zarr_format: int, shape: list[int]) -> dict[str, Any]:
    with opening():
        array = ARRAYS[zarr_format].open(_place(store, path))
    with writing():
        array.resize(tuple(shape))
    return {}


def _place(store: str, path: str) -> zarrita.StorePath:
    return zarrita.LocalStore(store) / path.strip("/")


serve(
    describe("zarrita", "zarrita", "numcodecs", "numpy"),
    read=read,
    read_region=read_region,
    metadata=metadata,
    write=write,
    write_region=write_region,
    set_attributes=set_attributes,
    resize=resize,
)
