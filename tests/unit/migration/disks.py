"""A plain model of a disk, its exports and an import, and an object store that fails on demand."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock
from typing import Any

from novacron.migration.chunks import ChunkStore
from novacron.migration.index import MemoryIndex
from novacron.migration.leaves import SHARD_BYTES, shard_count
from novacron.migration.manifest import DiskManifest
from novacron.migration.objects import ObjectStore
from novacron.migration.sealing import TenantKey
from novacron.migration.transfer import (
    export_shard,
    import_shard,
    seal_manifest,
    shards_to_import,
)
from novacron.models.transfer import Export, ExportedDisk, Extent, Import, TransferState
from novacron.providers.transfer import LEAF_BYTES, DiskExport, DiskImport

KEY = TenantKey(bytes(range(32)))
Content = dict[int, bytes]
"""Leaf number -> its bytes; zeros are left out."""


class Disk(DiskExport, DiskImport):
    """Plays both sides; what is not used in a copy is not there."""

    read_bytes = 3 * LEAF_BYTES
    write_bytes = 2 * LEAF_BYTES

    def __init__(self, size: int, reads: int = LEAF_BYTES, writes: int = LEAF_BYTES) -> None:
        """``reads`` and ``writes``: its granularities."""
        self.size = size
        self.read_granularity, self.write_granularity = reads, writes  # type: ignore[misc]
        self.content: Content = {}
        self.told: list[Extent] = []
        self.written: dict[int, bytes] = {}
        self.reads = self.writes = 0
        self.read_of_it = self.written_of_it = 0
        """Bytes."""
        self._lock = Lock()

    def length(self, leaf: int) -> int:
        return min(LEAF_BYTES, self.size - leaf * LEAF_BYTES)

    def export(self, number: int, since: int | None) -> Export:
        before = None if since is None else f"s{since}"
        disk = ExportedDisk(
            volume_id="vol", size_bytes=self.size, source_id=f"s{number}", since_id=before
        )
        return Export(
            id=f"e{number}",
            vm_id="vm",
            state=TransferState.OPEN,
            disks=[disk],
            since=None if since is None else f"e{since}",
        )

    def target(self) -> Import:
        return Import(id="i", state=TransferState.OPEN, size_bytes=self.size)

    def extents(self, export: Export, disk: int, offset: int, length: int) -> Iterator[Extent]:
        for one in self.told:
            start, end = max(one.offset, offset), min(one.offset + one.length, offset + length)
            if start < end:
                yield Extent(offset=start, length=end - start, zero=one.zero)

    def read(self, export: Export, disk: int, offset: int, length: int) -> bytes:
        self._check(offset, length, self.read_granularity)
        assert length <= self.read_bytes
        with self._lock:
            self.reads += 1
            self.read_of_it += length
        first, count = offset // LEAF_BYTES, -(-(offset % LEAF_BYTES + length) // LEAF_BYTES)
        leaves = (self.content.get(n, bytes(self.length(n))) for n in range(first, first + count))
        return b"".join(leaves)[offset % LEAF_BYTES :][:length]

    def write(self, target: Import, offset: int, data: bytes) -> None:
        self._check(offset, len(data), self.write_granularity)
        assert len(data) <= self.write_bytes
        with self._lock:
            self.writes += 1
            self.written_of_it += len(data)
            while data:
                number, start = divmod(offset, LEAF_BYTES)
                part, data = data[: LEAF_BYTES - start], data[LEAF_BYTES - start :]
                leaf = bytearray(self.written.get(number, bytes(self.length(number))))
                leaf[start : start + len(part)] = part
                self.written[number] = bytes(leaf)
                offset += len(part)

    def _check(self, offset: int, length: int, granularity: int) -> None:
        end = offset + length
        assert offset % granularity == 0
        assert end % granularity == 0 or end == self.size
        assert length > 0
        assert end <= self.size

    def imported(self) -> Content:
        return {n: leaf for n, leaf in self.written.items() if leaf.strip(b"\0")}

    def _unused(self, *_: Any) -> Any:
        raise NotImplementedError

    begin_export = get_export = end_export = delete_export = _unused  # type: ignore[assignment]
    begin_import = get_import = seal_import = delete_import = _unused  # type: ignore[assignment]
    read_back = assemble_vm = _unused  # type: ignore[assignment]


class Killed(BaseException):
    """The process is gone."""


class Fragile:
    """An object store (or an index) that dies at its ``at``-th call, before or after its effect,
    and at every call after that."""

    def __init__(self, inner: Any, at: int | None = None, after: bool = False) -> None:
        self.inner, self.at, self.after = inner, at, after
        self.calls = 0
        self.put_bytes: list[tuple[str, int]] = []
        self._lock = Lock()

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            with self._lock:
                number, self.calls = self.calls, self.calls + 1
            dead = self.at is not None and number >= self.at
            if dead and not (number == self.at and self.after):
                raise Killed
            reply = getattr(self.inner, name)(*arguments)
            if name == "list":
                reply = list(reply)
            if name == "put":
                with self._lock:
                    self.put_bytes.append((arguments[0], len(arguments[1])))
            if dead:
                raise Killed
            return reply

        return call


def store(objects: Any = None, index: Any = None) -> ChunkStore:
    there = objects or ObjectStore.at("memory:///")
    return ChunkStore(there, "acme", KEY, index or MemoryIndex())


def copy_out(
    disk: Disk, chunks: ChunkStore, export: Export, parent: DiskManifest | None
) -> DiskManifest:
    shards = range(shard_count(disk.size))
    results = [export_shard(disk, chunks, export, 0, n, parent) for n in shards]
    return seal_manifest(chunks, export, 0, parent, results)


def copy_in(disk: Disk, chunks: ChunkStore, manifest: DiskManifest, since: str | None) -> None:
    for shard in shards_to_import(chunks, manifest, since):
        import_shard(chunks, disk, disk.target(), manifest, shard, since)


def everything(disk: Disk) -> list[Extent]:
    """Extents as an export without ``since`` tells them."""
    return [Extent(offset=n * LEAF_BYTES, length=disk.length(n)) for n in sorted(disk.content)]


LEAVES_OF_SHARD = SHARD_BYTES // LEAF_BYTES
