"""Parts of leaves: what is read, sent and written of a leaf that changed in places, and that what
arrives is what was there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from novacron.errors import Corrupted
from novacron.migration.chunks import ChunkStore
from novacron.migration.index import MemoryIndex
from novacron.migration.manifest import DiskManifest, Patch
from novacron.migration.objects import ObjectStore
from novacron.migration.sending import MOST_PATCHES
from novacron.migration.transfer import export_shard, import_shard, seal_manifest
from novacron.models.transfer import Extent, Import
from novacron.providers.transfer import GRAIN_BYTES, LEAF_BYTES, Flushing
from tests.unit.migration.disks import (
    LEAVES_OF_SHARD,
    Disk,
    Fragile,
    Killed,
    copy_in,
    copy_out,
    everything,
    store,
)

SECTOR = 512
SIZES = [512, GRAIN_BYTES, 3 * LEAF_BYTES + 1536, (LEAVES_OF_SHARD + 1) * LEAF_BYTES + 5 * 512]
GRANULARITIES = st.sampled_from([GRAIN_BYTES, LEAF_BYTES])
FEW = 600
"""Sectors of one change at most: more than half a leaf."""


class Guest:
    """Writes to a disk and knows which sectors have changed since it was last asked."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.dirty: set[int] = set()

    def write(self, sector: int, data: bytes) -> None:
        for number in range(sector, sector + len(data) // SECTOR):
            leaf, at = divmod(number * SECTOR, LEAF_BYTES)
            old = self.disk.content.get(leaf, bytes(self.disk.length(leaf)))
            part = data[(number - sector) * SECTOR :][:SECTOR]
            self.disk.content = {
                **self.disk.content,
                leaf: old[:at] + part + old[at + SECTOR :],
            }
            self.dirty.add(number)

    def told(self, holes: bool) -> Iterator[Extent]:
        """``holes``: what reads as zeros is told as such."""
        run: list[int] = []
        for number in sorted(self.dirty):
            if run and (number != run[-1] + 1 or self._zero(number) != self._zero(run[-1])):
                yield self._extent(run, holes)
                run = []
            run.append(number)
        if run:
            yield self._extent(run, holes)
        self.dirty = set()

    def _extent(self, run: list[int], holes: bool) -> Extent:
        size = len(run) * SECTOR
        zero = holes and self._zero(run[0])
        return Extent(offset=run[0] * SECTOR, length=size, zero=zero)

    def _zero(self, number: int) -> bool:
        leaf, at = divmod(number * SECTOR, LEAF_BYTES)
        return not self.disk.content[leaf][at : at + SECTOR].strip(b"\0")


def _held(disk: Disk) -> dict[int, bytes]:
    return {n: leaf for n, leaf in disk.content.items() if leaf.strip(b"\0")}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SIZES), GRANULARITIES, GRANULARITIES, st.integers(1, 12), st.data())
def test_what_arrives_is_what_was_there(
    size: int, reads: int, writes: int, rounds: int, data: st.DataObject
) -> None:
    source, target, chunks = Disk(size, reads), Disk(size, writes=writes), store()
    guest, manifest, imported = Guest(source), None, None
    last = size // SECTOR - 1
    places = sorted({0, 1, 7, 8, 1023, 1024, 2047 * 1024 + 9, 2048 * 1024, last})
    for number in range(rounds):
        for _ in range(data.draw(st.integers(0, 4))):
            first = data.draw(st.sampled_from([n for n in places if n <= last]))
            count = data.draw(st.sampled_from([1, 2, 8, 20, FEW]))
            kind = data.draw(st.integers(0, 3))
            guest.write(first, bytes([kind]) * SECTOR * min(count, last - first + 1))
        if number == 0:
            source.told, guest.dirty = everything(source), set()
        else:
            source.told = list(guest.told(data.draw(st.booleans())))
        export = source.export(number, number - 1 if number else None)
        manifest = copy_out(source, chunks, export, manifest)
        if data.draw(st.booleans()):
            copy_in(target, chunks, manifest, imported)
            imported = manifest.id
            assert target.imported() == _held(source)
            assert len(target.written) == manifest.written
    assert manifest is not None
    late = Disk(size, writes=writes)
    copy_in(late, chunks, manifest, None)
    assert late.imported() == _held(source)
    assert len(late.written) == manifest.written


@pytest.fixture
def source() -> Disk:
    """Of four leaves of random bytes, copied once."""
    disk = Disk(4 * LEAF_BYTES, reads=GRAIN_BYTES, writes=GRAIN_BYTES)
    disk.content = {n: os.urandom(LEAF_BYTES) for n in range(4)}
    disk.told = everything(disk)
    return disk


def _round(disk: Disk, chunks: ChunkStore, number: int, parent: DiskManifest) -> DiskManifest:
    return copy_out(disk, chunks, disk.export(number, number - 1), parent)


def test_a_patch_alone_is_read_sent_and_written(source: Disk) -> None:
    objects = Fragile(ObjectStore.at("memory:///"))
    chunks, target = store(objects), Disk(source.size, writes=GRAIN_BYTES)
    first = copy_out(source, chunks, source.export(0, None), None)
    copy_in(target, chunks, first, None)
    guest = Guest(source)
    guest.write(1024 + 80, os.urandom(8 * SECTOR))
    guest.write(2048, os.urandom(SECTOR))
    source.told = list(guest.told(holes=True))
    source.read_of_it, target.written_of_it = 0, 0
    objects.put_bytes.clear()
    second = _round(source, chunks, 1, first)
    copy_in(target, chunks, second, first.id)
    assert target.imported() == source.content
    assert source.read_of_it == target.written_of_it == 2 * GRAIN_BYTES
    assert 2 * GRAIN_BYTES < sum(size for _, size in objects.put_bytes) < 3 * GRAIN_BYTES


