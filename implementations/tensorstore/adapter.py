"""Ask TensorStore through its Python bindings. It knows arrays only: groups cannot be listed."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from zarr_adapter import Unsupported, describe, elements, opening, reading, region, serve

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
        values = array.read().result()
    return _elements(array, zarr_format, values)


def read_region(
    store: str, path: str, zarr_format: int, start: list[int], stop: list[int]
) -> dict[str, Any]:
    array = _open(store, path, zarr_format)
    with reading():
        values = array[region(start, stop)].read().result()
    return _elements(array, zarr_format, values)


def _elements(array: Any, zarr_format: int, values: Any) -> dict[str, Any]:
    """The answer; raises ``Unsupported`` where TensorStore shows something else than elements."""
    if array.dtype.name in ("byte", "char"):
        raise Unsupported("raw bytes and byte strings become arrays of bytes, and NumPy gets none")
    if zarr_format == 2 and isinstance(array.spec().to_json()["metadata"]["dtype"], list):
        raise Unsupported("of structured elements only a field is shown, here the only one")
    return elements(values)


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


def _open(store: str, path: str, zarr_format: int) -> Any:
    spec = {
        "driver": DRIVERS[zarr_format],
        "kvstore": {"driver": "file", "path": f"{store}{path.rstrip('/')}/"},
    }
    with opening():
        return ts.open(spec, context=CONTEXT, open=True, read=True).result()


serve(
    describe("tensorstore", "tensorstore", "numpy"),
    read=read,
    read_region=read_region,
    metadata=metadata,
)
