"""The library of ``implementations/README.md``: the reference, with elements that are numbers."""

from pathlib import Path
from typing import Any

from zarr_reference.stores import open_store
from zarr_reference.v3.array import DEFAULT_LIMIT
from zarr_reference.v3.hierarchy import open_array


class Opened:
    """An array, of which all can be had."""

    def __init__(self, place: str) -> None:
        self._array = open_array(open_store(Path(place), DEFAULT_LIMIT), "/")

    def __getitem__(self, _everything: Any) -> Any:
        return self._array.read().view(self._array.metadata.data_type.name)


open = Opened