def test_a_job_reports_what_was_flushed(source: Disk) -> None:
    class Keeping(Disk, Flushing):
        flushed: list[int]

        def flush(self, target: Import) -> None:
            self.flushed.append(self.written_of_it)

    chunks, target = store(), Keeping(source.size)
    target.flushed = []
    first = copy_out(source, chunks, source.export(0, None), None)
    import_shard(chunks, target, target.target(), first, 0, None)
    assert target.flushed == [source.size]


def test_a_dirty_hole_is_written_as_zeros_and_not_read(source: Disk) -> None:
    chunks, target = store(), Disk(source.size, writes=GRAIN_BYTES)
    first = copy_out(source, chunks, source.export(0, None), None)
    copy_in(target, chunks, first, None)
    guest = Guest(source)
    guest.write(16, bytes(64 * SECTOR))
    source.told = list(guest.told(holes=True))
    source.read_of_it, target.written_of_it = 0, 0
    second = _round(source, chunks, 1, first)
    copy_in(target, chunks, second, first.id)
    assert source.read_of_it == 0
    assert target.written_of_it == 64 * SECTOR
    assert target.imported() == source.content


def test_a_target_of_whole_leaves_gets_them_from_the_store(source: Disk) -> None:
    chunks, target = store(), Disk(source.size)
    first = copy_out(source, chunks, source.export(0, None), None)
    copy_in(target, chunks, first, None)
    guest = Guest(source)
    guest.write(8, os.urandom(SECTOR))
    source.told = list(guest.told(holes=True))
    source.read_of_it, target.written_of_it = 0, 0
    second = _round(source, chunks, 1, first)
    copy_in(target, chunks, second, first.id)
    assert (source.read_of_it, target.written_of_it) == (GRAIN_BYTES, LEAF_BYTES)
    assert target.imported() == source.content


def test_a_leaf_is_kept_whole_again_after_some_patches(source: Disk) -> None:
    chunks = store()
    manifest = copy_out(source, chunks, source.export(0, None), None)
    guest = Guest(source)
    counts = []
    for number in range(1, MOST_PATCHES + 3):
        guest.write(8 * number, os.urandom(SECTOR))
        source.told = list(guest.told(holes=True))
        manifest = _round(source, chunks, number, manifest)
        counts.append(len(chunks.view(manifest, 0)[0].patches))
    assert counts == [*range(1, MOST_PATCHES + 1), 0, 1]


def test_a_leaf_that_changed_by_more_than_half_is_sent_whole(source: Disk) -> None:
    chunks = store()
    manifest = copy_out(source, chunks, source.export(0, None), None)
    guest = Guest(source)
    counts = []
    for number in range(1, 4):
        guest.write(0, os.urandom(LEAF_BYTES // 2))
        guest.write(1024, os.urandom(LEAF_BYTES // 2 + SECTOR))
        source.told = list(guest.told(holes=True))
        manifest = _round(source, chunks, number, manifest)
        there = chunks.view(manifest, 0)
        counts.append([len(there[n].patches) for n in range(3)])
    # The third half of leaf 0 is more than one leaf in all.
    assert counts == [[1, 0, 0], [2, 0, 0], [0, 0, 0]]


def test_a_patch_that_was_moved_in_its_leaf_is_refused(source: Disk) -> None:
    chunks, target = store(), Disk(source.size, writes=GRAIN_BYTES)
    first = copy_out(source, chunks, source.export(0, None), None)
    copy_in(target, chunks, first, None)
    guest = Guest(source)
    guest.write(8, os.urandom(8 * SECTOR))
    source.told = list(guest.told(holes=True))
    second = _round(source, chunks, 1, first)
    part = chunks.get_shard(second.id, 0, 0)
    [patch] = part[0].patches
    moved = Patch(patch.mask << 1, patch.digest, patch.place)
    chunks.put_shard(second.id, 0, 0, {0: replace(part[0], patches=(moved,))})
    with pytest.raises(Corrupted):
        copy_in(target, chunks, second, first.id)
    assert target.imported()[0] != source.content[0]


def test_a_delta_that_is_killed_goes_on_where_it_was(source: Disk) -> None:
    known = MemoryIndex()
    chunks = store(index=known)
    first = copy_out(source, chunks, source.export(0, None), None)
    guest = Guest(source)
    for leaf in range(4):
        guest.write(1024 * leaf + 8, os.urandom(8 * SECTOR))
    source.told = list(guest.told(holes=True))
    export = source.export(1, 0)
    for at in range(40):
        for after in (False, True):
            objects, index = Fragile(_copied(chunks), at, after), MemoryIndex()
            index.add(known.places)
            dying, died = store(objects, index), False
            try:
                export_shard(source, dying, export, 0, 0, first)
            except Killed:
                died = True
            objects.at = None
            result = export_shard(source, dying, export, 0, 0, first)
            second = seal_manifest(dying, export, 0, first, [result])
            target = Disk(source.size, writes=GRAIN_BYTES)
            copy_in(target, dying, second, None)
            assert target.imported() == source.content
            sent = sum(size for path, size in objects.put_bytes if "/packs/" in path)
            assert sent < 5 * GRAIN_BYTES
            if not died and not after:
                assert at > 2
                return
    raise AssertionError("it never got through")


def _copied(chunks: ChunkStore) -> ObjectStore:
    there = ObjectStore.at("memory:///")
    for path in chunks.objects.list("acme"):
        there.put(path, chunks.objects.get(path))
    return there
