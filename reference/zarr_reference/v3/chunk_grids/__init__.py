"""The chapter "Chunk grids": how an array is divided into chunks.

https://zarr-specs.readthedocs.io/en/latest/v3/core/#chunk-grids
"""

from typing import Any

from zarr_reference.errors import InvalidMetadata, UnknownExtension
from zarr_reference.v3.chunk_grids.chunk_grid import ChunkGrid, Index
from zarr_reference.v3.chunk_grids.rectilinear import RectilinearGrid
from zarr_reference.v3.chunk_grids.regular import RegularGrid
from zarr_reference.v3.extensions import parse_extension
from zarr_reference.v3.json_documents import shown

__all__ = ["ChunkGrid", "Index", "RectilinearGrid", "RegularGrid", "parse_chunk_grid"]


def parse_chunk_grid(document: Any, array_shape: Index, place: str) -> ChunkGrid:
    """The chunk grid that ``document`` defines for an array; ``place`` is its JSON path.

    Raises ``InvalidMetadata`` if it breaks a rule of its own grid, ``UnknownExtension`` if there is
    no such grid, and ``LimitExceeded`` for lengths that could not be indexed.
    """
    extension = parse_extension(document, place, "core.metadata.array.chunk_grid.extension_form")
    # ext.must_understand.not_for_chunk_grid
    if not extension.must_understand:
        raise InvalidMetadata(
            "ext.must_understand.not_for_chunk_grid",
            f"{place}.must_understand",
            "must_understand cannot be false for a chunk grid",
        )
    match extension.name:
        case "regular":
            return RegularGrid.from_extension(extension, array_shape, place)
        case "rectilinear":
            return RectilinearGrid.from_extension(extension, array_shape, place)
    # core.metadata.array.chunk_grid.unknown_rejected
    raise UnknownExtension(
        "core.metadata.array.chunk_grid.unknown_rejected",
        place,
        f'the chunk grid {shown(extension.name)} is neither "regular" nor "rectilinear"',
    )
