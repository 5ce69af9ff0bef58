"""Which leaves of a shard an export touches, and in what pieces they are worked on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from novacron.migration import parallel
from novacron.migration.grains import covered, touching
from novacron.migration.leaves import SHARD_BYTES
from novacron.migration.manifest import Place
from novacron.models.transfer import Export, Import
from novacron.providers.transfer import LEAF_BYTES, DiskExport, DiskImport

PIECE = 8
"""Leaves that a thread holds: 4 MiB, half a pack."""


class Touched(NamedTuple):
    """Leaf -> its grains that must be read, and those that are zeros now. Each leaf that is named
    has some of one or the other."""

    dirty: dict[int, int]
    zero: dict[int, int]

    @property
    def leaves(self) -> set[int]:
        return self.dirty.keys() | self.zero.keys()


def leaf_span(size_bytes: int, shard: int, index: int) -> tuple[int, int]:
    """(offset, length) of a leaf in a disk of ``size_bytes``."""
    offset = shard * SHARD_BYTES + index * LEAF_BYTES
    return offset, min(LEAF_BYTES, size_bytes - offset)


def touched(source: DiskExport, export: Export, disk: int, shard: int) -> Touched:
    """A grain is zeros when a zero extent covers all of it and nothing else touches it."""
    size = export.disks[disk].size_bytes
    begin = shard * SHARD_BYTES
    dirty: dict[int, int] = {}
    zero: dict[int, int] = {}
    for extent in source.extents(export, disk, begin, min(SHARD_BYTES, size - begin)):
        for index, start, end in _parts(extent.offset - begin, extent.length):
            all_of = touching(start, end)
            free = covered(start, end, leaf_span(size, shard, index)[1]) if extent.zero else 0
            if free:
                zero[index] = zero.get(index, 0) | free
            if all_of != free:
                dirty[index] = dirty.get(index, 0) | (all_of & ~free)
    left = {index: mask & ~dirty.get(index, 0) for index, mask in zero.items()}
    return Touched(dirty, {index: mask for index, mask in left.items() if mask})


def allocated(target: DiskImport, held: Import, shard: int) -> set[int]:
    """The shard's leaves that may hold anything but zeros."""
    begin = shard * SHARD_BYTES
    told = target.allocated(held, begin, min(SHARD_BYTES, held.size_bytes - begin))
    return {index for one in told for index, *_ in _parts(one.offset - begin, one.length)}


def _parts(start: int, length: int) -> Iterator[tuple[int, int, int]]:
    """(leaf index, start and end within it) of the extent's parts."""
    end = start + length
    while start < end:
        index, at = divmod(start, LEAF_BYTES)
        stop = min(end - index * LEAF_BYTES, LEAF_BYTES)
        yield index, at, stop
        start = index * LEAF_BYTES + stop


def pieces(indexes: set[int]) -> Iterator[list[int]]:
    """``indexes`` in order, in lists of PIECE, or shorter ones so that every worker has some."""
    ordered = sorted(indexes)
    step = min(PIECE, _share(len(ordered))) or 1
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


def loads(wanted: Mapping[int, tuple[Place | None, int]]) -> Iterator[list[int]]:
    """Leaves in lists of PIECE leaves' bytes at most that lie together in one pack, or are zeros
    together; ``wanted``: leaf -> (where it lies, bytes that it is when it is read)."""
    most = max(PIECE, _share(len(wanted)))
    load: list[int] = []
    held = 0
    behind: tuple[str, int] = "", 0
    for index in sorted(wanted, key=lambda one: (where(wanted[one][0]), one)):
        pack, offset, length = where(wanted[index][0])
        held += wanted[index][1]
        full = len(load) == most or held > PIECE * LEAF_BYTES
        if load and (full or pack != behind[0] or offset > behind[1]):
            yield load
            load, held = [], wanted[index][1]
        load.append(index)
        behind = pack, offset + length
    if load:
        yield load


def where(place: Place | None) -> tuple[str, int, int]:
    """(pack, offset, length): in this order what lies together is together."""
    return ("", 0, 0) if place is None else (place.pack, place.offset, place.length)


def _share(count: int) -> int:
    """Of each worker, of ``count`` leaves."""
    return -(-count // parallel.WORKERS)
