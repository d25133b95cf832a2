"""Ask Xarray for a variable in Zarr, which it reads with zarr-python.

Xarray opens a group as a data set and an array as one of its variables, so each array is shown to
it as the only child of a group. It wants a name for each dimension, which the specification does
not: of an array without names nothing can be asked.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from group_around import group_around
from zarr_adapter import (
    Refused,
    Unsupported,
    data_type_name,
    describe,
    elements,
    opening,
    reading,
    region,
    serve,
)

# isort: split
import xarray

NAME = "variable"
NAMES = ("`dimension_names`", "`_ARRAY_DIMENSIONS`")  # what Xarray says is missing


def read(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    return _read(store, path, zarr_format, ...)


def read_region(
    store: str, path: str, zarr_format: int, start: list[int], stop: list[int]
) -> dict[str, Any]:
    return _read(store, path, zarr_format, region(start, stop))


def _read(store: str, path: str, zarr_format: int, selection: Any) -> dict[str, Any]:
    with _variable(store, path, zarr_format) as variable:
        with reading():
            values = variable[selection].values
        return elements(values)


# Nothing is said of attributes: Xarray takes some for itself, and counts the fill value among them.
def metadata(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    with _variable(store, path, zarr_format) as variable:
        members = {
            "node_type": "array",
            "shape": list(variable.shape),
            "data_type": data_type_name(variable.dtype),
        }
        if zarr_format == 3:
            members["dimension_names"] = list(variable.dims)
    return {"metadata": members}


@contextmanager
def _variable(store: str, path: str, zarr_format: Any) -> Iterator[Any]:
    """The variable that Xarray makes of the array at ``path``, as stored: nothing is decoded."""
    array = Path(store, path.strip("/"))
    with (
        group_around(array, NAME, zarr_format) as directory,
        _opened(directory, zarr_format) as data_set,
    ):
        with opening():
            variable = data_set.variables[NAME]
        yield variable


def _opened(directory: str, zarr_format: Any) -> Any:
    """The data set, of which nothing is decoded: no mask, no scale, no times."""
    raw = {"decode_cf": False, "chunks": None, "consolidated": False}
    try:
        with opening():
            return xarray.open_zarr(directory, zarr_format=zarr_format, **raw)
    except Refused as refusal:
        if any(name in refusal.message for name in NAMES):
            raise Unsupported("Xarray wants a name for each dimension") from refusal
        raise


serve(
    describe("xarray", "xarray", "zarr", "numpy"),
    read=read,
    read_region=read_region,
    metadata=metadata,
)
