"""Grains: the parts of a leaf that a patch is of, as bits of a mask, bit 0 for the first 4 KiB.

A leaf has 128 of them; a disk's last leaf may have fewer, and its last grain may be shorter.
"""

from __future__ import annotations

from collections.abc import Iterator

from novacron.providers.transfer import GRAIN_BYTES, LEAF_BYTES

GRAINS = LEAF_BYTES // GRAIN_BYTES
MASK_BYTES = GRAINS // 8
GAP = 8
"""Grains: a request costs more than 32 KiB that lie between two runs, so that they become one."""


def touching(start: int, end: int) -> int:
    """The grains that bytes [start, end) of a leaf touch."""
    return _between(start // GRAIN_BYTES, -(-end // GRAIN_BYTES))


def covered(start: int, end: int, length: int) -> int:
    """The grains that lie in [start, end) of a leaf of ``length`` bytes."""
    last = -(-end // GRAIN_BYTES) if end == length else end // GRAIN_BYTES
    return _between(-(-start // GRAIN_BYTES), last)


def spans(mask: int, length: int) -> Iterator[tuple[int, int]]:
    """(start, end) in bytes of each run of grains, in a leaf of ``length`` bytes."""
    for first, last in _runs(mask):
        yield first * GRAIN_BYTES, min(last * GRAIN_BYTES, length)


def size_of(mask: int, length: int) -> int:
    """Bytes of the grains, in a leaf of ``length`` bytes."""
    return sum(end - start for start, end in spans(mask, length))


def closed(mask: int) -> int:
    """With what lies between runs that are at most GAP apart."""
    before = None
    for first, last in _runs(mask):
        if before is not None and first - before <= GAP:
            mask |= _between(before, first)
        before = last
    return mask


def cut(mask: int, leaf: bytes | bytearray) -> bytes:
    """The grains' bytes, one after the other."""
    return b"".join(leaf[start:end] for start, end in spans(mask, len(leaf)))


def pasted(leaf: bytearray, mask: int, patch: bytes) -> None:
    """Put what ``cut`` took into ``leaf``."""
    at = 0
    for start, end in spans(mask, len(leaf)):
        leaf[start:end] = patch[at : at + end - start]
        at += end - start


def _runs(mask: int) -> Iterator[tuple[int, int]]:
    """(first, one behind the last) of each run of grains."""
    at = 0
    while mask:
        skipped = _trailing_zeros(mask)
        count = _trailing_zeros(~(mask >> skipped))
        mask >>= skipped + count
        at += skipped
        yield at, at + count
        at += count


def _between(first: int, last: int) -> int:
    return (1 << last) - (1 << first) if first < last else 0


def _trailing_zeros(mask: int) -> int:
    return (mask & -mask).bit_length() - 1
