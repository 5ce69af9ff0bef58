"""Which leaves of a shard an export touches, and in what pieces they are worked on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from novacron.migration import parallel
from novacron.migration.leaves import SHARD_BYTES
from novacron.migration.manifest import Entry
from novacron.models.transfer import Export
from novacron.providers.transfer import LEAF_BYTES, DiskExport

PIECE = 8
"""Leaves that a thread holds: 4 MiB, half a pack."""


def leaf_span(size_bytes: int, shard: int, index: int) -> tuple[int, int]:
    """(offset, length) of a leaf in a disk of ``size_bytes``."""
    offset = shard * SHARD_BYTES + index * LEAF_BYTES
    return offset, min(LEAF_BYTES, size_bytes - offset)


def touched(source: DiskExport, export: Export, disk: int, shard: int) -> tuple[set[int], set[int]]:
    """(leaves that became zeros, leaves that must be read). A leaf is zeros when zero extents
    cover all of it and nothing else touches it."""
    size = export.disks[disk].size_bytes
    begin = shard * SHARD_BYTES
    covered: dict[int, int] = {}
    dirty: set[int] = set()
    for extent in source.extents(export, disk, begin, min(SHARD_BYTES, size - begin)):
        for index, part in _parts(extent.offset - begin, extent.length):
            if extent.zero:
                covered[index] = covered.get(index, 0) + part
            else:
                dirty.add(index)
    whole = {i for i, seen in covered.items() if seen == leaf_span(size, shard, i)[1]}
    zero = whole - dirty
    return zero, dirty | (covered.keys() - zero)


def _parts(start: int, length: int) -> Iterator[tuple[int, int]]:
    """(leaf index, bytes of the extent in it)."""
    end = start + length
    while start < end:
        index = start // LEAF_BYTES
        stop = min(end, (index + 1) * LEAF_BYTES)
        yield index, stop - start
        start = stop


def pieces(indexes: set[int]) -> Iterator[list[int]]:
    """``indexes`` in order, in lists of PIECE, or shorter ones so that every worker has some."""
    ordered = sorted(indexes)
    step = min(PIECE, -(-len(ordered) // parallel.WORKERS)) or 1
    for start in range(0, len(ordered), step):
        yield ordered[start : start + step]


def runs(indexes: list[int], most_bytes: int) -> Iterator[list[int]]:
    """``indexes``, which are in order, in runs of neighbours of ``most_bytes`` at most."""
    run: list[int] = []
    for index in indexes:
        if run and (index != run[-1] + 1 or len(run) * LEAF_BYTES >= most_bytes):
            yield run
            run = []
        run.append(index)
    if run:
        yield run


def loads(entries: Mapping[int, Entry]) -> Iterator[list[int]]:
    """Indexes in lists of PIECE at most that lie together in one pack, or are zeros together."""
    load: list[int] = []
    end: tuple[str, int] = "", 0
    for index in sorted(entries, key=lambda one: (_where(entries[one]), one)):
        pack, offset, length = _where(entries[index])
        if load and (len(load) == PIECE or pack != end[0] or offset > end[1]):
            yield load
            load = []
        load.append(index)
        end = pack, offset + length
    if load:
        yield load


def _where(entry: Entry) -> tuple[str, int, int]:
    place = entry.place
    return ("", 0, 0) if place is None else (place.pack, place.offset, place.length)
