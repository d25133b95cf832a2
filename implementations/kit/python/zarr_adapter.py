"""What an adapter in Python needs: the message loop, and elements to bytes.

An adapter is a process that answers questions about Zarr stores, one JSON object a line, on
standard input and output; ``implementations/README.md`` gives the messages. This file imports
nothing but the standard library (and NumPy, once ``values`` makes an array of it), so that a new
adapter can start with a copy of it::

    from zarr_adapter import describe, elements, opening, reading, serve

    import library

    def read(store, path, zarr_format):
        with opening():
            array = library.open(store, path)
        with reading():
            values = array.read()
        return elements(values)

    serve(describe("library"), read=read)

Import it before the library: from then on standard output is the protocol's alone, and whatever
else is printed goes to standard error, also from C.
"""

import base64
import gc
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

_answers = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)

# Data types that are other names of one, and those of less than a byte with the bits they have.
_ALIASES = {"complex_float32": "complex64", "complex_float64": "complex128"}
_NARROW = {"int2": 2, "uint2": 2, "int4": 4, "uint4": 4, "float4_e2m1fn": 4}
_NARROW |= {"float6_e2m3fn": 6, "float6_e3m2fn": 6}

LONGEST_MESSAGE = 400  # characters of an error that are passed on: what is wrong comes first

# No word on the data: the machine or the interpreter gave up, and with more memory or a deeper
# stack the same library might have read the same store. So it is with what is no ``Exception``,
# such as the panics of Rust, but for those that are to end the process, and do.
_FAULTS = (MemoryError, RecursionError)
_ENDS = (SystemExit, KeyboardInterrupt, GeneratorExit)


class Refused(Exception):
    """The library said no: ``stage`` is ``"open"``, ``"read"`` (elements) or ``"write"``."""

    def __init__(self, stage: str, message: str) -> None:
        super().__init__(stage, message)
        self.stage = stage
        self.message = message[:LONGEST_MESSAGE]


class Unsupported(Exception):
    """The adapter cannot put this question to its library, or cannot pass on the answer."""


class Crashed(BaseException):  # no ``Exception``: none may take it for a refusal
    """The library broke over this question, or a program that was run for it alone; this lives on.

    ``how`` is a clause that follows "it", and ``stderr`` what was, or would have been, printed.
    """

    def __init__(self, how: str, stderr: str) -> None:
        super().__init__(how, stderr)
        self.how = how
        self.stderr = stderr


def ended(code: int, stderr: bytes) -> Crashed:
    """The crash of a program that ended with ``code``, which is negative for a signal."""
    how = f"exited with code {code}" if code >= 0 else f"was killed by {_signal(-code)}"
    return Crashed(how, stderr.decode(errors="replace"))


def _signal(number: int) -> str:
    from signal import Signals

    return {each.value: each.name for each in Signals}.get(number, f"signal {number}")


def _fault(error: BaseException) -> Crashed:
    from traceback import format_exception

    return Crashed(f"raised {type(error).__name__}", "".join(format_exception(error)))


