"""Hierarchies that are hundreds of levels deep or thousands of nodes wide, in both versions."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from zarr_reference.stores import MemoryStore, ZipStore
from zarr_reference.v2 import hierarchy as v2
from zarr_reference.v3 import hierarchy as v3

DEPTH, WIDTH = 300, 2_000


@pytest.mark.parametrize("version", [v2, v3])
class TestLargeHierarchies:
    def test_hundreds_of_levels(self, version: Any) -> None:
        store = MemoryStore()
        path = "/d" * DEPTH
        version.create_group(store, path, {"deepest": True})
        assert version.open_group(store, path).attributes == {"deepest": True}
        for depth in (0, 1, DEPTH // 2, DEPTH - 1):
            group = version.open_group(store, "/d" * depth or "/")
            assert group.children() == {"d": "group"}

    def test_thousands_of_nodes(self, version: Any) -> None:
        store = MemoryStore()
        for number in range(WIDTH):
            version.create_group(store, f"/g{number}")
        assert len(version.open_group(store).children()) == WIDTH

    def test_the_nodes_of_an_archive_are_read_from_it_once(
        self, version: Any, tmp_path: Path
    ) -> None:
        """The time is that of one listing, and does not grow with the square of the nodes."""
        memory = MemoryStore()
        for number in range(WIDTH):
            version.create_group(memory, f"/g{number}")
        with zipfile.ZipFile(tmp_path / "wide.zip", "w") as archive:
            for key in memory.list():
                archive.writestr(key, memory.get(key) or b"")
        store = ZipStore(tmp_path / "wide.zip", 2**30)
        opened = 0
        reading = store._open

        def counted() -> Any:
            nonlocal opened
            opened += 1
            return reading()

        store._open = counted  # type: ignore[method-assign]
        assert len(version.open_group(store).children()) == WIDTH
        assert opened < 10
