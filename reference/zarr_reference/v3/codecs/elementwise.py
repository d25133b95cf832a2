"""What ``cast_value`` and ``scale_offset`` have in common: each element becomes another by itself.

https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/cast_value
https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/scale_offset
"""

from collections.abc import Callable

import numpy as np

from zarr_reference.representation import (
    ArrayType,
    DataType,
    Elements,
    elements_from_bytes,
    elements_to_bytes,
)
from zarr_reference.v3.numbers import NotRepresentableError

# The types for which the two codecs are defined: exactly those of these kinds that are registered.
KINDS = ("int", "uint", "float")


class FailedElementError(Exception):
    """The element, counted in C order, that has no place in the other type, and the reason."""

    def __init__(self, position: int, error: NotRepresentableError) -> None:
        super().__init__(position, error)
        self.position = position
        self.error = error

    @property
    def place(self) -> str:
        """The element, as a refusal names it."""
        return f"element {self.position}"


def map_elements(
    elements: Elements, source: DataType, target: DataType, change: Callable[[int], int]
) -> Elements:
    """The elements that ``change`` makes of these, bits of ``source`` into bits of ``target``.

    Raises ``FailedElementError`` for the first element that has none.
    """
    patterns = np.frombuffer(elements_to_bytes(elements), f"<u{source.item_size}").tolist()
    changed: dict[int, int] = {}
    for position, bits in enumerate(patterns):
        if bits in changed:
            continue
        try:
            changed[bits] = change(bits)
        except NotRepresentableError as error:
            raise FailedElementError(position, error) from error
    data = np.array([changed[bits] for bits in patterns], f"<u{target.item_size}").tobytes()
    return elements_from_bytes(data, ArrayType(elements.shape, target, b""))
