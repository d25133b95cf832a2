"""``numcodecs.jenkins_lookup3``: the checksum by which HDF5 guards its metadata.

https://numcodecs.readthedocs.io/en/stable/checksum32.html
https://burtleburtle.net/bob/c/lookup3.c
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

from zarr_reference.errors import InvalidMetadata
from zarr_reference.v3.codecs.codec import Configuration
from zarr_reference.v3.codecs.configuration import parse_integer
from zarr_reference.v3.codecs.numcodecs.checksums import ChecksumCodec
from zarr_reference.v3.codecs.numcodecs.parameters import parse_parameters
from zarr_reference.v3.json_documents import shown

MASK = 0xFFFF_FFFF
START = 0xDEAD_BEEF
BLOCK_SIZE = 12


@dataclass(frozen=True)
class JenkinsLookup3Codec(ChecksumCodec):
    """The data, and behind them Bob Jenkins' hash of 32 bits, which starts from ``initval``."""

    name: ClassVar[str] = "numcodecs.jenkins_lookup3"
    default_location: ClassVar[str] = "end"
    initval: int = 0

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` unless ``initval`` is an integer of 32 bits.

        A ``prefix`` has no form in JSON that the library would read again, so there can be none.
        """
        parameters = parse_parameters(configuration, place, {"initval": 0, "prefix": None})
        initval = parse_integer(
            parameters,
            "initval",
            place,
            minimum=0,
            maximum=MASK,
            type_requirement=cls.requirement,
            range_requirement=cls.requirement,
        )
        if parameters["prefix"] is not None:
            sentence = f"this must be null, not {shown(parameters['prefix'])}"
            raise InvalidMetadata(cls.requirement, f"{place}.prefix", sentence)
        return cls(cls.default_location, initval)

    def checksum(self, data: bytes) -> int:
        """The hash of ``data``."""
        return lookup3(data, self.initval)


def lookup3(data: bytes, initval: int = 0) -> int:
    """The hash of ``data``: ``hashlittle`` of Jenkins, ``H5_checksum_lookup3`` of HDF5.

    Three registers take up blocks of twelve bytes and are mixed after each; the last block, filled
    up with zeros, is mixed otherwise.
    """
    a = b = c = (START + len(data) + initval) & MASK
    if not data:
        return c
    blocks = [data[start : start + BLOCK_SIZE] for start in range(0, len(data), BLOCK_SIZE)]
    *whole, last = (block.ljust(BLOCK_SIZE, b"\0") for block in blocks)
    for block in whole:
        a, b, c = _mix(*_added(block, (a, b, c)))
    return _final(*_added(last, (a, b, c)))


def _added(block: bytes, registers: Iterable[int]) -> tuple[int, ...]:
    words = (int.from_bytes(block[start : start + 4], "little") for start in (0, 4, 8))
    return tuple((word + each) & MASK for word, each in zip(words, registers, strict=True))


def _rotated(value: int, bits: int) -> int:
    return (value << bits | value >> (32 - bits)) & MASK


def _mix(a: int, b: int, c: int) -> tuple[int, int, int]:
    for bits in (4, 6, 8, 16, 19, 4):
        a = (a - c & MASK) ^ _rotated(c, bits)
        # Each step does to the next register what the one before did to this one.
        a, b, c = b, c + b & MASK, a
    return a, b, c


def _final(a: int, b: int, c: int) -> int:
    for bits in (14, 11, 25, 16, 4, 14, 24):
        c = (c ^ b) - _rotated(b, bits) & MASK
        a, b, c = b, c, a
    return b
