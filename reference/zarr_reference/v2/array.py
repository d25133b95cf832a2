"""Arrays: those of Zarr v3, under logical paths.

The metadata says where chunks are, and what their bytes mean, so that reading and writing them is
the same for both versions.

https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#chunks
"""

from dataclasses import dataclass

from zarr_reference.v2.paths import key_prefix
from zarr_reference.v3 import array
from zarr_reference.v3.chunk_grids import Index


@dataclass(frozen=True)
class Array(array.Array):
    """An array in a store. ``path`` is its logical path after a slash."""

    def _chunk_key(self, index: Index) -> str:
        # v2.chunk.key.dot, v2.chunk.key.slash; v2.chunk.grid_row_major_keys: whatever the order.
        chunk_key = self.metadata.chunk_key_encoding.encode_chunk_key(index)
        return key_prefix(self.path) + chunk_key
