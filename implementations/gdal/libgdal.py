"""The multidimensional part of GDAL's C API, in the library that the package rasterio carries.

rasterio itself knows rasters only. Handles are pointers; whoever gets one from a ``Get`` or an
``Open`` releases it.
"""

import ctypes
from ctypes import POINTER, c_char_p, c_int, c_size_t, c_uint64, c_void_p
from pathlib import Path
from typing import Any

import rasterio  # loads what libgdal needs

Sizes = POINTER(c_size_t)
Strings = POINTER(c_char_p)  # ended by a null pointer
Handles = POINTER(c_void_p)

# What each function returns, and what it takes.
FUNCTIONS = {
    "CPLErrorReset": (None,),
    "CPLGetLastErrorMsg": (c_char_p,),
    "CSLDestroy": (None, Strings),
    "GDALAllRegister": (None,),
    "GDALVersionInfo": (c_char_p, c_char_p),
    "GDALOpenEx": (c_void_p, c_char_p, c_int, Strings, Strings, Strings),
    "GDALReleaseDataset": (c_int, c_void_p),
    "GDALDatasetGetRootGroup": (c_void_p, c_void_p),
    "GDALGroupRelease": (None, c_void_p),
    "GDALGroupGetGroupNames": (Strings, c_void_p, Strings),
    "GDALGroupGetMDArrayNames": (Strings, c_void_p, Strings),
    "GDALGroupOpenGroupFromFullname": (c_void_p, c_void_p, c_char_p, Strings),
    "GDALGroupOpenMDArray": (c_void_p, c_void_p, c_char_p, Strings),
    "GDALGroupOpenMDArrayFromFullname": (c_void_p, c_void_p, c_char_p, Strings),
    "GDALGroupGetAttributes": (Handles, c_void_p, Sizes, Strings),
    "GDALMDArrayRelease": (None, c_void_p),
    "GDALMDArrayGetAttributes": (Handles, c_void_p, Sizes, Strings),
    "GDALMDArrayGetDataType": (c_void_p, c_void_p),
    "GDALMDArrayGetDimensions": (Handles, c_void_p, Sizes),
    "GDALMDArrayRead": (
        c_int,
        *(c_void_p, POINTER(c_uint64), Sizes),  # start and count
        *(POINTER(ctypes.c_int64), POINTER(ctypes.c_ssize_t)),  # steps, here and in the buffer
        *(c_void_p, c_void_p, c_void_p, c_size_t),  # data type, buffer; its bounds are not checked
    ),
    "GDALMDArrayWrite": (
        c_int,
        *(c_void_p, POINTER(c_uint64), Sizes),
        *(POINTER(ctypes.c_int64), POINTER(ctypes.c_ssize_t)),
        *(c_void_p, c_void_p, c_void_p, c_size_t),
    ),
    "GDALReleaseDimensions": (None, Handles, c_size_t),
    "GDALDimensionGetSize": (c_uint64, c_void_p),
    "GDALReleaseAttributes": (None, Handles, c_size_t),
    "GDALAttributeGetName": (c_char_p, c_void_p),
    "GDALAttributeGetDataType": (c_void_p, c_void_p),
    "GDALAttributeGetDimensionCount": (c_size_t, c_void_p),
    "GDALAttributeReadAsString": (c_char_p, c_void_p),
    "GDALAttributeReadAsStringArray": (Strings, c_void_p),
    "GDALAttributeReadAsRaw": (c_void_p, c_void_p, Sizes),
    "GDALAttributeFreeRawResult": (None, c_void_p, c_void_p, c_size_t),
    "GDALExtendedDataTypeRelease": (None, c_void_p),
    "GDALExtendedDataTypeGetClass": (c_int, c_void_p),
    "GDALExtendedDataTypeGetSubType": (c_int, c_void_p),
    "GDALExtendedDataTypeGetNumericDataType": (c_int, c_void_p),
    "GDALExtendedDataTypeGetSize": (c_size_t, c_void_p),
    "GDALExtendedDataTypeGetComponents": (Handles, c_void_p, Sizes),
    "GDALExtendedDataTypeFreeComponents": (None, Handles, c_size_t),
    "GDALEDTComponentGetName": (c_char_p, c_void_p),
    "GDALEDTComponentGetOffset": (c_size_t, c_void_p),
    "GDALEDTComponentGetType": (c_void_p, c_void_p),
}


def load() -> Any:
    """The library, with the types of its functions, and its drivers registered."""
    packages = Path(rasterio.__file__).parents[1]
    found = [*packages.glob("rasterio.libs/libgdal*"), *packages.glob("rasterio/.dylibs/libgdal*")]
    gdal = ctypes.CDLL(str(found[0]))
    for name, (result, *arguments) in FUNCTIONS.items():
        function = getattr(gdal, name)
        function.restype, function.argtypes = result, arguments
    gdal.GDALAllRegister()
    return gdal
