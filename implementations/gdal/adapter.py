"""Ask GDAL through the multidimensional part of its C API. It finds out the format by itself."""

import ctypes
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from zarr_adapter import (
    Refused,
    Unsupported,
    data_type_name,
    describe,
    elements,
    serve,
    values,
)

# isort: split
import libgdal
import numpy as np

gdal = libgdal.load()

MULTIDIMENSIONAL = 0x10
UPDATE = 1
KEYS = {2: ".zarray", 3: "zarr.json"}  # of an array's document
NUMERIC, STRING, COMPOUND = range(3)  # classes of data types
JSON = 1  # the subtype of a string

# GDAL's numeric data types. It has no bool: a bool in Zarr is a byte in GDAL.
NUMERIC_TYPES = {
    1: "u1", 2: "u2", 3: "i2", 4: "u4", 5: "i4", 6: "f4", 7: "f8",
    10: "c8", 11: "c16", 12: "u8", 13: "i8", 14: "i1", 15: "f2",
}  # fmt: skip


def read(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    with _array(store, path, zarr_format) as array:
        shape = _shape(array)
        return _elements(array, [0] * len(shape), shape)


def read_region(
    store: str, path: str, zarr_format: int, start: list[int], stop: list[int]
) -> dict[str, Any]:
    with _array(store, path, zarr_format) as array:
        return _elements(array, start, [b - a for a, b in zip(start, stop, strict=True)])


def list_children(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    with _group(store, path, zarr_format) as group:
        arrays = _strings(gdal.GDALGroupGetMDArrayNames(group, None))
        groups = _strings(gdal.GDALGroupGetGroupNames(group, None))
    return {"children": dict.fromkeys(arrays, "array") | dict.fromkeys(groups, "group")}


def metadata(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    try:
        with _array(store, path, zarr_format) as array:
            members = {
                "node_type": "array",
                "attributes": _attributes(gdal.GDALMDArrayGetAttributes, array),
                "shape": _shape(array),
                **_data_type_name(array),
            }
    except Refused:
        with _group(store, path, zarr_format) as group:
            attributes = _attributes(gdal.GDALGroupGetAttributes, group)
            members = {"node_type": "group", "attributes": attributes}
    return {"metadata": members}


def write_region(
    store: str,
    path: str,
    zarr_format: int,
    start: list[int],
    stop: list[int],
    elements: dict[str, Any],
) -> dict[str, Any]:
    with (
        _array(store, path, zarr_format, UPDATE) as array,
        _data_type(gdal.GDALMDArrayGetDataType, array) as data_type,
    ):
        dtype = _dtype(data_type)
        content = values(elements, dtype).astype(dtype)
        first = (ctypes.c_uint64 * len(start))(*start)
        count = (ctypes.c_size_t * len(start))(*content.shape)
        everything = (first, count, None, None, data_type, content.ctypes.data, None, 0)
        _asked(gdal.GDALMDArrayWrite, array, *everything, stage="write")
    return {}


@contextmanager
def _root(store: str, access: int = 0) -> Iterator[Any]:
    """The root group. Where the store's root is an array, GDAL makes a group with it alone."""
    name = f'ZARR:"{store}"'.encode()  # no other driver is to answer instead
    data_set = _asked(gdal.GDALOpenEx, name, MULTIDIMENSIONAL | access, None, None, None)
    with ExitStack() as held:
        held.callback(gdal.GDALReleaseDataset, data_set)
        root = _asked(gdal.GDALDatasetGetRootGroup, data_set)
        held.callback(gdal.GDALGroupRelease, root)
        yield root


@contextmanager
def _array(store: str, path: str, zarr_format: int, access: int = 0) -> Iterator[Any]:
    with _root(store, access) as root, ExitStack() as held:
        if path != "/":
            full_name = path.encode()
            array = _asked(gdal.GDALGroupOpenMDArrayFromFullname, root, full_name, None)
        elif (name := _name_of_root_array(root, store, zarr_format)) is not None:
            array = _asked(gdal.GDALGroupOpenMDArray, root, name.encode(), None)
        else:
            raise Refused("open", "GDAL shows a group here, and no array")
        held.callback(gdal.GDALMDArrayRelease, array)
        yield array


@contextmanager
def _group(store: str, path: str, zarr_format: int) -> Iterator[Any]:
    with _root(store) as root, ExitStack() as held:
        if path != "/":
            full_name = path.encode()
            group = _asked(gdal.GDALGroupOpenGroupFromFullname, root, full_name, None)
            held.callback(gdal.GDALGroupRelease, group)
            yield group
        elif _name_of_root_array(root, store, zarr_format) is None:
            yield root
        else:
            raise Refused("open", "GDAL shows an array here, and no group")


def _name_of_root_array(root: Any, store: str, zarr_format: int) -> str | None:
    """GDAL calls an array in the root by its directory; any other lies in one of its name."""
    names = _strings(gdal.GDALGroupGetMDArrayNames(root, None))
    is_root = len(names) == 1 and not Path(store, names[0], KEYS[zarr_format]).exists()
    return names[0] if is_root else None


def _asked(function: Any, *arguments: Any, stage: str = "open") -> Any:
    """What a function returns; if it is nothing, that is a refusal, and GDAL has said why."""
    gdal.CPLErrorReset()
    result = function(*arguments)
    if not result:
        message = gdal.CPLGetLastErrorMsg().decode(errors="replace")
        raise Refused(stage, message or f"{function.__name__} returned nothing")
    return result


def _shape(array: Any) -> list[int]:
    count = ctypes.c_size_t()
    dimensions = gdal.GDALMDArrayGetDimensions(array, count)
    shape = [gdal.GDALDimensionGetSize(dimensions[n]) for n in range(count.value)]
    gdal.GDALReleaseDimensions(dimensions, count)
    return shape


def _data_type_name(array: Any) -> dict[str, str]:
    """The member of the answer, if GDAL's data type is that of the array."""
    with _data_type(gdal.GDALMDArrayGetDataType, array) as data_type, suppress(Unsupported):
        return {"data_type": data_type_name(_dtype(data_type))}
    return {}


def _elements(array: Any, start: list[int], shape: list[int]) -> dict[str, Any]:
    with _data_type(gdal.GDALMDArrayGetDataType, array) as data_type:
        values = _room(shape, _dtype(data_type))
        first = (ctypes.c_uint64 * len(shape))(*start)
        count = (ctypes.c_size_t * len(shape))(*shape)
        buffer = values.ctypes.data
        everything = (first, count, None, None, data_type, buffer, None, 0)
        _asked(gdal.GDALMDArrayRead, array, *everything, stage="read")
    return elements(values)


def _room(shape: list[int], dtype: np.dtype) -> np.ndarray:
    """Memory to read into, which GDAL leaves to its caller."""
    try:
        return np.zeros(shape, dtype)
    except (MemoryError, ValueError) as error:
        raise Unsupported(f"there is no room for the elements: {error}") from error


@contextmanager
def _data_type(get: Any, owner: Any) -> Iterator[Any]:
    data_type = get(owner)
    try:
        yield data_type
    finally:
        gdal.GDALExtendedDataTypeRelease(data_type)


def _dtype(data_type: Any) -> np.dtype:
    """What NumPy calls a data type of GDAL; a compound one has gaps."""
    kind = gdal.GDALExtendedDataTypeGetClass(data_type)
    if kind == COMPOUND:
        return _compound(data_type)
    number = gdal.GDALExtendedDataTypeGetNumericDataType(data_type)
    if kind == STRING:
        raise Unsupported("strings of a fixed length become text of any length")
    if number not in NUMERIC_TYPES:
        raise Unsupported(f"NumPy has no dtype for GDAL's numeric type {number}")
    return np.dtype(NUMERIC_TYPES[number])


def _compound(data_type: Any) -> np.dtype:
    count = ctypes.c_size_t()
    components = gdal.GDALExtendedDataTypeGetComponents(data_type, count)
    names, formats, offsets = [], [], []
    for component in components[: count.value]:
        names.append(gdal.GDALEDTComponentGetName(component).decode())
        offsets.append(gdal.GDALEDTComponentGetOffset(component))
        with _data_type(gdal.GDALEDTComponentGetType, component) as part:
            formats.append(_dtype(part))
    gdal.GDALExtendedDataTypeFreeComponents(components, count)
    size = gdal.GDALExtendedDataTypeGetSize(data_type)
    if len(set(names)) < len(names):
        raise Unsupported("NumPy has no dtype for fields of the same name")
    members = {"names": names, "formats": formats, "offsets": offsets, "itemsize": size}
    return np.dtype(members)


def _attributes(get: Any, node: Any) -> dict[str, Any]:
    count = ctypes.c_size_t()
    found = get(node, count, None)
    attributes = {
        gdal.GDALAttributeGetName(each).decode(): _attribute(each) for each in found[: count.value]
    }
    gdal.GDALReleaseAttributes(found, count)
    return attributes


def _attribute(attribute: Any) -> Any:
    """The value of an attribute: GDAL has typed scalars and vectors where JSON has any value."""
    is_vector = gdal.GDALAttributeGetDimensionCount(attribute) > 0
    with _data_type(gdal.GDALAttributeGetDataType, attribute) as data_type:
        if gdal.GDALExtendedDataTypeGetClass(data_type) != STRING:
            size = ctypes.c_size_t()
            raw = gdal.GDALAttributeReadAsRaw(attribute, size)
            values = np.frombuffer(ctypes.string_at(raw, size.value), _dtype(data_type))
            gdal.GDALAttributeFreeRawResult(attribute, raw, size)
            return values.tolist() if is_vector else values[0].item()
        is_json = gdal.GDALExtendedDataTypeGetSubType(data_type) == JSON
    if is_vector:
        return _strings(gdal.GDALAttributeReadAsStringArray(attribute))
    text = (gdal.GDALAttributeReadAsString(attribute) or b"").decode()
    return json.loads(text) if is_json and text else text


def _strings(found: Any) -> list[str]:
    """The strings in a list of GDAL's, which is ours to free, and null if it is empty."""
    strings = []
    while found and found[len(strings)] is not None:
        strings.append(found[len(strings)].decode())
    gdal.CSLDestroy(found)
    return strings


version = gdal.GDALVersionInfo(b"RELEASE_NAME").decode()
serve(
    describe("gdal", "rasterio", "numpy", version=version),
    read=read,
    read_region=read_region,
    list=list_children,
    metadata=metadata,
    write_region=write_region,
)
