"""Ask TensorStore through its Python bindings.

It knows arrays only: groups cannot be listed, and no node is deleted. It sets attributes when it
creates an array, never later, and has no function that appends.
"""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from zarr_adapter import (
    Unsupported,
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
import tensorstore as ts

DRIVERS = {2: "zarr", 3: "zarr3"}

# Nothing is cached, so that no case can be answered from another one's chunks.
CONTEXT = ts.Context(
    {
        "cache_pool": {"total_bytes_limit": 0},
        "data_copy_concurrency": {"limit": 1},
        "file_io_concurrency": {"limit": 1},
    }
)


def read(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    array = _open(store, path, zarr_format)
    with reading():
        read = array.read().result()
    return _elements(array, zarr_format, read)


def read_region(
    store: str, path: str, zarr_format: int, start: list[int], stop: list[int]
) -> dict[str, Any]:
    array = _open(store, path, zarr_format)
    with reading():
        read = array[region(start, stop)].read().result()
    return _elements(array, zarr_format, read)


def _elements(array: Any, zarr_format: int, read: Any) -> dict[str, Any]:
    """The answer; raises ``Unsupported`` where TensorStore shows something else than elements."""
    if not read.dtype.itemsize:
        raise Unsupported("raw bytes and byte strings become arrays of bytes, and NumPy gets none")
    if zarr_format == 2 and isinstance(array.spec().to_json()["metadata"]["dtype"], list):
        raise Unsupported("of structured elements only a field is shown, here the only one")
    return elements(read)


def metadata(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    array = _open(store, path, zarr_format)
    members: dict[str, Any] = {
        "node_type": "array",
        "shape": list(array.shape),
        "data_type": array.dtype.name,
    }
    if zarr_format == 3:  # of v2 it passes on neither
        stored = array.spec().to_json()["metadata"]
        members["attributes"] = stored.get("attributes", {})
        members["dimension_names"] = stored.get("dimension_names")
    return {"metadata": members}


def write(
    store: str, path: str, zarr_format: int, metadata: dict[str, Any], elements: dict[str, Any]
) -> dict[str, Any]:
    """The spec takes the members of the document as they are."""
    if metadata.get(".zattrs"):
        raise Unsupported("attributes of Zarr v2 cannot be written")
    document = metadata["zarr.json"] if zarr_format == 3 else metadata[".zarray"]
    spec = _spec(store, path, zarr_format) | {"metadata": document}
    with writing():
        array = ts.open(spec, context=CONTEXT, create=True).result()
    return _written(array, zarr_format, elements)


def write_region(
    store: str,
    path: str,
    zarr_format: int,
    start: list[int],
    stop: list[int],
    elements: dict[str, Any],
) -> dict[str, Any]:
    array = _open(store, path, zarr_format, write=True)
    return _written(array[region(start, stop)], zarr_format, elements)


def _written(array: Any, zarr_format: int, elements: dict[str, Any]) -> dict[str, Any]:
    if array.dtype.name in ("byte", "char"):
        raise Unsupported("raw bytes and byte strings are arrays of bytes, and NumPy has none")
    if zarr_format == 2 and isinstance(array.spec().to_json()["metadata"]["dtype"], list):
        raise Unsupported("of structured elements only a field can be written")
    try:
        numpy_dtype = array.dtype.numpy_dtype
    except ValueError as error:  # of float8 before 0.1.54
        raise Unsupported(str(error)) from error
    new = values(elements, numpy_dtype)
    with writing():
        array.write(new).result()
    return {}


def resize(store: str, path: str, zarr_format: int, shape: list[int]) -> dict[str, Any]:
    array = _open(store, path, zarr_format, write=True)
    with writing():
        array.resize(exclusive_max=shape).result()
    return {}


def _open(store: str, path: str, zarr_format: int, *, write: bool = False) -> Any:
    spec = _spec(store, path, zarr_format)
    with opening():
        return ts.open(spec, context=CONTEXT, open=True, read=True, write=write).result()


def _spec(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    return {
        "driver": DRIVERS[zarr_format],
        "kvstore": {"driver": "file", "path": f"{store}{path.rstrip('/')}/"},
    }


serve(
    describe("tensorstore", "tensorstore", "numpy"),
    read=read,
    read_region=read_region,
    metadata=metadata,
    write=write,
    write_region=write_region,
    resize=resize,
)