class _Stage:
    """Takes what the library raises inside for its refusal, or its crash if it is a fault.

    Keep the adapter's own work outside.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if error is None or isinstance(error, (*_ENDS, Crashed)):
            return
        if isinstance(error, Exception) and not isinstance(error, _FAULTS):
            raise Refused(self._name, f"{type(error).__name__}: {error}") from error
        raise _fault(error) from error


def opening() -> _Stage:
    """While the library is looking for the node and at its metadata."""
    return _Stage("open")


def reading() -> _Stage:
    """While the library is fetching and decoding chunks."""
    return _Stage("read")


def writing() -> _Stage:
    """While the library is writing chunks or metadata, or deleting them."""
    return _Stage("write")


def describe(name: str, *distributions: str, version: str | None = None) -> dict[str, Any]:
    """Who is answering, and the installed versions of the distributions that it stands on.

    ``version`` is by default that of the first distribution, and that by default ``name``.
    """
    from importlib.metadata import version as installed  # takes longer than all else here

    libraries = {each: installed(each) for each in distributions or (name,)}
    return {
        "name": name,
        "version": version or next(iter(libraries.values())),
        "language": "python",
        "libraries": libraries,
    }


def values(elements: Mapping[str, Any], dtype: Any) -> Any:
    """The elements of a question as a NumPy array of ``dtype``, which is the library's for them.

    Bits are moved, never converted: of a big-endian dtype the array has the values little-endian.
    Where each element has its own length it is of objects, ``str`` or ``bytes``.
    """
    import numpy as np

    data, shape = elements["elements"], elements["shape"]
    if isinstance(data, list):
        if elements["data_type"] == "bytes":
            data = [base64.b64decode(item) for item in data]
        items = np.empty(len(data), object)
        items[:] = data
        return items.reshape(shape)
    return np.frombuffer(base64.b64decode(data), np.dtype(_packed(dtype))).reshape(shape)


def region(start: Sequence[int], stop: Sequence[int]) -> tuple[slice, ...]:
    """The corners of a region as NumPy writes it: a slice for each dimension."""
    return tuple(map(slice, start, stop))


def elements(values: Any, data_type: str | None = None) -> dict[str, Any]:
    """The answer to ``read``: the elements of a NumPy array or scalar, little-endian in C order.

    Bits are moved, never converted. ``data_type`` is by default the name of the array's dtype, and
    for Python objects ``"string"`` or ``"bytes"``, as they are; ``"string"`` if there are none.
    Raises ``Unsupported`` for other objects.
    """
    dtype = values.dtype
    if dtype.hasobject or dtype.kind == "T":
        return _items(values, data_type)
    if dtype.names:
        values = values.astype(_packed(dtype))
    elif dtype.byteorder == ">" or (dtype.byteorder == "=" and sys.byteorder == "big"):
        values = values.byteswap()
    name = data_type or data_type_name(dtype)
    return {
        "data_type": _ALIASES.get(name, name),
        "shape": list(values.shape),
        "elements": base64.b64encode(_own_bits(values.tobytes(), name)).decode("ascii"),
    }


def _own_bits(data: bytes, data_type: str) -> bytes:
    """Elements of less than a byte without what else is in their bytes, such as copies of signs."""
    bits = _NARROW.get(data_type.removeprefix("complex_"), 8)
    return data if bits == 8 else data.translate(bytes(b % 2**bits for b in range(256)))


def _items(values: Any, data_type: str | None) -> dict[str, Any]:
    """The answer for elements each of which has its own length: a list of strings or of base64."""
    items = values.ravel().tolist()
    answer = {"data_type": data_type or "string", "shape": list(values.shape), "elements": items}
    if all(isinstance(item, str) for item in items):
        return answer
    if all(isinstance(item, bytes) for item in items):
        encoded = [base64.b64encode(item).decode("ascii") for item in items]
        return answer | {"data_type": "bytes", "elements": encoded}
    found = ", ".join(sorted({type(item).__name__ for item in items}))
    raise Unsupported(f"the elements are Python objects other than strings: {found}")


def _packed(dtype: Any) -> Any:
    """What NumPy can make a dtype of: the same fields without gaps, each little-endian."""
    if dtype.subdtype:
        base, shape = dtype.subdtype
        return _packed(base), shape
    if dtype.names:
        return [(name, _packed(dtype[name])) for name in dtype.names]
    return dtype.newbyteorder("<")


@cache
def data_type_name(dtype: Any) -> str:
    """What the protocol calls a NumPy dtype: as Zarr v3 does, with the parameters in brackets.

    Byte strings of a fixed length, which v3 does not have, are called as in v2: ``|S3``.
    """
    if dtype.subdtype:
        base, shape = dtype.subdtype
        return f"{data_type_name(base)}({','.join(map(str, shape))})"
    if dtype.names:
        fields = (f"{json.dumps(name)}:{data_type_name(dtype[name])}" for name in dtype.names)
        return f"struct[{','.join(fields)}]"
    if dtype.kind == "V" and dtype.name.startswith("void"):
        return f"r{8 * dtype.itemsize}"
    if dtype.kind == "S":
        return f"|S{dtype.itemsize}"
    if dtype.kind == "U":
        return f"fixed_length_utf32[{dtype.itemsize}]"
    if dtype.kind in "Mm":
        name = f"numpy.{dtype.name}"
        return name if name.endswith("]") else f"{name}[generic]"
    return "string" if dtype.kind == "T" else str(dtype.name)


def serve(description: Mapping[str, Any], **questions: Callable[..., Mapping[str, Any]]) -> None:
    """Answer until told to stop: ``questions`` has a function for each question known here.

    It gets the question's members by keyword and returns the answer's. It may raise ``Refused`` or
    ``Crashed`` (by ``opening`` and ``reading``) or ``Unsupported``; anything else that it raises is
    a fault of the adapter, and ends the process with a traceback rather than pass for a refusal.
    """
    gc.freeze()  # what the libraries made when they were imported is garbage at no time
    for line in sys.stdin.buffer:
        message, _ = _decode(line.decode())
        identifier = message.pop("id")
        [(question, parameters)] = message.items()
        if question == "stop":
            return
        if question == "describe":
            answer = {"returned": {**description, "questions": list(questions)}}
        elif question in questions:
            answer = _answer(questions[question], parameters)
        else:
            answer = {"unsupported": {"message": f"this adapter does not know how to {question}"}}
        _answers.write(_one_line({"id": identifier, **answer}))
        _answers.flush()


def _answer(ask: Callable[..., Mapping[str, Any]], parameters: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {"returned": ask(**parameters)}
    except Refused as refusal:
        return {"refused": {"stage": refusal.stage, "message": refusal.message}}
    except Unsupported as reason:
        return {"unsupported": {"message": str(reason)}}
    except Crashed as crash:
        return {"crashed": {"detail": crash.how, "stderr": crash.stderr}}


_decode = json.JSONDecoder().raw_decode  # json.loads looks for the encoding of each line
_encode = json.JSONEncoder(allow_nan=False).encode


def _one_line(message: Mapping[str, Any]) -> bytes:
    try:
        text = _encode(message)
    except (TypeError, ValueError):  # an attribute that JSON has no word for
        text = _encode(_in_json(message))
    return text.encode("ascii") + b"\n"


def _in_json(value: Any) -> Any:
    """The value with everything that JSON cannot say replaced by a note of what stood there."""
    match value:
        case None | bool() | int() | str():
            return value
        case float() if value - value == 0:  # neither infinite nor NaN
            return value
        case Mapping():
            return {str(name): _in_json(member) for name, member in value.items()}
        case list() | tuple():
            return [_in_json(item) for item in value]
        case _:
            return {"not_json": repr(value)[:LONGEST_MESSAGE]}
