"""Disks out of and into every provider that can: the bytes are compared, leaf by leaf."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from novacron.errors import Conflict, NotFound
from novacron.migration.chunks import ChunkStore
from novacron.migration.index import MemoryIndex
from novacron.migration.leaves import shard_count
from novacron.migration.manifest import DiskManifest
from novacron.migration.objects import ObjectStore
from novacron.migration.sealing import TenantKey
from novacron.migration.transfer import export_shard, import_shard, seal_manifest
from novacron.models.transfer import (
    AssembleSpec,
    Export,
    Import,
    ImportSpec,
    TransferState,
)
from novacron.models.vm import Vm, VmState
from novacron.providers.transfer import GRAIN_BYTES, LEAF_BYTES, DiskExport, DiskImport
from tests.contract.env import SECTOR, TENANT, Env

SECTORS = LEAF_BYTES // SECTOR
GIB = 1024**3
DATA = 1
"""The disk that the tests write to; disk 0 is the boot disk, which they leave alone."""


@pytest.fixture
def vm(env: Env) -> Vm:
    if not isinstance(env.provider, DiskExport) or not env.moves_disks:
        pytest.skip(f"{env.name} does not export disks yet")
    return env.running_vm(disks=[{"name": "data", "size_gib": 1}])


def _exporter(env: Env) -> DiskExport:
    return cast("DiskExport", env.provider)


def _importer(env: Env) -> DiskImport:
    if not isinstance(env.provider, DiskImport) or not env.moves_disks:
        pytest.skip(f"{env.name} does not import disks yet")
    return env.provider


def _reader(env: Env, export: Export) -> DiskExport:
    return env.reader(export) if env.reader else _exporter(env)


def _writer(env: Env, target: Import) -> DiskImport:
    return env.writer(target) if env.writer else _importer(env)


def _write(env: Env, volume_id: str, leaf: int, data: bytes, sector: int = 0) -> None:
    assert env.write_block is not None
    env.write_block(volume_id, leaf * SECTORS + sector, data)


def _export(env: Env, vm: Vm, since: Export | None = None) -> Export:
    owner = env.owner()
    export = env.done(lambda: _exporter(env).begin_export(vm.id, since, owner))
    again = env.done(lambda: _exporter(env).begin_export(vm.id, since, owner))
    assert again.id == export.id
    for _ in range(env.looks):
        if export.state is TransferState.OPEN:
            return export
        env.settle()
        export = _exporter(env).get_export(env.lend(export))
    raise AssertionError(f"{export.id} never opened")


def _touched(env: Env, export: Export, disk: int) -> set[int]:
    """Leaves of the disk that may have changed, by number."""
    size = export.disks[disk].size_bytes
    return {
        leaf
        for extent in _reader(env, export).extents(export, disk, 0, size)
        for leaf in range(
            extent.offset // LEAF_BYTES, -(-(extent.offset + extent.length) // LEAF_BYTES)
        )
    }


def _leaf(env: Env, export: Export, disk: int, leaf: int) -> bytes:
    return _reader(env, export).read(export, disk, leaf * LEAF_BYTES, LEAF_BYTES)


@pytest.fixture
def opened(env: Env, vm: Vm) -> Iterator[Export]:
    """An export of a VM whose data disk holds something in leaves 3 and 2047."""
    _write(env, vm.volume_ids[DATA], 3, b"three")
    _write(env, vm.volume_ids[DATA], 2047, b"last", SECTORS - 1)
    export = _export(env, vm)
    yield export
    env.done(lambda: _exporter(env).delete_export(export))


def test_an_export_reads_what_the_disks_held_at_its_moment(
    env: Env, vm: Vm, opened: Export
) -> None:
    assert [disk.volume_id for disk in opened.disks] == vm.volume_ids
    assert opened.disks[DATA].size_bytes == GIB
    _write(env, vm.volume_ids[DATA], 3, b"later")
    assert _leaf(env, opened, DATA, 3) == b"three".ljust(LEAF_BYTES, b"\0")
    assert _leaf(env, opened, DATA, 2047)[-SECTOR:] == b"last".ljust(SECTOR, b"\0")
    assert _leaf(env, opened, DATA, 1000) == bytes(LEAF_BYTES)
    assert {3, 2047} <= _touched(env, opened, DATA)


def test_extents_are_in_order_and_cut_to_what_was_asked(env: Env, opened: Export) -> None:
    start, length = 3 * LEAF_BYTES + 4096, LEAF_BYTES
    told = list(_reader(env, opened).extents(opened, DATA, start, length))
    assert all(start <= one.offset and one.offset + one.length <= start + length for one in told)
    ends = [one.offset + one.length for one in told]
    assert all(end <= after.offset for end, after in zip(ends, told[1:], strict=False))


def test_a_later_export_tells_what_changed_and_nothing_else(
    env: Env, vm: Vm, opened: Export
) -> None:
    volume = vm.volume_ids[DATA]
    env.done(lambda: _exporter(env).end_export(opened))
    _write(env, volume, 7, b"only in the second")
    _write(env, volume, 3, bytes(SECTOR))
    later = _export(env, vm, opened)
    try:
        assert later.disks[DATA].since_id is not None
        touched = _touched(env, later, DATA)
        assert touched == {3, 7} if env.tells_changes else touched >= {3, 7}
        reader = _reader(env, later)
        if reader.read_granularity < LEAF_BYTES:
            told = reader.extents(later, DATA, 0, later.disks[DATA].size_bytes)
            assert sum(one.length for one in told) < LEAF_BYTES
            part = reader.read(later, DATA, 7 * LEAF_BYTES, GRAIN_BYTES)
            assert part == _leaf(env, later, DATA, 7)[:GRAIN_BYTES]
        assert _leaf(env, later, DATA, 3) == bytes(LEAF_BYTES)
        assert _leaf(env, later, DATA, 7).startswith(b"only in the second")
        # An unchanged disk says nothing, and does not stop the others.
        if env.guest_is_still and env.tells_changes:
            assert not _touched(env, later, 0)
    finally:
        env.done(lambda: _exporter(env).delete_export(later))


def test_a_deleted_export_is_gone(env: Env, vm: Vm) -> None:
    export = _export(env, vm)
    for _ in range(2):
        env.done(lambda: _exporter(env).delete_export(export))
    with pytest.raises(NotFound):
        _exporter(env).get_export(export)


def _import(env: Env, index: int = 0, size: int = GIB) -> Import:
    spec = ImportSpec(
        name=env.vm_spec().name, region=env.region, zone=env.zone, index=index, size_bytes=size
    )
    owner = env.owner()
    target = env.done(lambda: _importer(env).begin_import(spec, owner))
    assert env.done(lambda: _importer(env).begin_import(spec, owner)).id == target.id
    return _until(env, target, TransferState.OPEN)


def _until(env: Env, target: Import, state: TransferState) -> Import:
    for _ in range(env.looks):
        if target.state is state:
            return target
        env.settle()
        target = _importer(env).get_import(env.lend(target))
    raise AssertionError(f"{target.id} never was {state}")


def _seal(env: Env, target: Import, written: int) -> Import:
    _importer(env).seal_import(target, written)
    sealed = env.done(lambda: _importer(env).seal_import(target, written))
    return _until(env, sealed, TransferState.READY)


def test_leaves_are_written_in_any_order_and_again(env: Env) -> None:
    target = _import(env)
    importer = _writer(env, target)
    first, other, last = (bytes([n]) * LEAF_BYTES for n in (1, 2, 3))
    for leaf, data in ((9, first), (0, last), (9, other), (0, bytes(LEAF_BYTES)), (2047, last)):
        importer.write(target, leaf * LEAF_BYTES, data)
    target, there = _sealed(env, target, 3, (9, 0, 2047, 5))
    assert there == {9: other, 0: bytes(LEAF_BYTES), 2047: last, 5: bytes(LEAF_BYTES)}
    with pytest.raises(Conflict):
        importer.write(target, 0, first)
    _gone(env, target)


def test_a_part_of_a_leaf_is_written_and_the_rest_left_as_it_is(env: Env) -> None:
    target = _import(env)
    importer = _writer(env, target)
    if importer.write_granularity == LEAF_BYTES:
        _gone(env, target)
        pytest.skip(f"{env.name} writes whole leaves")
    importer.write(target, 9 * LEAF_BYTES, bytes([1]) * LEAF_BYTES)
    importer.write(target, 9 * LEAF_BYTES + 2 * GRAIN_BYTES, bytes([2]) * GRAIN_BYTES)
    importer.write(target, 9 * LEAF_BYTES + 5 * GRAIN_BYTES, bytes(GRAIN_BYTES))
    importer.write(target, 2048 * LEAF_BYTES - GRAIN_BYTES, bytes([3]) * GRAIN_BYTES)
    target, there = _sealed(env, target, 2, (9, 2047))
    grains = [1, 1, 2, 1, 1, 0, *[1] * (LEAF_BYTES // GRAIN_BYTES - 6)]
    assert there[9] == b"".join(bytes([one]) * GRAIN_BYTES for one in grains)
    assert there[2047] == bytes(LEAF_BYTES - GRAIN_BYTES) + bytes([3]) * GRAIN_BYTES
    _gone(env, target)


def _sealed(
    env: Env, target: Import, written: int, leaves: tuple[int, ...]
) -> tuple[Import, dict[int, bytes]]:
    """It sealed, and what it held: before, where that cannot be read after."""

    def held(now: Import) -> dict[int, bytes]:
        reader = _writer(env, now)
        told = list(reader.allocated(now, 0, now.size_bytes))
        spans = [(one.offset // LEAF_BYTES, one.offset + one.length) for one in told]
        found = {n: reader.read_back(now, n * LEAF_BYTES, LEAF_BYTES) for n in leaves}
        empty = {n for n in leaves if not any(a <= n and n * LEAF_BYTES < end for a, end in spans)}
        assert {n for n in empty if any(found[n])} == set()
        return found

    if _importer(env).reads_sealed:
        target = _seal(env, target, written)
        return target, held(target)
    before = held(target)
    return _seal(env, target, written), before


def _gone(env: Env, target: Import) -> None:
    for _ in range(2):
        env.done(lambda: _importer(env).delete_import(target))
    with pytest.raises(NotFound):
        _importer(env).get_import(target)


def test_a_vm_is_assembled_from_imported_disks(env: Env) -> None:
    disks = [_import(env, index) for index in range(2)]
    for disk in disks:
        _writer(env, disk).write(disk, 0, b"boot".ljust(LEAF_BYTES, b"\0"))
    disks = [_seal(env, disk, written=1) for disk in disks]
    spec = AssembleSpec(
        name=env.vm_spec().name,
        region=env.region,
        zone=env.zone,
        instance_type=env.instance_type,
        vcpus=1,
        memory_mib=256,
        tags={"env": "contract"},
    )
    owner = env.owner()
    vm = env.done(lambda: _importer(env).assemble_vm(spec, disks, owner))
    env.made.append(vm.id)
    assert env.done(lambda: _importer(env).assemble_vm(spec, disks, owner)).id == vm.id
    vm = env.until(vm.id, VmState.RUNNING, vm)
    assert (vm.name, vm.tenant, vm.operation) == (spec.name, TENANT, owner.operation)
    assert vm.tags == spec.tags
    assert len(vm.volume_ids) == 2
    assert env.read_block is not None
    for volume_id in vm.volume_ids:
        assert (env.read_block(volume_id, 0) or b"").startswith(b"boot")


def test_a_disk_goes_through_the_chunk_store_whole_and_then_by_its_changes(
    env: Env, vm: Vm, opened: Export
) -> None:
    chunks = ChunkStore(
        ObjectStore.at("memory:///"), TENANT, TenantKey(bytes(range(32))), MemoryIndex()
    )
    target = _import(env)
    first = _copy(env, chunks, opened, None, target)
    env.done(lambda: _exporter(env).end_export(opened))
    _write(env, vm.volume_ids[DATA], 3, bytes(SECTOR))
    _write(env, vm.volume_ids[DATA], 8, b"eight", 5)
    later = _export(env, vm, opened)
    second = _copy(env, chunks, later, first, target)
    leaves = (0, 3, 7, 8, second.size_bytes // LEAF_BYTES - 1)
    target, there = _sealed(env, target, second.written, leaves)
    for leaf in leaves:
        assert there[leaf] == _leaf(env, later, DATA, leaf), leaf
    env.done(lambda: _exporter(env).delete_export(later))
    _gone(env, target)


def _copy(
    env: Env, chunks: ChunkStore, export: Export, parent: DiskManifest | None, target: Import
) -> DiskManifest:
    shards = range(shard_count(export.disks[DATA].size_bytes))
    reader, writer = _reader(env, export), _writer(env, target)
    results = [export_shard(reader, chunks, export, DATA, n, parent) for n in shards]
    manifest = seal_manifest(chunks, export, DATA, parent, results)
    since = parent.id if parent else None
    for number in shards:
        import_shard(chunks, writer, target, manifest, number, since)
    return manifest
