"""What a command line has printed, as the answer of an adapter.

Two forms are understood: the object that an adapter returns to ``read``, with ``data_type``,
``shape`` and ``elements``; and the elements alone in C order, each written as a fill value is, in
JSON, with white space or line ends between them. Of these the data type and the shape are taken
from the array's metadata, as the command has not told them. What is neither is not guessed at.
"""

import base64
import json
from collections.abc import Mapping
from math import prod
from typing import Any

from zarr_reference.errors import Refusal
from zarr_reference.representation import DataType
from zarr_reference.stores import open_store
from zarr_reference.v2 import hierarchy as v2
from zarr_reference.v3 import hierarchy as v3
from zarr_reference.v3.array import DEFAULT_LIMIT
from zarr_reference.v3.fill_values import parse_fill_value
from zarr_reference.v3.json_documents import parse_json

HIERARCHIES = {2: v2, 3: v3}
OUT = "standard output"


def returned(out: bytes, asked: Mapping[str, Any], *, exact: bool) -> Mapping[str, Any] | None:
    """What to return for what was printed about the array that was ``asked`` for.

    If it must be ``exact``, it is None for anything but elements. Otherwise nobody has promised a
    form, and what cannot be told is left at "opened": also which NaN is meant by ``NaN``, and
    whether an array was read that has no elements.
    """
    text = out.decode(errors="replace")
    opened = {"opened": True}
    try:
        array_type = _array_type(asked)
    except Refusal:  # in which form elements would be is unknown, but it was not refused
        return _whole_answer(text) or opened
    answer = _whole_answer(text) or _elements(text, *array_type, exact=exact)
    return answer or (None if exact else opened)


def _array_type(asked: Mapping[str, Any]) -> tuple[DataType, tuple[int, ...]]:
    store = open_store(asked["store"], DEFAULT_LIMIT)
    metadata = HIERARCHIES[asked["zarr_format"]].open_array(store, asked["path"]).metadata
    return metadata.data_type, metadata.shape


def _whole_answer(text: str) -> Mapping[str, Any] | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and "elements" in document else None


def _elements(
    text: str, data_type: DataType, shape: tuple[int, ...], *, exact: bool
) -> Mapping[str, Any] | None:
    words = _words(text, prod(shape))
    if words is None or not (exact or (words and _tells_bits(text, data_type))):
        return None
    try:
        items = [parse_fill_value(parse_json(w.encode(), OUT), data_type, OUT) for w in words]
    except Refusal:
        return None
    return {
        "data_type": data_type.name,
        "shape": list(shape),
        "elements": _in_protocol(items, data_type),
    }


def _words(text: str, count: int) -> list[str] | None:
    """What was printed, one by one, if there is one for each element: by lines, or by words."""
    lines = [line for line in text.split("\n") if line.strip()]
    return next((each for each in (lines, text.split()) if len(each) == count), None)


def _tells_bits(text: str, data_type: DataType) -> bool:
    kinds = {leaf.kind for _, leaf in data_type.leaves()}
    return "NaN" not in text or kinds.isdisjoint(("float", "complex"))


def _in_protocol(items: list[bytes], data_type: DataType) -> str | list[str]:
    match data_type.kind:
        case "string":
            return [item.decode() for item in items]
        case "byte string":
            return [base64.b64encode(item).decode() for item in items]
    return base64.b64encode(b"".join(items)).decode()
