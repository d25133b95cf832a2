"""Ask zarrs as the codec pipeline of zarr-python, which reads the metadata.

What zarrs does not support it leaves to zarr-python's own pipeline, unless it is told to be strict.
It is told so here: the question is what zarrs does. It has no hands in groups and attributes.
"""

import json
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
import numpy as np
import zarr

zarr.config.set({"codec_pipeline.path": "zarrs.ZarrsCodecPipeline", "codec_pipeline.strict": True})


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
    if array.dtype.hasobject:
        raise Unsupported("zarrs has no part in elements of any length")
    # Without dimensions there may be a scalar that has forgotten its type.
    if getattr(values, "dtype", None) != array.dtype:
        values = np.asarray(values, dtype=array.dtype)
    return elements(values)


def write(
    store: str, path: str, zarr_format: Any, metadata: dict[str, Any], elements: dict[str, Any]
) -> dict[str, Any]:
    """The documents are written here: zarrs has no part in them, and is asked for the chunks."""
    if zarr_format == 2 and path.count("/") > 1:  # v2 wants groups all the way up
        with writing():
            zarr.open_group(store, path=path.rpartition("/")[0], mode="a", zarr_format=2)
    for key, document in metadata.items():
        place = Path(store, path.strip("/"), key)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(document))
    return _write(store, path, zarr_format, ..., elements)


def write_region(
    store: str,
    path: str,
    zarr_format: Any,
    start: list[int],
    stop: list[int],
    elements: dict[str, Any],
) -> dict[str, Any]:
    return _write(store, path, zarr_format, region(start, stop), elements)


def _write(
    store: str, path: str, zarr_format: Any, selection: Any, elements: dict[str, Any]
) -> dict[str, Any]:
    with opening():
        array = zarr.open_array(store=store, path=path, mode="r+", zarr_format=zarr_format)
    if array.dtype.hasobject:
        raise Unsupported("zarrs has no part in elements of any length")
    with writing():
        array[selection] = values(elements, array.dtype)
    return {}


serve(
    describe("zarrs-python", "zarrs", "zarr", "numpy"),
    read=read,
    read_region=read_region,
    write=write,
    write_region=write_region,
)
