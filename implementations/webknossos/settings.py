"""How webknossos is told to create an array: what it has settings for, of ``zarr.json``.

It writes whole chunks or shards, whose lengths are powers of two along x, y and z and 1 along other
dimensions, with the fill value 0 and a name for each dimension. ``Unsupported`` is raised for all
that no setting is about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zarr_adapter import Unsupported

CODECS = ("bytes", "gzip", "zstd", "blosc", "crc32c", "transpose")
LITTLE = {"name": "bytes", "configuration": {"endian": "little"}}
INDEX_CODECS = [LITTLE, {"name": "crc32c"}]
SETTLED = {"zarr_format", "node_type", "shape", "data_type", "chunk_grid", "codecs"}
SETTLED |= {"chunk_key_encoding", "fill_value", "dimension_names"}


@dataclass(frozen=True)
class Settings:
    """What a layer and its magnification are made with; lengths are along x, y and z, in elements.

    Without shards ``chunk`` is as long as ``shard``.
    """

    axes: Sequence[str]
    chunk: Sequence[int]
    shard: Sequence[int]
    codecs: Sequence[Any]
    keys: Any


def settings(document: Mapping[str, Any], axes: Sequence[str]) -> Settings:
    """What says the same as ``zarr.json``; ``axes`` are the names if it has none."""
    _check(document)
    shard = document["chunk_grid"]["configuration"]["chunk_shape"]
    chunk, codecs = _chunk(document["codecs"], shard)
    names = document.get("dimension_names") or axes
    _check_names(names, len(shard))
    if any(length % step for length, step in zip(document["shape"], shard, strict=True)):
        raise Unsupported("all chunks and shards are whole: the array ends where one does")
    keys = document["chunk_key_encoding"]
    return Settings(names, _along_xyz(names, chunk), _along_xyz(names, shard), codecs, keys)


def _check(document: Mapping[str, Any]) -> None:
    if unknown := document.keys() - SETTLED:
        raise Unsupported(f"there is no setting for {', '.join(sorted(unknown))}")
    if document["chunk_grid"]["name"] != "regular":
        raise Unsupported("there is no setting for the chunk grid, which is regular")
    if document["fill_value"] != 0 or str(document["fill_value"]).startswith("-"):
        raise Unsupported("there is no setting for the fill value, which is 0")
    match document["chunk_key_encoding"]:
        case {"name": "default", "configuration": {"separator": _}}:
            return
    raise Unsupported("the keys of chunks are of the default encoding, with a separator")


def _chunk(codecs: Sequence[Any], shard: Sequence[int]) -> tuple[Sequence[int], Sequence[Any]]:
    """The shape and the codecs of a chunk, which is in a shard if that is the only codec."""
    chunk = shard
    match codecs:
        case [{"name": "sharding_indexed", "configuration": sharding}]:
            chunk, codecs = sharding["chunk_shape"], sharding["codecs"]
            at_end = sharding.get("index_location", "end") == "end"
            if not at_end or sharding["index_codecs"] != INDEX_CODECS or chunk == shard:
                raise Unsupported("a shard has several chunks, and at its end an index and CRC-32C")
    if any(not isinstance(each, dict) or each["name"] not in CODECS for each in codecs):
        raise Unsupported(f"there is no setting for codecs but {', '.join(CODECS)}")
    return chunk, codecs


def _check_names(names: Sequence[str | None], dimensions: int) -> None:
    if len(names) != dimensions or len({*names} - {None, "c"}) != dimensions:
        raise Unsupported("each dimension has a name of its own, which is not c")
    if not {"x", "y"} <= {*names}:
        raise Unsupported("a layer has at least the dimensions x and y")


def _along_xyz(names: Sequence[str], shape: Sequence[int]) -> list[int]:
    lengths = dict(zip(names, shape, strict=True))
    along = [lengths.pop(name, 1) for name in "xyz"]
    if any(each & (each - 1) for each in along) or any(each != 1 for each in lengths.values()):
        raise Unsupported("chunks are powers of two along x, y and z, and 1 along other dimensions")
    return along
