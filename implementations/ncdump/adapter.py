"""Ask the program ncdump, which comes with netCDF-C, for Zarr: its path is the argument.

It is started once for each question, and prints the data set as CDL. As for ``netcdf-c``, each
store is shown to it as the child of an empty group. If a signal ends it, that is a crash and no
refusal.

CDL has no word for the payload of a NaN, and ``_`` for whatever ncdump takes for the fill value: of
floating-point numbers these are all that are close to it. What cannot be known is not guessed.
"""

import base64
import json
import math
import re
import struct
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kit" / "python"))
from group_around import group_around
from zarr_adapter import Refused, Unsupported, ended, serve

# isort: split
from cdl import Group, Variable, parse, unquoted

NCDUMP = sys.argv[1]
PLAINEST = {
    "zarr_format": 3,
    "node_type": "array",
    "shape": [1],
    "data_type": "uint8",
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [1]}},
    "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
    "fill_value": 0,
    "codecs": [{"name": "bytes"}],
}
# What CDL calls a type: its name in the protocol, how struct packs it, its fill value by default.
TYPES: dict[str, tuple[str, str, int | None]] = {
    "byte": ("int8", "b", None),
    "ubyte": ("uint8", "B", None),
    "short": ("int16", "h", -32767),
    "ushort": ("uint16", "H", 65535),
    "int": ("int32", "i", -2147483647),
    "uint": ("uint32", "I", 4294967295),
    "int64": ("int64", "q", -9223372036854775806),
    "uint64": ("uint64", "Q", 18446744073709551614),
    "float": ("float32", "f", None),
    "double": ("float64", "d", None),
    "char": ("|S1", "c", None),
}
# An attribute's value ends with its type, unless it is an int or a double.
NUMBER = re.compile(r"(-?(?:[0-9.]+(?:e[-+]?[0-9]+)?|NaN|Infinity))(b|s|f|UB|US|U|LL|ULL)?")
SUFFIXES = {"byte": "b", "ubyte": "UB", "short": "s", "ushort": "US", "uint": "U"}
SUFFIXES |= {"int64": "LL", "uint64": "ULL", "float": "f"}


