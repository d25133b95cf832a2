"""Ask webknossos for a layer of voxels, which it keeps in Zarr and reads with TensorStore.

It opens a data set, whose ``datasource-properties.json`` says where the array of each layer lies,
what its elements are, and which of its dimensions are x, y and z. It is written here for each
array, by what webknossos itself shows of it, into a directory of its own. The dimensions are x, y
and z in their order, and any others are additional; so names that are stored do not matter. A
layer has at least x and y, a voxel in each of its dimensions, and elements of few data types:
what is otherwise is unsupported. So it is of an array that is made or resized: ``settings.py``.
"""

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from operator import add
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from zarr_adapter import (
    Unsupported,
    describe,
    elements,
    opening,
    reading,
    serve,
    values,
    writing,
)

# isort: split
from settings import settings
from webknossos import Dataset, MagView, NDBoundingBox
from webknossos.dataset.layer import Zarr3Config

LAYER = "layer"
DATA_FORMATS = {2: "zarr", 3: "zarr3"}

# What webknossos calls each data type, by the category of the layers that it can be in.
INTEGERS = ("uint8", "uint16", "uint32", "int8", "int16", "int32")
ELEMENT_CLASSES = {
    "color": {**dict(zip(INTEGERS, INTEGERS, strict=True)), "float32": "float"},
    "segmentation": {"uint64": "uint64", "int64": "int64"},
}


