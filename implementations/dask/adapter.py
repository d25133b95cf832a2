"""Ask Dask for an array in Zarr, which it reads with zarr-python. It finds the format out."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from zarr_adapter import Unsupported, describe, elements, opening, reading, region, serve

# isort: split
import dask.array
import numpy as np


def read(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    return _read(store, path, ...)


def read_region(
    store: str, path: str, zarr_format: int, start: list[int], stop: list[int]
) -> dict[str, Any]:
    return _read(store, path, region(start, stop))


def _read(store: str, path: str, selection: Any) -> dict[str, Any]:
    with opening():
        array = dask.array.from_zarr(store, component=path)
    with reading():
        values = array[selection].compute()
    # Without dimensions there may be a scalar that has forgotten its type.
    if getattr(values, "dtype", None) != array.dtype:
        values = np.asarray(values, dtype=array.dtype)
    if array.dtype.hasobject and not values.size:
        raise Unsupported("an array of Python objects that has none tells no type")
    return elements(values)


serve(describe("dask", "dask", "zarr", "numpy"), read=read, read_region=read_region)