def read(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    if "," in path:
        raise Unsupported("ncdump takes a comma for the end of a variable's name")
    variable = _node(store, path, zarr_format, "-p", "9,17", "-v", f"store{path}".rstrip("/"))
    if isinstance(variable, Group):
        raise Refused("open", "ncdump shows a group here, and no variable")
    if variable.type not in TYPES:
        raise Unsupported("strings of a fixed length become strings of any length")
    if "C_format" in variable.attributes:
        raise Unsupported("numbers are printed as the attribute C_format says")
    data_type, code, _ = TYPES[variable.type]
    data = _text(variable) if code == "c" else _numbers(variable)
    count = math.prod(variable.shape)
    if len(data) != count * struct.calcsize(f"<{code}"):
        raise ValueError(f"{len(data)} bytes were printed for {count} elements")
    elements = base64.b64encode(data).decode()
    return {"data_type": data_type, "shape": variable.shape, "elements": elements}


def list_children(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    group = _node(store, path, zarr_format, "-h")
    if isinstance(group, Variable):
        raise Refused("open", "ncdump shows a variable here, and no group")
    return {
        "children": dict.fromkeys(group.variables, "array") | dict.fromkeys(group.groups, "group")
    }


def metadata(store: str, path: str, zarr_format: int) -> dict[str, Any]:
    node = _node(store, path, zarr_format, "-h", "-p", "9,17")
    attributes = {name: _in_json(words) for name, words in node.attributes.items()}
    if isinstance(node, Group):
        return {"metadata": {"node_type": "group", "attributes": attributes}}
    if node.type not in TYPES:
        raise Unsupported("strings of a fixed length become strings of any length")
    members = {"shape": node.shape, "data_type": TYPES[node.type][0]}
    return {"metadata": {"node_type": "array", "attributes": attributes, **members}}


def _node(store: str, path: str, zarr_format: int, *options: str) -> Group | Variable:
    """The variable or group that ncdump prints for ``path``."""
    if zarr_format == 3 and not _knows_v3():
        raise Unsupported("this ncdump shows no array of Zarr v3, not even the plainest")
    with group_around(store, "store", zarr_format) as directory:
        done = _run(*options, f"file://{directory}#mode=zarr,file")
    if done.returncode < 0:
        raise ended(done.returncode, done.stderr)
    cdl = done.stdout.decode("utf-8", "surrogateescape")
    if done.returncode:
        message = done.stderr.decode(errors="replace").strip().replace(directory, "")
        raise Refused("read" if "data:\n" in cdl else "open", message)
    node = parse(cdl).find(f"store{path}".rstrip("/").split("/"))
    if node is None:
        raise Refused("open", "ncdump shows nothing here")
    return node


@cache
def _knows_v3() -> bool:
    """Whether ncdump shows an array of Zarr v3: asked once, for thousands of cases have one."""
    with TemporaryDirectory() as array:
        Path(array, "zarr.json").write_text(json.dumps(PLAINEST))
        with group_around(array, "a", 3) as directory:
            done = _run("-h", f"file://{directory}#mode=zarr,file")
    return done.returncode == 0 and "a" in parse(done.stdout.decode()).variables


def _run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [NCDUMP, *arguments]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)


def _numbers(variable: Variable) -> bytes:
    """The numbers that were printed, little-endian."""
    _, code, fill = TYPES[variable.type]
    numbers: list[float] = []
    for word in variable.data:
        if word == "_":
            numbers.append(_fill(variable, fill))
        elif "NaN" in word:
            raise Unsupported("CDL does not tell NaNs from each other")
        else:
            numbers.append(float(word.removesuffix("f")) if code in "fd" else int(word))
    return struct.pack(f"<{len(numbers)}{code}", *numbers)


def _fill(variable: Variable, default: int | None) -> float:
    """What stands for ``_``: the attribute _FillValue, or what netCDF fills with without it."""
    match [NUMBER.fullmatch(word) for word in variable.attributes.get("_FillValue", [])]:
        case [re.Match() as found] if (found[2] or "") == SUFFIXES.get(variable.type, ""):
            if variable.type not in ("float", "double"):
                return int(found[1])
            if found[1].endswith("Infinity"):
                return float(found[1])
    if default is None:
        raise Unsupported("_ stands for each number that is close to the fill value")
    return default


def _text(variable: Variable) -> bytes:
    """The characters: NULs at a row's end are not printed, and a text ends after a line feed."""
    length, row, rows = variable.shape[-1], b"", b""
    for word in variable.data:
        row += unquoted(word)
        if not row.endswith(b"\n"):
            rows, row = rows + row.ljust(length, b"\0"), b""
    return rows


def _in_json(words: list[str]) -> Any:
    """An attribute's value: netCDF has vectors of one type where JSON has any value."""
    values = [_value(word) for word in words]
    return values[0] if len(values) == 1 else values


def _value(word: str) -> Any:
    if word.startswith('"'):
        return unquoted(word).decode("utf-8", "replace")
    found = NUMBER.fullmatch(word)
    if found is None or found[1].endswith("N"):
        raise Unsupported(f"CDL does not tell what the attribute is: {word}")
    if found[2] in (None, "f") and not re.fullmatch(r"-?[0-9]+", found[1]):
        return float(found[1])
    return int(found[1])


def _version() -> str:
    """The machine's own: what ncdump says at the end of how it is used."""
    found = re.search(rb"netcdf library version (\S+)", _run().stderr)
    return found[1].decode() if found else "unknown"


serve(
    {"name": "ncdump", "version": _version(), "language": "c", "libraries": {}},
    read=read,
    list=list_children,
    metadata=metadata,
)