def read(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    with _layer(Path(store, path.strip("/")), zarr_format) as layer:
        with reading():
            voxels = layer.read()
        return elements(voxels)


def read_region(
    store: str, path: str, zarr_format: int, start: list[int], stop: list[int]
) -> dict[str, Any]:
    with _layer(Path(store, path.strip("/")), zarr_format) as layer:
        box = _box(start, stop)
        with reading():
            voxels = layer.read(absolute_bounding_box=box)
        return elements(voxels)


def metadata(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    """The shape and the data type: names are webknossos' own, and attributes are not shown."""
    with _layer(Path(store, path.strip("/")), zarr_format) as layer:
        with opening():
            info = layer.info
        return {
            "metadata": {
                "node_type": "array",
                "shape": list(info.bounding_box.size),
                "data_type": info.voxel_type.name,
            }
        }


def write_region(
    store: str,
    path: str,
    zarr_format: int,
    start: list[int],
    stop: list[int],
    elements: dict[str, Any],
) -> dict[str, Any]:
    with _layer(Path(store, path.strip("/")), zarr_format, own=True) as layer:
        voxels = values(elements, layer.get_dtype())
        box = _box(start, stop)
        with writing():
            layer.write(voxels, absolute_bounding_box=box, allow_unaligned=True)
    return {}


def resize(store: str, path: str, zarr_format: int, shape: list[int]) -> dict[str, Any]:
    with _layer(Path(store, path.strip("/")), zarr_format, own=True) as layer:
        _check_ends(layer, shape)
        box = _box([0] * len(shape), shape)
        with writing():
            layer.layer.bounding_box = box
    return {}


def append(
    store: str, path: str, zarr_format: int, axis: int, elements: dict[str, Any]
) -> dict[str, Any]:
    with _layer(Path(store, path.strip("/")), zarr_format, own=True) as layer:
        start = [0] * len(elements["shape"])
        start[axis] = layer.bounding_box.size.to_list()[axis]
        box = _box(start, list(map(add, start, elements["shape"])))
        _check_ends(layer, box.bottomright)
        voxels = values(elements, layer.get_dtype())
        with writing():
            layer.write(voxels, absolute_bounding_box=box, allow_resize=True, allow_unaligned=True)
    return {}


def _check_ends(layer: MagView[Any], shape: Sequence[int]) -> None:
    """Raises ``Unsupported`` if webknossos would make the array longer than that."""
    with opening():
        steps = layer.info.shard_shape
    if any(length % step for length, step in zip(shape, steps, strict=False)):
        raise Unsupported("an array is resized to whole chunks or shards")


def write(
    store: str, path: str, zarr_format: int, metadata: dict[str, Any], elements: dict[str, Any]
) -> dict[str, Any]:
    if zarr_format == 2:
        # There are settings for lengths and for zstd; the order is F, and the separator "/".
        raise Unsupported("of Zarr v2 next to nothing can be set, so that this adapter asks for v3")
    document = metadata["zarr.json"]
    category = _element_class(document["data_type"])["category"]
    asked = settings(document, _axes(len(document["shape"])))
    box = _box([0] * len(asked.axes), document["shape"], asked.axes)
    with TemporaryDirectory() as directory:
        with writing():
            layer = Dataset(directory, voxel_size=(1, 1, 1)).add_layer(
                LAYER,
                category,
                dtype=document["data_type"],
                data_format=DATA_FORMATS[3],
                bounding_box=box,
            )
        voxels = values(elements, layer.dtype)
        with writing():
            config = Zarr3Config(codecs=asked.codecs, chunk_key_encoding=asked.keys)
            chunks = {"chunk_shape": asked.chunk, "shard_shape": asked.shard}
            layer.add_mag(1, **chunks, compress=config).write(voxels, absolute_bounding_box=box)
        shutil.copytree(
            Path(directory, LAYER, "1"), Path(store, path.strip("/")), dirs_exist_ok=True
        )
    return {}


@contextmanager
def _layer(array: Path, zarr_format: int, *, own: bool = False) -> Iterator[MagView[Any]]:
    """The array as the finest magnification of a layer; as its data set's ``own`` it is writable.

    Then it lies in the data set meanwhile, for what lies elsewhere is never written.
    """
    with TemporaryDirectory() as directory, _moved(array, directory, own) as place:
        unknown = _opened(directory, place, zarr_format, (1, 1, 1), "uint8")
        with opening():
            shown = unknown.get_zarr_array()
            stored = shown.spec().to_json()["metadata"]
        if isinstance(stored.get("dtype"), list):
            raise Unsupported("of structured elements only a field is shown, here the only one")
        yield _opened(directory, place, zarr_format, shown.shape, shown.dtype.name)


@contextmanager
def _moved(array: Path, directory: str, own: bool) -> Iterator[Path]:
    if not own:
        yield array.absolute()
        return
    place = Path(directory, LAYER, "1")
    place.parent.mkdir()
    shutil.move(array, place)
    try:
        yield place
    finally:
        shutil.move(place, array)


def _opened(
    directory: str, array: Path, zarr_format: int, shape: Sequence[int], data_type: str
) -> MagView[Any]:
    properties = _properties(array, zarr_format, shape, data_type)
    Path(directory, "datasource-properties.json").write_text(json.dumps(properties))
    with opening():
        return Dataset.open(directory).get_layer(LAYER).get_mag(1)


def _properties(
    array: Path, zarr_format: int, shape: Sequence[int], data_type: str
) -> dict[str, Any]:
    """``datasource-properties.json`` of a data set with an array as its only layer."""
    if len(shape) < 2 or 0 in shape:
        raise Unsupported("a layer has at least the dimensions x and y, with a voxel in each")
    axes = _axes(len(shape))
    size = dict(zip(axes, shape, strict=True))
    return {
        "version": 1,
        "id": {"name": "store", "team": ""},
        "scale": {"factor": [1, 1, 1], "unit": "nanometer"},
        "dataLayers": [
            {
                "name": LAYER,
                **_element_class(data_type),
                "dataFormat": DATA_FORMATS[zarr_format],
                "boundingBox": {
                    "topLeft": [0, 0, 0],
                    "width": size["x"],
                    "height": size["y"],
                    "depth": size.get("z", 1),
                },
                "additionalAxes": [
                    {"name": axes[index], "bounds": [0, shape[index]], "index": index}
                    for index in range(3, len(shape))
                ],
                "mags": [
                    {
                        "mag": [1, 1, 1],
                        "path": str(array),
                        "axisOrder": {name: index for index, name in enumerate(axes[:3])},
                    }
                ],
            }
        ],
    }


def _element_class(data_type: Any) -> dict[str, str]:
    for category, classes in ELEMENT_CLASSES.items():
        if isinstance(data_type, str) and data_type in classes:
            return {"category": category, "elementClass": classes[data_type]}
    raise Unsupported("no layer has elements of this data type")


def _box(
    start: Sequence[int], stop: Sequence[int], axes: Sequence[str] | None = None
) -> NDBoundingBox:
    size = [end - begin for begin, end in zip(start, stop, strict=True)]
    if 0 in size:
        raise Unsupported("nothing is read or written without a voxel")
    names = axes or _axes(len(size))
    return NDBoundingBox(topleft=start, size=size, axes=names, index=range(len(size)))


def _axes(dimensions: int) -> list[str]:
    return ["x", "y", "z", *(f"axis_{index}" for index in range(3, dimensions))][:dimensions]


serve(
    describe("webknossos", "webknossos", "tensorstore", "numpy"),
    read=read,
    read_region=read_region,
    metadata=metadata,
    write=write,
    write_region=write_region,
    resize=resize,
    append=append,
)
