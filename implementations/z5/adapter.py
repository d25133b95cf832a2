"""Ask z5 through its bindings for Python.

It opens a group as a file and takes arrays from it. So that a store whose root is an array can be
asked too, each store is shown to it as the child of an empty group.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
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
    values,
    writing,
)

# isort: split
import z5py

INDEX = [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}]


def read(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    return _read(store, path, zarr_format, ...)


def read_region(
    store: str, path: str, zarr_format: int, start: list[int], stop: list[int]
) -> dict[str, Any]:
    return _read(store, path, zarr_format, region(start, stop))


def _read(store: str, path: str, zarr_format: int, selection: Any) -> dict[str, Any]:
    with _node(store, path, zarr_format) as dataset:
        if isinstance(dataset, z5py.Group):
            raise Refused("open", "z5 shows a group here, and no dataset")
        with reading():
            values = dataset[selection]
        return elements(values)


def list_children(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    with _node(store, path, zarr_format) as group:
        if isinstance(group, z5py.Dataset):
            raise Refused("open", "z5 shows a dataset here, and no group")
        with opening():
            are_groups = {name: group.is_sub_group(name) for name in group}
    return {
        "children": {
            name: "group" if is_group else "array" for name, is_group in are_groups.items()
        }
    }


def metadata(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    with _node(store, path, zarr_format) as node, opening():
        attributes = dict(node.attrs)
    if isinstance(node, z5py.Group):
        return {"metadata": {"node_type": "group", "attributes": attributes}}
    members = {"shape": list(node.shape), "data_type": data_type_name(node.dtype)}
    return {"metadata": {"node_type": "array", "attributes": attributes, **members}}


def write(
    store: str, path: str, zarr_format: int, metadata: dict[str, Any], elements: dict[str, Any]
) -> dict[str, Any]:
    """The dataset is created in a file of its own, which is put where the store is."""
    options = _v2_options(metadata) if zarr_format == 2 else _v3_options(metadata)
    attributes = options.pop("attributes")
    name = path.strip("/") or "new"
    with TemporaryDirectory() as directory:
        with writing():
            file = z5py.File(f"{directory}/x.zr", "w", use_zarr_format=True, **options.pop("file"))
            dataset = file.create_dataset(name, **options)
            dataset[...] = values(elements, dataset.dtype)
            if attributes:
                dataset.attrs.update(attributes)
        made = f"{directory}/x.zr/new" if path == "/" else f"{directory}/x.zr"
        shutil.copytree(made, store, dirs_exist_ok=True, copy_function=_unless_there)
    return {}


def _unless_there(source: str, destination: str) -> None:
    """Groups that are there already stay as they are."""
    if not Path(destination).exists():
        shutil.copyfile(source, destination)


def _v2_options(metadata: dict[str, Any]) -> dict[str, Any]:
    """What ``create_dataset`` takes of .zarray and .zattrs."""
    document = metadata[".zarray"]
    if document["order"] != "C" or document["filters"]:
        raise Unsupported("create_dataset has no option for the order or for filters")
    if not isinstance(document["dtype"], str) or document["dtype"].startswith(">"):
        raise Unsupported("create_dataset takes numbers in the byte order of the machine")
    return {
        "file": {"zarr_format": 2, "dimension_separator": document.get("dimension_separator", ".")},
        "dtype": document["dtype"],
        "shape": document["shape"],
        "chunks": document["chunks"],
        "fillvalue": _number(document["fill_value"]),
        "attributes": metadata.get(".zattrs"),
        **_compression(document["compressor"] or {"id": "raw"}),
    }


def _v3_options(metadata: dict[str, Any]) -> dict[str, Any]:
    """What ``create_dataset`` takes of zarr.json: one compressor, and shards of chunks."""
    document = metadata["zarr.json"]
    if document["chunk_grid"]["name"] != "regular" or document.get("dimension_names"):
        raise Unsupported("create_dataset has no option for this grid, or for dimension names")
    chunks = document["chunk_grid"]["configuration"]["chunk_shape"]
    codecs, shards = document["codecs"], None
    match codecs:
        case [{"name": "sharding_indexed", "configuration": sharding}]:
            codecs, shards, chunks = sharding["codecs"], chunks, sharding["chunk_shape"]
            if sharding.get("index_location", "end") != "end" or sharding["index_codecs"] != INDEX:
                raise Unsupported("create_dataset makes one kind of index")
    match codecs:
        case [{"name": "bytes", **serializer}]:
            codec = {"id": "raw"}
        case [{"name": "bytes", **serializer}, {"name": name, **rest}]:
            codec = {"id": name, **rest.get("configuration", {})}
        case _:
            raise Unsupported("create_dataset has one compressor, and no other codec")
    if serializer.get("configuration", {}).get("endian") == "big":
        raise Unsupported("create_dataset takes numbers in the byte order of the machine")
    encoding = document["chunk_key_encoding"]
    if isinstance(encoding, str):
        encoding = {"name": encoding}
    separator = {"default": "/", "v2": "."}.get(encoding["name"])
    if encoding.get("configuration", {}).get("separator", separator) != separator:
        raise Unsupported("create_dataset has one separator for each chunk key encoding")
    return {
        "file": {"zarr_format": 3},
        "dtype": document["data_type"],
        "shape": document["shape"],
        "chunks": chunks,
        "shards": shards,
        "chunk_key_encoding": encoding["name"],
        "fillvalue": _number(document["fill_value"]),
        "attributes": document.get("attributes"),
        **_compression(codec),
    }


def _number(fill_value: Any) -> float:
    if not isinstance(fill_value, int | float) or isinstance(fill_value, bool):
        raise Unsupported("create_dataset takes a number for the fill value")
    if float(fill_value) != fill_value:
        raise Unsupported("create_dataset takes the fill value as a double")
    return fill_value


def _compression(codec: dict[str, Any]) -> dict[str, Any]:
    """The name and the options of a compressor, which are called otherwise here and there."""
    match codec:
        case {"id": "raw"}:
            return {"compression": "raw"}
        case {"id": "gzip" | "zlib" | "zstd" as name, "level": level, **rest} if not (
            rest.get("checksum")
        ):
            return {"compression": name, "level": level}
        case {"id": "bz2", "level": level}:
            return {"compression": "bzip2", "level": level}
        case {"id": "blosc", "cname": name, "clevel": level, "shuffle": int(shuffle)}:
            return {"compression": "blosc", "codec": name, "clevel": level, "shuffle": shuffle}
        case {"id": "blosc", "cname": name, "clevel": level, "shuffle": shuffle}:
            number = {"noshuffle": 0, "shuffle": 1, "bitshuffle": 2}[shuffle]
            return {"compression": "blosc", "codec": name, "level": level, "shuffle": number}
    raise Unsupported(f"create_dataset has no option for {codec['id']}")


def write_region(
    store: str,
    path: str,
    zarr_format: int,
    start: list[int],
    stop: list[int],
    elements: dict[str, Any],
) -> dict[str, Any]:
    with _node(store, path, zarr_format, "r+") as dataset, writing():
        dataset[region(start, stop)] = values(elements, dataset.dtype)
    return {}


def set_attributes(
    store: str, path: str, zarr_format: int, attributes: dict[str, Any]
) -> dict[str, Any]:
    with _node(store, path, zarr_format, "r+") as node, writing():
        node.attrs.update(attributes)
    return {}


@contextmanager
def _node(store: str, path: str, zarr_format: int, mode: str = "r") -> Iterator[Any]:
    with group_around(store, "store", zarr_format) as directory:
        with opening():
            node = z5py.File(directory, mode)[f"store{path.rstrip('/')}"]
        yield node


serve(
    describe("z5", "z5py", "numpy"),
    read=read,
    read_region=read_region,
    list=list_children,
    metadata=metadata,
    write=write,
    write_region=write_region,
    set_attributes=set_attributes,
)
