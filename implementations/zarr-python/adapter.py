"""Ask zarr-python through the functions that its users call."""

import contextlib
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

try:
    from zarr.dtype import parse_dtype
except ImportError:  # before 3.1.1
    parse_dtype = None

    with contextlib.suppress(ImportError):  # before 3.1
        from zarr.dtype import data_type_registry

        def parse_dtype(data_type: Any, zarr_format: Any) -> Any:
            """A type of v2 as 3.1.0 looks it up: with what tells objects apart."""
            if zarr_format == 2 and not isinstance(data_type, dict):
                data_type = {"name": data_type, "object_codec_id": None}
            return data_type_registry.match_json(data_type, zarr_format=zarr_format)


BYTES = ("VariableLengthBytes", "DataType.bytes")  # since 3.1, and before

# Rectilinear grids are read once their user has said so. Not to ask would be to judge the switch.
RECTILINEAR = "rectilinear_chunks" in zarr.config.get("array", {})  # since 3.2
if RECTILINEAR:
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


def write(
    store: str, path: str, zarr_format: Any, metadata: dict[str, Any], elements: dict[str, Any]
) -> dict[str, Any]:
    """``create`` takes a whole chain of codecs, unlike ``create_array``, which builds its own."""
    arguments = _v2_arguments(metadata) if zarr_format == 2 else _v3_arguments(metadata)
    with writing():
        array = zarr.create(store=store, path=path, zarr_format=zarr_format, **arguments())
        array[...] = values(elements, array.dtype)
    return {}


def _v3_arguments(metadata: dict[str, Any]) -> Any:
    """What ``create`` takes of zarr.json, a function as it is the library that parses the type."""
    document = dict(metadata["zarr.json"])
    del document["zarr_format"], document["node_type"]
    data_type, fill_value = document.pop("data_type"), document.pop("fill_value")
    grid = document.pop("chunk_grid")
    encoding = document.pop("chunk_key_encoding")
    if unknown := document.keys() - {"shape", "codecs", "attributes", "dimension_names"}:
        raise Unsupported(f"zarr.create has no argument for {', '.join(sorted(unknown))}")

    def arguments() -> dict[str, Any]:
        return {
            **_typed(data_type, fill_value, 3),
            "chunk_shape": _chunk_shape(grid),
            "chunk_key_encoding": _chunk_key_encoding(encoding),
            **document,
        }

    return arguments


def _chunk_shape(grid: Any) -> Any:
    match grid:
        case {"name": "regular", "configuration": {"chunk_shape": chunk_shape}}:
            return tuple(chunk_shape)
        case {"name": "rectilinear", "configuration": {"chunk_shapes": edges}} if RECTILINEAR:
            return [each if isinstance(each, int) else _expanded(each) for each in edges]
    raise Unsupported("zarr.create has no argument for this chunk grid")


def _expanded(runs: list[Any]) -> list[int]:
    pairs = [run if isinstance(run, list) else (run, 1) for run in runs]
    return [length for length, count in pairs for _ in range(count)]


def _chunk_key_encoding(encoding: Any) -> Any:
    if isinstance(encoding, str):
        encoding = {"name": encoding}
    separator = {"default": "/", "v2": "."}[encoding["name"]]
    return encoding["name"], encoding.get("configuration", {}).get("separator", separator)


def _v2_arguments(metadata: dict[str, Any]) -> Any:
    """What ``create`` takes of .zarray and .zattrs."""
    document = dict(metadata[".zarray"])
    del document["zarr_format"]
    dtype, fill_value = document.pop("dtype"), document.pop("fill_value")
    filters, compressor = document.pop("filters"), document.pop("compressor")

    def arguments() -> dict[str, Any]:
        return {
            **_typed(_v2_dtype(dtype, filters), fill_value, 2),
            "filters": [numcodecs.get_codec(each) for each in filters or ()],
            "compressor": None if compressor is None else numcodecs.get_codec(compressor),
            "attributes": metadata.get(".zattrs"),
            **document,
        }

    return arguments


def _v2_dtype(dtype: Any, filters: Any = None) -> Any:
    """A structured type as NumPy writes it: with tuples where JSON has lists.

    Of objects the first filter tells what they are.
    """
    if dtype == "|O" and parse_dtype is not None:
        return {"name": "|O", "object_codec_id": filters[0]["id"]}
    if isinstance(dtype, str):
        return dtype
    return [(name, _v2_dtype(each), *map(tuple, shape)) for name, each, *shape in dtype]


def _typed(data_type: Any, fill_value: Any, zarr_format: Any) -> dict[str, Any]:
    """The data type and the fill value as ``create`` takes them; before 3.1 both as in JSON."""
    if parse_dtype is None:
        return {"dtype": data_type, "fill_value": fill_value}
    parsed = parse_dtype(data_type, zarr_format=zarr_format)
    if zarr_format == 2 and fill_value is None:
        return {"dtype": parsed, "fill_value": None}
    scalar = parsed.from_json_scalar(fill_value, zarr_format=zarr_format)
    return {"dtype": parsed, "fill_value": scalar}


def write_region(
    store: str,
    path: str,
    zarr_format: Any,
    start: list[int],
    stop: list[int],
    elements: dict[str, Any],
) -> dict[str, Any]:
    array = _open_to_write(store, path, zarr_format)
    with writing():
        array[region(start, stop)] = values(elements, array.dtype)
    return {}


def set_attributes(
    store: str, path: str, zarr_format: Any, attributes: dict[str, Any]
) -> dict[str, Any]:
    with opening():
        node = zarr.open(store=store, path=path, mode="r+", zarr_format=zarr_format)
    with writing():
        node.update_attributes(attributes)
    return {}


def resize(store: str, path: str, zarr_format: Any, shape: list[int]) -> dict[str, Any]:
    array = _open_to_write(store, path, zarr_format)
    with writing():
        array.resize(tuple(shape))
    return {}


def append(
    store: str, path: str, zarr_format: Any, axis: int, elements: dict[str, Any]
) -> dict[str, Any]:
    array = _open_to_write(store, path, zarr_format)
    with writing():
        array.append(values(elements, array.dtype), axis=axis)
    return {}


def delete(store: str, path: str, zarr_format: Any) -> dict[str, Any]:
    parent, _, name = path.rpartition("/")
    if not name:
        raise Unsupported("nodes are deleted from a group, and the root is in none")
    with opening():
        group = zarr.open_group(store=store, path=parent, mode="r+", zarr_format=zarr_format)
    with writing():
        del group[name]
    return {}


def _open_to_write(store: str, path: str, zarr_format: Any) -> Any:
    with opening():
        return zarr.open_array(store=store, path=path, mode="r+", zarr_format=zarr_format)


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
    write=write,
    write_region=write_region,
    set_attributes=set_attributes,
    resize=resize,
    append=append,
    delete=delete,
)
