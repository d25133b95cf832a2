"""Ask Dask for an array in Zarr, which it reads with zarr-python. It finds the format out."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from zarr_adapter import describe, elements, opening, reading, region, serve

# isort: split
import dask.array


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
    return elements(values)


serve(describe("dask", "dask", "zarr", "numpy"), read=read, read_region=read_region)
