"""Block devices through the transfer code: files stand in for them, and a device where one is."""

from __future__ import annotations

import os
import subprocess
import tracemalloc
from pathlib import Path

import pytest

from novacron.errors import Conflict, NotFound, ProviderUnavailable, Unsupported
from novacron.migration.chunks import ChunkStore
from novacron.migration.index import MemoryIndex
from novacron.migration.objects import ObjectStore
from novacron.migration.sealing import TenantKey
from novacron.migration.shards import ExportJob, ImportJob, run_export, run_import
from novacron.migration.transfer import seal_manifest
from novacron.models.transfer import Export, ExportedDisk, Import, TransferState
from novacron.models.vm import VmFilter
from novacron.providers.base import FIRST_PAGE
from novacron.providers.devices.provider import DevicesProvider
from novacron.providers.transfer import LEAF_BYTES

GIB = 1024**3


@pytest.fixture
def provider(tmp_path: Path) -> DevicesProvider:
    return DevicesProvider.from_settings({"folder": str(tmp_path)}, {})


@pytest.fixture
def chunks() -> ChunkStore:
    key = TenantKey(bytes(range(32)))
    return ChunkStore(ObjectStore.at("memory:///"), "acme", key, MemoryIndex())


def device(folder: Path, name: str, size: int = GIB, **leaves: bytes) -> Path:
    path = folder / f"google-{name}"
    with path.open("wb") as file:
        file.truncate(size)
        for leaf, data in leaves.items():
            file.seek(int(leaf.removeprefix("at_")) * LEAF_BYTES)
            file.write(data)
    return path


def export_of(name: str, size: int = GIB, since: str | None = None) -> Export:
    disk = ExportedDisk(volume_id="v", size_bytes=size, source_id=name, since_id=since)
    told = None if since is None else f"exp-{since}"
    return Export(id=f"exp-{name}", vm_id="vm", state=TransferState.OPEN, disks=[disk], since=told)


def import_of(name: str, state: TransferState = TransferState.OPEN) -> Import:
    return Import(id=f"zone/{name}", state=state, size_bytes=GIB)


def copy(
    provider: DevicesProvider, chunks: ChunkStore, name: str, before: str | None
) -> tuple[int, int]:
    """Out of device ``name`` and into "target": (bytes sent, bytes written)."""
    parent = None if before is None else chunks.get_disk(f"exp-{before}", 0)
    export = export_of(name, since=before)
    job = ExportJob(export=export, disk=0, shard=0, parent=parent.id if parent else None)
    result = run_export(provider, chunks, job)
    manifest = seal_manifest(chunks, export, 0, parent, [result])
    back = ImportJob(
        target=import_of("target"), manifest=manifest.id, disk=0, shard=0, since=job.parent
    )
    return result.sent_bytes, run_import(provider, chunks, back).written_bytes


def test_a_disk_goes_from_device_to_device_and_then_by_its_changes(
    tmp_path: Path, provider: DevicesProvider, chunks: ChunkStore
) -> None:
    target = device(tmp_path, "target")
    first = device(tmp_path, "first", at_3=b"three", at_2047=b"last")
    sent, written = copy(provider, chunks, "first", None)
    assert target.read_bytes() == first.read_bytes()
    assert written == 2 * LEAF_BYTES
    # What became a hole since must become zeros there, and what did not change is not sent.
    second = device(tmp_path, "second", at_8=b"eight", at_2047=b"last")
    again, written = copy(provider, chunks, "second", "first")
    assert target.read_bytes() == second.read_bytes()
    assert written == 2 * LEAF_BYTES
    assert again < sent


