"""Killed at every call to the object store and the index, before its effect and after it."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from novacron.errors import Conflict, ProviderUnavailable
from novacron.migration.index import MemoryIndex
from novacron.migration.objects import ObjectStore
from novacron.migration.parallel import WORKERS
from novacron.migration.spans import PIECE
from novacron.migration.transfer import export_shard, import_shard, seal_manifest
from novacron.models.transfer import Export
from novacron.providers.transfer import LEAF_BYTES
from tests.unit.migration.disks import Disk, Fragile, Killed, copy_in, copy_out, everything, store

LEAVES = 40


@pytest.fixture(scope="module")
def disk() -> Disk:
    disk = Disk(LEAVES * LEAF_BYTES + 512)
    disk.content = {n: os.urandom(disk.length(n)) for n in range(LEAVES + 1)}
    disk.told = everything(disk)
    return disk


def _each_call(killed: Callable[[int, bool], bool]) -> int:
    """``killed`` at each call, before and after, until it gets through; returns how many died."""
    for at in range(200):
        died = [killed(at, after) for after in (False, True)]
        if not died[0]:
            return at
    raise AssertionError("it never got through")


@pytest.mark.parametrize("fragile", ["objects", "index"])
def test_an_export_that_is_killed_goes_on_where_it_was(disk: Disk, fragile: str) -> None:
    expected = copy_out(disk, store(), disk.export(0, None), None)
    export = disk.export(0, None)

    def killed(at: int, after: bool) -> bool:
        objects, index = Fragile(ObjectStore.at("memory:///")), Fragile(MemoryIndex())
        dying = objects if fragile == "objects" else index
        dying.at, dying.after = at, after
        chunks, died = store(objects, index), False
        try:
            export_shard(disk, chunks, export, 0, 0, None)
        except Killed:
            died = True
        dying.at = None
        result = export_shard(disk, chunks, export, 0, 0, None)
        manifest = seal_manifest(chunks, export, 0, None, [result])
        assert manifest.root == expected.root
        sent = sum(size for path, size in objects.put_bytes if "/packs/" in path)
        kept = sum(len(leaf) for leaf in disk.content.values())
        assert kept < sent < kept + LEAVES * 256
        target = Disk(disk.size)
        copy_in(target, chunks, manifest, None)
        assert target.imported() == disk.content
        return died

    assert _each_call(killed) >= 4


def test_an_import_that_is_killed_is_repeated(disk: Disk) -> None:
    objects, index = ObjectStore.at("memory:///"), MemoryIndex()
    manifest = copy_out(disk, store(objects, index), disk.export(0, None), None)

    def killed(at: int, after: bool) -> bool:
        target, dying = Disk(disk.size), Fragile(objects, at, after)
        died = False
        try:
            import_shard(store(dying, index), target, target.target(), manifest, 0, None)
        except Killed:
            died = True
        import_shard(store(objects, index), target, target.target(), manifest, 0, None)
        assert target.imported() == disk.content
        return died

    assert _each_call(killed) >= 4


def test_two_workers_do_the_same_shard_at_once(disk: Disk) -> None:
    objects, index, export = ObjectStore.at("memory:///"), MemoryIndex(), disk.export(0, None)

    def one(_: int) -> Any:
        return export_shard(disk, store(objects, index), export, 0, 0, None)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(one, range(2))
    assert first.summary == second.summary
    chunks, target = store(objects, index), Disk(disk.size)
    manifest = seal_manifest(chunks, export, 0, None, [first])
    copy_in(target, chunks, manifest, None)
    assert target.imported() == disk.content


def test_an_error_in_one_thread_ends_the_others(disk: Disk) -> None:
    class Failing(Disk):
        def read(self, export: Export, disk: int, offset: int, length: int) -> bytes:
            if offset == 0:
                raise ProviderUnavailable("gone")
            return super().read(export, disk, offset, length)

    failing = Failing(1000 * LEAF_BYTES)
    failing.content = dict.fromkeys(range(1000), b"\x01" * LEAF_BYTES)
    failing.told = everything(failing)
    with pytest.raises(ProviderUnavailable):
        export_shard(failing, store(), failing.export(0, None), 0, 0, None)
    assert failing.reads <= 2 * WORKERS * PIECE


def test_changes_told_against_another_export_are_refused(disk: Disk) -> None:
    chunks = store()
    parent = copy_out(disk, chunks, disk.export(0, None), None)
    for before in (None, parent):
        with pytest.raises(Conflict, match="parent"):
            export_shard(disk, chunks, disk.export(2, 1), 0, 0, before)
    larger = Disk(disk.size + 512)
    with pytest.raises(Conflict, match="resized"):
        export_shard(larger, chunks, larger.export(1, 0), 0, 0, parent)


def test_a_manifest_is_imported_on_top_of_its_ancestors_only(disk: Disk) -> None:
    chunks = store()
    manifest = copy_out(disk, chunks, disk.export(0, None), None)
    with pytest.raises(Conflict, match="ancestor"):
        copy_in(Disk(disk.size), chunks, manifest, "e7")
