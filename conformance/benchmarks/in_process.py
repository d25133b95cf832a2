"""The calls that an adapter makes, in a loop without a harness: what the library itself costs.

Run by the interpreter of the library's environment: ``in_process.py NAME MANIFEST``, where the
manifest is a JSON array of ``[store, path, zarr_format]``. Prints the seconds that the loop took
from the first answer on.
"""

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any


def zarr_python() -> Callable[[str, str, Any], Any]:
    """The calls of the adapter of zarr-python."""
    import zarr

    zarr.config.set({"array.rectilinear_chunks": True})

    def read(store: str, path: str, zarr_format: Any) -> Any:
        array = zarr.open_array(store=store, path=path, mode="r", zarr_format=zarr_format)
        return array[...]

    return read


def tensorstore() -> Callable[[str, str, Any], Any]:
    """The calls of the adapter of TensorStore."""
    import tensorstore as ts

    drivers = {2: "zarr", 3: "zarr3"}
    context = ts.Context(
        {
            "cache_pool": {"total_bytes_limit": 0},
            "data_copy_concurrency": {"limit": 1},
            "file_io_concurrency": {"limit": 1},
        }
    )

    def read(store: str, path: str, zarr_format: Any) -> Any:
        kvstore = {"driver": "file", "path": f"{store}{path.rstrip('/')}/"}
        spec = {"driver": drivers[zarr_format], "kvstore": kvstore}
        array = ts.open(spec, context=context, open=True, read=True).result()
        elements = array.read().result()
        if zarr_format == 2:
            array.spec().to_json()  # where the adapter sees whether these are all fields
        return elements

    return read


def main(name: str, manifest: str) -> None:
    """Read everything in the manifest once, and take the time."""
    if hasattr(os, "sched_setaffinity"):  # on one processor, as both adapters: it is quicker so
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    read = {"zarr-python": zarr_python, "tensorstore": tensorstore}[name]()
    gc.freeze()  # as adapters do
    first, *others = json.loads(Path(manifest).read_text())
    read(*first)
    start = time.perf_counter()
    for question in others:
        with suppress(Exception):  # a refusal is an answer like any other
            read(*question)
    print(time.perf_counter() - start)


main(*sys.argv[1:])