def test_holes_are_told_where_they_may_have_held_something(
    tmp_path: Path, provider: DevicesProvider
) -> None:
    device(tmp_path, "disk", at_3=b"three")
    whole = list(provider.extents(export_of("disk"), 0, 0, GIB))
    assert [(one.offset // LEAF_BYTES, one.zero) for one in whole] == [(3, False)]
    told = list(provider.extents(export_of("disk", since="before"), 0, LEAF_BYTES, GIB // 2))
    assert [one.zero for one in told] == [True, False, True]
    assert told[0].offset == LEAF_BYTES
    assert sum(one.length for one in told) == GIB // 2


def test_a_block_device_is_all_data(tmp_path: Path, provider: DevicesProvider) -> None:
    image = device(tmp_path, "image", size=4 * LEAF_BYTES, at_1=b"one")
    try:
        made = subprocess.run(["losetup", "-f", "--show", image], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no loop device: {error}")
    name = made.stdout.decode().strip()
    try:
        (tmp_path / "google-disk").symlink_to(name)
        export = export_of("disk", size=4 * LEAF_BYTES)
        told = list(provider.extents(export, 0, 0, 4 * LEAF_BYTES))
        assert [(one.length, one.zero) for one in told] == [(4 * LEAF_BYTES, False)]
        assert provider.read(export, 0, LEAF_BYTES, 3) == b"one"
        provider.write(import_of("disk"), 2 * LEAF_BYTES, b"two")
        with pytest.raises(Conflict, match="ends"):
            provider.write(import_of("disk"), 4 * LEAF_BYTES, b"x")
        assert image.read_bytes()[2 * LEAF_BYTES :].startswith(b"two")
    finally:
        subprocess.run(["losetup", "-d", name], check=True)


def test_only_names_of_devices_are_read(tmp_path: Path, provider: DevicesProvider) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    for name in ("../secret", "x/../../secret", "", "absent"):
        with pytest.raises(NotFound):
            provider.read(export_of(name), 0, 0, 6)
        with pytest.raises(NotFound):
            list(provider.extents(export_of(name), 0, 0, 6))


def test_a_device_that_ends_early_is_no_disk_of_zeros(
    tmp_path: Path, provider: DevicesProvider
) -> None:
    device(tmp_path, "short", size=LEAF_BYTES)
    with pytest.raises(ProviderUnavailable, match="smaller"):
        list(provider.extents(export_of("short"), 0, 0, GIB))
    with pytest.raises(ProviderUnavailable, match="ends"):
        provider.read(export_of("short"), 0, LEAF_BYTES // 2, LEAF_BYTES)


def test_writes_are_refused_once_sealed_and_beyond_the_end(
    tmp_path: Path, provider: DevicesProvider
) -> None:
    path = device(tmp_path, "target")
    for state in set(TransferState) - {TransferState.OPEN}:
        with pytest.raises(Conflict):
            provider.write(import_of("target", state), 0, b"x")
        with pytest.raises(Conflict):
            provider.read_back(import_of("target", state), 0, 1)
    with pytest.raises(Conflict, match="ends"):
        provider.write(import_of("target"), GIB - 1, b"xx")
    assert path.stat().st_size == GIB
    provider.write(import_of("target"), 5, b"x")
    assert provider.read_back(import_of("target"), 4, 3) == b"\0x\0"


def test_writes_are_on_the_disk_when_they_were_flushed(
    tmp_path: Path, provider: DevicesProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = device(tmp_path, "target", size=LEAF_BYTES)
    synced: list[bytes] = []
    monkeypatch.setattr(os, "fdatasync", lambda descriptor: synced.append(path.read_bytes()[:1]))
    provider.write(import_of("target"), 0, b"x")
    assert synced == []
    provider.flush(import_of("target"))
    assert synced == [b"x"]


def test_memory_does_not_grow_with_the_disk(
    tmp_path: Path, provider: DevicesProvider, chunks: ChunkStore
) -> None:
    """A shard of data is read, with little of it held at once."""
    path = device(tmp_path, "full", size=GIB // 4)
    leaf = os.urandom(64 * 1024) * 8
    with path.open("r+b") as file:
        for _ in range(GIB // 4 // LEAF_BYTES):
            file.write(leaf)
    job = ExportJob(export=export_of("full", size=GIB // 4), disk=0, shard=0)
    tracemalloc.start()
    try:
        result = run_export(provider, chunks, job)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert result.read_bytes == GIB // 4
    assert peak < 128 * 1024 * 1024


def test_everything_else_is_refused(tmp_path: Path, provider: DevicesProvider) -> None:
    assert provider.health().healthy
    with pytest.raises(Unsupported):
        provider.list_vms(VmFilter(), FIRST_PAGE)
    with pytest.raises(Unsupported):
        provider.begin_export("vm", None, None)  # type: ignore[arg-type]
    missing = DevicesProvider.from_settings({"folder": str(tmp_path / "none")}, {})
    assert not missing.health().healthy
