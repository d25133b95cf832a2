"""``numcodecs.bitround``: the older name of the codec ``bitround``, for floats only.

https://numcodecs.readthedocs.io/en/stable/filter/bitround.html
https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/bitround#aliases
"""

from dataclasses import dataclass
from typing import ClassVar

from zarr_reference.v3.codecs.bitround import BitroundCodec


@dataclass(frozen=True)
class NumcodecsBitroundCodec(BitroundCodec):
    """Floats of which ``keepbits`` bits of the mantissa are kept; it can be 0 here."""

    name: ClassVar[str] = "numcodecs.bitround"
    kinds: ClassVar[tuple[str, ...]] = ("float",)
    minimum: ClassVar[int] = 0
