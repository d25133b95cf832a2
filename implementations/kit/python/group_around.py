"""For libraries that open groups alone: an array, or a store, as the only child of an empty one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_EMPTY: dict[int, tuple[str, dict[str, Any]]] = {
    2: (".zgroup", {"zarr_format": 2}),
    3: ("zarr.json", {"zarr_format": 3, "node_type": "group"}),
}


@contextmanager
def group_around(node: str | Path, name: str, zarr_format: int) -> Iterator[str]:
    """A directory with an empty group and, as its child ``name``, what lies at ``node``."""
    with TemporaryDirectory() as directory:
        key, document = _EMPTY[zarr_format]
        Path(directory, key).write_text(json.dumps(document))
        Path(directory, name).symlink_to(Path(node).absolute())
        yield directory
