"""Ask acquire-zarr, which writes what a microscope sees: a stream of frames, always in shards.

It has no function to read, and takes no metadata: an array is what its settings say. What they
have no word for is unsupported. They want a name for each dimension, and one that has none is
named here, which shows in what is written. All dimensions are of space, as the last two have to be:
the kind is not stored.
"""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from zarr_adapter import Unsupported, describe, serve, values, writing

# isort: split
import acquire_zarr as az
import numpy as np

LITTLE = {"name": "bytes", "configuration": {"endian": "little"}}
INDEX_CODECS = [LITTLE, {"name": "crc32c"}]
KEYS = {"name": "default", "configuration": {"separator": "/"}}
BLOSC = {"lz4": az.CompressionCodec.BLOSC_LZ4, "zstd": az.CompressionCodec.BLOSC_ZSTD}
SHUFFLE = {"noshuffle": 0, "shuffle": 1, "bitshuffle": 2}


def write(
    store: str, path: str, zarr_format: int, metadata: dict[str, Any], elements: dict[str, Any]
) -> dict[str, Any]:
    if zarr_format == 2:
        raise Unsupported("acquire-zarr writes Zarr v3")
    document = metadata["zarr.json"]
    _check(document)
    sharding, compression = _sharding(document)
    dtype = _dtype(document["data_type"])
    dimensions = _dimensions(document, sharding["chunk_shape"])
    data = values(elements, dtype)
    key = path.strip("/")
    with writing():
        array = az.ArraySettings(
            output_key=key,
            dimensions=[az.Dimension(**each) for each in dimensions],
            data_type=dtype,
            compression=compression and az.CompressionSettings(**compression),
        )
        stream = az.ZarrStream(az.StreamSettings(arrays=[array], store_path=store, max_threads=1))
        stream.append(data)
        if attributes := document.get("attributes"):
            stream.write_custom_metadata(attributes, array_key=key or None)
        stream.close()
    return {}


def _check(document: dict[str, Any]) -> None:
    """Raises ``Unsupported`` for what no setting is about."""
    settled = {"zarr_format", "node_type", "shape", "data_type", "chunk_grid", "codecs"}
    settled |= {"chunk_key_encoding", "fill_value", "attributes", "dimension_names"}
    if unknown := document.keys() - settled:
        raise Unsupported(f"there is no setting for {', '.join(sorted(unknown))}")
    if document["chunk_grid"]["name"] != "regular" or document["chunk_key_encoding"] != KEYS:
        raise Unsupported("there is no setting for the chunk grid, or for the keys of chunks")
    if document["fill_value"] != 0 or str(document["fill_value"]).startswith("-"):
        raise Unsupported("there is no setting for the fill value, which is 0")


def _sharding(document: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The configuration of the shards, and how the settings say what compresses inner chunks."""
    match document["codecs"]:
        case [{"name": "sharding_indexed", "configuration": sharding}]:
            pass
        case _:
            raise Unsupported("all that is written are shards, as the only codec")
    at_end = sharding.get("index_location", "end") == "end"
    if not at_end or sharding["index_codecs"] != INDEX_CODECS:
        raise Unsupported("there is no setting for the index, which is at the end with a CRC-32C")
    data_type = document["data_type"]
    match sharding["codecs"]:
        case [layout] if _is_little(layout, data_type):
            return sharding, None
        case [layout, {"name": "blosc", "configuration": blosc}] if _is_little(layout, data_type):
            return sharding, _compression(blosc, data_type)
    raise Unsupported("inner chunks are little-endian, and compressed by Blosc or not at all")


def _is_little(layout: Any, data_type: Any) -> bool:
    return layout == LITTLE or (layout == {"name": "bytes"} and data_type in ("int8", "uint8"))


def _compression(blosc: dict[str, Any], data_type: Any) -> dict[str, Any]:
    size = _dtype(data_type).itemsize
    if blosc["cname"] not in BLOSC or blosc["blocksize"] or blosc.get("typesize", size) != size:
        raise Unsupported("Blosc compresses with lz4 or zstd, in blocks and types of its choice")
    return {
        "compressor": az.Compressor.BLOSC1,
        "codec": BLOSC[blosc["cname"]],
        "level": blosc["clevel"],
        "shuffle": SHUFFLE[blosc["shuffle"]],
    }


def _dtype(data_type: Any) -> np.dtype[Any]:
    if not isinstance(data_type, str) or data_type.upper() not in az.DataType.__members__:
        raise Unsupported("there is no setting for this data type")
    return np.dtype(data_type)


def _dimensions(document: dict[str, Any], inner: list[int]) -> list[dict[str, Any]]:
    """The settings of each dimension: lengths, inner chunks, and how many make a shard."""
    shape, shard = document["shape"], document["chunk_grid"]["configuration"]["chunk_shape"]
    if len(shape) < 2 or 0 in shape:
        raise Unsupported("a stream has at least two dimensions, of which none has the length 0")
    names = document.get("dimension_names") or [None] * len(shape)
    return [
        {
            "name": names[axis] or f"dimension_{axis}",
            "kind": az.DimensionType.SPACE,
            "array_size_px": shape[axis],
            "chunk_size_px": inner[axis],
            "shard_size_chunks": shard[axis] // inner[axis],
        }
        for axis in range(len(shape))
    ]


serve(describe("acquire-zarr", "acquire-zarr", "numpy"), write=write)
