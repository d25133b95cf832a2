"""Ask Dask for an array in Zarr, which it reads with zarr-python. It finds the format out.

The array gets a name, or Dask would make one of everything that it knows of it, and the chunks are
read one after the other: both cost more than to read them.
"""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from zarr_adapter import Unsupported, describe, elements, opening, reading, region, serve

# isort: split
import dask.array
import numpy as np
from zarr.storage import LocalStore


def read(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    return _read(store, path, ...)


def read_region(
    store: str, path: str, zarr_format: int, start: list[int], stop: list[int]
) -> dict[str, Any]:
    return _read(store, path, region(start, stop))


def _read(store: str, path: str, selection: Any) -> dict[str, Any]:
    with opening():
        local = LocalStore(store, read_only=True)
        array = dask.array.from_zarr(local, component=path, name=f"{store}{path}")
    with reading():
        values = array[selection].compute(scheduler="synchronous", optimize_graph=False)
    # Without dimensions there may be a scalar that has forgotten its type.
    if getattr(values, "dtype", None) != array.dtype:
        values = np.asarray(values, dtype=array.dtype)
    if array.dtype.hasobject and not values.size:
        raise Unsupported("an array of Python objects that has none tells no type")
    return elements(values)


serve(describe("dask", "dask", "zarr", "numpy"), read=read, read_region=read_region)
