"""One disk through our path, in a process of its own: what it takes, and how much memory.

    python -m bench.moving.copying DISK FOLDER [workers [delay]]

Exports DISK (raw) into a chunk store in FOLDER, imports it from there to FOLDER/copy, changes 64
leaves, and does the same with the changes alone; then compares. Prints JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.moving.content import change
from bench.moving.raw_file import RawFile
from novacron.migration import parallel
from novacron.migration.chunks import ChunkStore
from novacron.migration.index import MemoryIndex
from novacron.migration.leaves import shard_count
from novacron.migration.manifest import DiskManifest
from novacron.migration.objects import ObjectStore
from novacron.migration.sealing import TenantKey
from novacron.migration.transfer import (
    export_shard,
    import_shard,
    seal_manifest,
    shards_to_import,
)
from novacron.providers.transfer import GRAIN_BYTES

CHANGED = 64


class Slow(ObjectStore):
    """As far away as ``delay`` says, each request."""

    delay = 0.0

    def __init__(self, store: Any) -> None:
        super().__init__(store)
        self.put_bytes: list[int] = []

    def put(self, path: str, data: bytes) -> None:
        time.sleep(self.delay)
        self.put_bytes.append(len(data))
        super().put(path, data)

    def get(self, path: str) -> bytes:
        time.sleep(self.delay)
        return super().get(path)

    def get_range(self, path: str, offset: int, length: int) -> bytes:
        time.sleep(self.delay)
        return super().get_range(path, offset, length)


class Copy:
    def __init__(
        self, disk: Path, folder: Path, delay: float, granularity: int = GRAIN_BYTES
    ) -> None:
        size = disk.stat().st_size
        self.source = RawFile(disk, size, delay, granularity)
        self.target = RawFile(folder / "copy", size, delay, granularity)
        self.objects = Slow.at(f"file://{folder}/store")
        self.objects.delay = delay
        self.chunks = ChunkStore(self.objects, "acme", TenantKey(bytes(32)), MemoryIndex())
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - begun

    def slow(self, delay: float) -> None:
        """From now on."""
        self.source.delay = self.target.delay = self.objects.delay = delay

    def out(self, number: int, parent: DiskManifest | None) -> DiskManifest:
        export = self.source.export(number)
        results = [
            export_shard(self.source, self.chunks, export, 0, shard, parent)
            for shard in range(shard_count(self.source.size))
        ]
        return seal_manifest(self.chunks, export, 0, parent, results)

    def back(self, manifest: DiskManifest, since: str | None) -> None:
        for shard in shards_to_import(self.chunks, manifest, since):
            import_shard(self.chunks, self.target, self.target.target(), manifest, shard, since)


def copied(disk: Path, folder: Path, workers: int, delay: float) -> dict[str, float]:
    parallel.WORKERS = workers
    copy = Copy(disk, folder, delay)
    with copy.timed("export"):
        first = copy.out(0, None)
    with copy.timed("import"):
        copy.back(first, None)
    copy.source.changed = change(disk, CHANGED)
    with copy.timed("delta"):
        copy.back(copy.out(1, first), first.id)
    return copy.seconds | {"peak_mib": _peak_mib()}


def _peak_mib() -> float:
    status = Path("/proc/self/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def in_a_process(disk: Path, folder: Path, workers: int = 8, delay: float = 0) -> dict[str, Any]:
    """What ``copied`` found; AssertionError: the copy is not what the disk is now."""
    folder.mkdir(parents=True)
    arguments = [str(disk), str(folder), str(workers), str(delay)]
    command = [sys.executable, "-m", "bench.moving.copying", *arguments]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    compare(disk, folder / "copy")
    return dict(json.loads(told))


def compare(disk: Path, copy: Path) -> None:
    """AssertionError: they differ."""
    command = ["qemu-img", "compare", "-f", "raw", "-F", "raw", str(disk), str(copy)]
    if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode:
        raise AssertionError("the copy differs from its source")


if __name__ == "__main__":
    rest = sys.argv[3:]
    found = copied(
        Path(sys.argv[1]),
        Path(sys.argv[2]),
        int(rest[0]) if rest else parallel.WORKERS,
        float(rest[1]) if len(rest) > 1 else 0,
    )
    sys.stdout.write(json.dumps(found))
