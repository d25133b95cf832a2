"""The words of a command that is asked one question at a time, and what stands in them for it."""

import re
from collections.abc import Sequence
from typing import Literal, TypeAlias

Form: TypeAlias = Literal["one-shot", "zarr-cli"]

PLACEHOLDER = re.compile(r"\{(store|path|array)\}")


def filled_in(words: Sequence[str], store: str, path: str) -> list[str]:
    """The words of the command for one array."""
    values = {"store": store, "path": path, "array": (store + path).rstrip("/")}
    return [PLACEHOLDER.sub(lambda found: values[found[1]], word) for word in words]
