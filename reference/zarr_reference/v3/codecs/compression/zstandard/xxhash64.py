"""XXH64, the hash of which the lower half is the checksum of a Zstandard frame.

https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md

Four lanes take turns to eat 8 bytes each; they are merged, what is left over is mixed in, and the
result is stirred until every bit of the input can have changed every bit of it.
"""

from collections.abc import Iterator

MASK = 2**64 - 1
PRIME_1 = 0x9E3779B185EBCA87
PRIME_2 = 0xC2B2AE3D27D4EB4F
PRIME_3 = 0x165667B19E3779F9
PRIME_4 = 0x85EBCA77C2B2AE63
PRIME_5 = 0x27D4EB2F165667C5

STRIPE_SIZE = 32


def xxhash64(data: bytes) -> int:
    """The XXH64 of ``data`` with seed 0. ``xxhash64(b"")`` is ``0xEF46DB3751D8E999``."""
    whole = len(data) - len(data) % STRIPE_SIZE
    accumulator = _hash_stripes(data[:whole]) if whole else PRIME_5
    accumulator = (accumulator + len(data)) & MASK
    return _avalanche(_mix_rest(accumulator, data[whole:]))


def _rotate_left(value: int, count: int) -> int:
    return (value << count | value >> 64 - count) & MASK


def _round(lane: int, word: int) -> int:
    return _rotate_left((lane + word * PRIME_2) & MASK, 31) * PRIME_1 & MASK


def _words(data: bytes, size: int) -> Iterator[int]:
    for start in range(0, len(data), size):
        yield int.from_bytes(data[start : start + size], "little")


def _hash_stripes(data: bytes) -> int:
    lanes = [(PRIME_1 + PRIME_2) & MASK, PRIME_2, 0, -PRIME_1 & MASK]
    for i, word in enumerate(_words(data, 8)):
        lanes[i % 4] = _round(lanes[i % 4], word)
    rotations = (1, 7, 12, 18)
    merged = sum(_rotate_left(lane, count) for lane, count in zip(lanes, rotations, strict=True))
    for lane in lanes:
        merged = ((merged ^ _round(0, lane)) * PRIME_1 + PRIME_4) & MASK
    return merged


def _mix_rest(accumulator: int, data: bytes) -> int:
    """The fewer than 32 bytes after the stripes: by 8, then once by 4, then by 1."""
    by_8 = len(data) - len(data) % 8
    by_4 = by_8 + len(data) % 8 // 4 * 4
    for word in _words(data[:by_8], 8):
        accumulator = _rotate_left(accumulator ^ _round(0, word), 27) * PRIME_1 + PRIME_4 & MASK
    for word in _words(data[by_8:by_4], 4):
        accumulator = _rotate_left(accumulator ^ word * PRIME_1 & MASK, 23) * PRIME_2 + PRIME_3
        accumulator &= MASK
    for byte in data[by_4:]:
        accumulator = _rotate_left(accumulator ^ byte * PRIME_5 & MASK, 11) * PRIME_1 & MASK
    return accumulator


def _avalanche(accumulator: int) -> int:
    accumulator = (accumulator ^ accumulator >> 33) * PRIME_2 & MASK
    accumulator = (accumulator ^ accumulator >> 29) * PRIME_3 & MASK
    return accumulator ^ accumulator >> 32
