"""Elements as a grid: rows and columns, and a slice for each index of the dimensions before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import prod

import numpy as np

from zarr_conformance.report.difference import is_nothing, items_of, shortened, value_of
from zarr_fixtures.case import Elements, Items

MOST = 600  # elements that are shown
ACROSS = 16  # elements in a row, where there is one dimension only


@dataclass(frozen=True)
class Square:
    """An element: what it reads, its bytes, and whether another answer has it otherwise.

    ``mark`` is empty, ``different``, or ``first`` for the first that differs.
    """

    text: str
    bytes: str
    mark: str


@dataclass(frozen=True)
class GridRow:
    """A row of elements, and the index of the first of them."""

    label: str
    squares: tuple[Square, ...]


@dataclass(frozen=True)
class Slice:
    """Two dimensions of the array, and the index in the dimensions before; empty if none is."""

    label: str
    rows: tuple[GridRow, ...]


@dataclass(frozen=True)
class Grid:
    """The elements of an array; ``omitted`` tells how many are not shown."""

    data_type: str
    shape: tuple[int, ...]
    slices: tuple[Slice, ...]
    omitted: int


def grid(elements: Elements | Items, beside: Elements | Items | None = None) -> Grid:
    """The grid of an answer, with marks where it differs from the answer ``beside`` it."""
    everything = items_of(elements)
    items, others = everything[:MOST], None
    if beside is not None and (beside.data_type, beside.shape) == _type(elements):
        others = items_of(beside)
    squares = _squares(items, others, elements.data_type)
    whole = len(everything) == prod(elements.shape)
    slices = tuple(_slices(squares, elements.shape)) if items and whole else ()
    return Grid(elements.data_type, elements.shape, slices, len(everything) - len(items))


def _type(elements: Elements | Items) -> tuple[str, tuple[int, ...]]:
    return elements.data_type, elements.shape


def _squares(
    items: Sequence[bytes], others: Sequence[bytes] | None, data_type: str
) -> Iterator[Square]:
    found = False
    for number, item in enumerate(items):
        mark = ""
        if others is not None and others[number] != item:
            mark = "different" if found else "first"
            found = True
        value = value_of(item, data_type)
        stored = "" if is_nothing(item, data_type) else item.hex(" ")
        yield Square(shortened(item.hex() if value is None else value), stored, mark)


def _slices(squares: Iterator[Square], shape: tuple[int, ...]) -> Iterator[Slice]:
    """Slices until there are no squares left. An array of one dimension is wrapped."""
    if len(shape) < 2:
        rows = iter(lambda: tuple(islice(squares, ACROSS)), ())
        numbered = ((str(ACROSS * number), row) for number, row in enumerate(rows))
        yield Slice("", tuple(GridRow(label if shape else "", row) for label, row in numbered))
        return
    for index in np.ndindex(shape[:-2]):
        rows = (tuple(islice(squares, shape[-1])) for _ in range(shape[-2]))
        shown = tuple(GridRow(str(number), row) for number, row in enumerate(rows) if row)
        if not shown:
            return
        yield Slice(f"[{', '.join(map(str, index))}, :, :]" if index else "", shown)
