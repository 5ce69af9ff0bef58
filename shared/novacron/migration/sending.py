"""Brings what of a shard is dirty into the chunk store: whole leaves, or patches over known ones.

A patch is read, hashed and sent by itself: the rest of its leaf crosses no wire and no disk. The
leaf's name is made of what it was named before and of the patch (``manifest``), so that what is
proved is how it is put together, each part by its digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from novacron.migration.chunks import ChunkStore
from novacron.migration.grains import closed, cut, size_of, spans
from novacron.migration.leaves import ZERO, digest_of
from novacron.migration.manifest import ZEROS, Entries, Entry, Patch, Place
from novacron.migration.parallel import in_parallel
from novacron.migration.spans import Touched, leaf_span, pieces, runs
from novacron.models.transfer import Export, ExportedDisk
from novacron.providers.transfer import LEAF_BYTES, DiskExport

MOST_PATCHES = 8
"""Over a leaf, of half of it at most each and no more bytes than it in all: then it is kept whole
again, so that reading a leaf stays a few requests and at most twice its bytes."""


class Sent(NamedTuple):
    """What the leaves hold now; bytes read from the provider, bytes sent to the store."""

    found: Entries
    read_bytes: int
    sent_bytes: int


class Sender:
    """Of one shard of an export's disk; ``before``: what the manifest before says of it."""

    def __init__(
        self,
        source: DiskExport,
        chunks: ChunkStore,
        export: Export,
        disk: int,
        shard: int,
        before: Entries,
    ) -> None:
        self._source, self._export, self._disk, self._shard = source, export, disk, shard
        self._before = before
        self._packer = chunks.packer(f"{export.id}/{disk}/{shard}")
        self._kept: dict[bytes, Place | None] = {one.digest: one.place for one in before.values()}
        self._kept[ZERO] = None

    def send(self, told: Touched, leaves: set[int]) -> Sent:
        """What ``leaves`` hold, which ``told`` names."""
        self._packer.adopt()
        masks = {index: mask for index in leaves if (mask := self._mask(told, index))}
        digests: dict[int, bytes] = {}
        read = 0

        def one(piece: list[int]) -> tuple[dict[int, bytes], int]:
            whole = [index for index in piece if index not in masks]
            data = self._whole(whole)
            size = sum(map(len, data.values()))
            for index in piece:
                if index in masks:
                    data[index], part = self._patch(index, masks[index], told.zero.get(index, 0))
                    size += part
            return self._added(data), size

        for some, size in in_parallel(one, pieces(leaves)):
            digests |= some
            read += size
        self._packer.close()
        found = {i: self._entry(i, masks.get(i, 0), digest) for i, digest in digests.items()}
        return Sent(found, read, self._packer.sent_bytes)

    def _mask(self, told: Touched, index: int) -> int:
        """The grains of a patch; 0: the leaf is to be read whole."""
        if self._source.read_granularity >= LEAF_BYTES or self._told.since_id is None:
            return 0
        length = self._span(index)[1]
        mask = closed(told.dirty.get(index, 0) | told.zero.get(index, 0))
        size, there = size_of(mask, length), self._before.get(index, ZEROS).patches
        patched = size + sum(size_of(one.mask, length) for one in there)
        few = len(there) < MOST_PATCHES and size * 2 <= length and patched <= length
        return mask if few else 0

    def _whole(self, leaves: list[int]) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        for run in runs(leaves, self._source.read_bytes):
            first, last = self._span(run[0]), self._span(run[-1])
            found |= _cut(run, self._read(first[0], sum(last) - first[0]))
        return found

    def _patch(self, index: int, mask: int, zero: int) -> tuple[bytes, int]:
        """(the grains' bytes, how many of them were read): those that are zeros are not."""
        offset, length = self._span(index)
        leaf, read = bytearray(length), 0
        for start, end in spans(mask & ~zero, length):
            leaf[start:end] = self._read(offset + start, end - start)
            read += end - start
        return cut(mask, leaf), read

    def _added(self, data: Mapping[int, bytes]) -> dict[int, bytes]:
        digests = {index: digest_of(one) for index, one in data.items()}
        new = {digests[i]: one for i, one in data.items() if digests[i] not in self._kept}
        self._packer.add(new)
        return digests

    def _entry(self, index: int, mask: int, digest: bytes) -> Entry:
        kept = self._kept
        place = kept[digest] if digest in kept else self._packer.place_of(digest)
        if not mask:
            return Entry(digest, place)
        was = self._before.get(index, ZEROS)
        if digest == ZERO and was == ZEROS:
            return ZEROS
        return Entry(was.digest, was.place, (*was.patches, Patch(mask, digest, place)))

    def _read(self, offset: int, length: int) -> bytes:
        return self._source.read(self._export, self._disk, offset, length)

    def _span(self, index: int) -> tuple[int, int]:
        return leaf_span(self._told.size_bytes, self._shard, index)

    @property
    def _told(self) -> ExportedDisk:
        return self._export.disks[self._disk]


def _cut(run: list[int], data: bytes) -> dict[int, bytes]:
    if len(run) == 1:
        return {run[0]: data}
    parts = (data[i : i + LEAF_BYTES] for i in range(0, len(data), LEAF_BYTES))
    return dict(zip(run, parts, strict=True))
