"""What an adapter may use: seconds and bytes of memory, and how people write them."""

import re
from dataclasses import dataclass

from zarr_conformance.errors import UsageError

GIB = 2**30

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "KI": 2**10, "MI": 2**20, "GI": 2**30}


@dataclass(frozen=True)
class Limits:
    """The limits of one adapter.

    Cases are small: an implementation answers one in milliseconds, so 5 seconds are long even on
    a busy machine, and 1 GiB leaves room for every run-time known to us but MATLAB's. With twice as
    much, 19 implementations had the same totals, and what hangs or eats memory was waited for. A
    start may have to load a few hundred megabytes of libraries from a cold disk.
    """

    seconds: float = 5.0
    start_seconds: float = 60.0
    memory: int = GIB


def parse_size(text: str) -> int:
    """A number of bytes: ``1GiB``, ``512 MiB``, ``1.5G``, ``1000000``. Raises ``UsageError``."""
    parts = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([KMG]I?)?B?\s*", text.upper(), re.ASCII)
    size = 0 if parts is None else int(float(parts[1]) * _UNITS[parts[2] or ""])
    if size <= 0:
        raise UsageError(f"{text!r} is not a size: write it as 1GiB, 512MiB or a number of bytes.")
    return size
