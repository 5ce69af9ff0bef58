"""A real guest that keeps writing moves from host to host: nothing acknowledged is lost, < 30 s.

Its disks are copied while it writes, in rounds of what changed, through an encrypted chunk store;
then it is fenced, the last changes follow, and the guest boots from the copies on another host.
The downtime is from its last acknowledged write to its first one there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from infra.local.onprem import guest, host
from infra.proofs.guests import LOOK_S, PATIENCE_S, Console, two_hosts, writer
from novacron.errors import NotReady
from novacron.migration.chunks import ChunkStore
from novacron.migration.index import MemoryIndex
from novacron.migration.leaves import shard_count
from novacron.migration.manifest import DiskManifest
from novacron.migration.objects import ObjectStore
from novacron.migration.sealing import TenantKey
from novacron.migration.transfer import (
    ShardResult,
    export_shard,
    import_shard,
    seal_manifest,
    shards_to_import,
)
from novacron.migration.verify import verify_shard
from novacron.models.base import Ownership
from novacron.models.transfer import AssembleSpec, Export, Import, ImportSpec
from novacron.models.vm import Vm
from novacron.providers.libvirt.provider import LibvirtProvider

T = TypeVar("T")
MOST_S = 30.0
ROUNDS = 3
RECORDS = 30
"""Written before the first copy, and between two."""
DATA = 1
TENANT = "proof"


@dataclass
class Figures:
    """``terms``: seconds of the downtime by what they went into."""

    records: int = 0
    downtime_s: float = 0.0
    terms: dict[str, float] = field(default_factory=dict)
    copied_bytes: list[int] = field(default_factory=list)
    """Read from the source, round by round; the last one while it was fenced."""

    def __str__(self) -> str:
        terms = ", ".join(f"{name} {seconds:.2f}" for name, seconds in self.terms.items())
        rounds = " + ".join(f"{count / 2**20:.1f}" for count in self.copied_bytes)
        return (
            f"downtime {self.downtime_s:.2f} s ({terms}); {self.records} acknowledged records, "
            f"none missing; read {rounds} MiB"
        )


class Copy:
    """One VM's disks on their way."""

    def __init__(
        self, source: LibvirtProvider, target: LibvirtProvider, vm: Vm, store: Path
    ) -> None:
        self.source, self.target, self.vm = source, target, vm
        key = TenantKey(bytes(range(32)))
        self.chunks = ChunkStore(ObjectStore.at(store.as_uri()), TENANT, key, MemoryIndex())
        self.export: Export | None = None
        self.manifests: dict[int, DiskManifest] = {}
        self.imports: list[Import] = []
        self.round = 0

    def begin(self) -> Export:
        """Fix the disks as they are now."""
        self.round += 1
        who = owner(f"export-{self.round}")
        since = self.export
        self.export = ready(lambda: self.source.begin_export(self.vm.id, since, who))
        return self.export

    def send(self) -> int:
        """Bring what changed to the target; bytes read."""
        assert self.export is not None
        read = 0
        for index, disk in enumerate(self.export.disks):
            if len(self.imports) == index:
                spec = ImportSpec(
                    name="moved", region="onprem", index=index, size_bytes=disk.size_bytes
                )
                self.imports.append(self.target.begin_import(spec, owner("import")))
            read += self._send_disk(self.export, index)
        return read

    def _send_disk(self, export: Export, index: int) -> int:
        parent = self.manifests.get(index)
        results: list[ShardResult] = [
            export_shard(self.source, self.chunks, export, index, shard, parent)
            for shard in range(shard_count(export.disks[index].size_bytes))
        ]
        manifest = seal_manifest(self.chunks, export, index, parent, results)
        since = parent.id if parent else None
        for shard in shards_to_import(self.chunks, manifest, since):
            import_shard(self.chunks, self.target, self.imports[index], manifest, shard, since)
        self.manifests[index] = manifest
        return sum(result.read_bytes for result in results)

    def check(self, records: int) -> None:
        """Every byte as the last manifest says, every record that was acknowledged whole."""
        for index, target in enumerate(self.imports):
            manifest = self.manifests[index]
            for shard in range(shard_count(target.size_bytes)):
                told = verify_shard(self.chunks, self.target, target, manifest, shard, None)
                if told.resent:
                    raise AssertionError(f"disk {index} is not what was read from the source")
        every = guest.RECORD_BYTES
        written = self.target.read_back(self.imports[DATA], 0, (records + 1) * every)
        for number in range(1, records + 1):
            if written[number * every : (number + 1) * every] != guest.record(number):
                raise AssertionError(f"record {number} of {records} is missing")


def move(folder: Path) -> Figures:
    """Raises AssertionError: something is missing."""
    with two_hosts(folder) as (first, second):
        source, target = provider(first), provider(second)
        vm = source.create_vm(writer(), owner("vm"))
        with Console(first.folder / "pool" / f"{vm.id}.log") as console:
            copy, figures = Copy(source, target, vm, folder / "chunks"), Figures()
            for _ in range(ROUNDS):
                console.until(RECORDS)
                export = copy.begin()
                figures.copied_bytes.append(copy.send())
                source.end_export(export)
            source.fence_vm(vm.id)
            fenced = time.monotonic()
        figures.records = console.last
        stopped = console.wrote[console.last]
        figures.terms["fence"] = fenced - stopped
        _cut_over(copy, second, figures, fenced, stopped)
        source.delete_vm(vm.id)
    return figures


def _cut_over(
    copy: Copy, second: host.Host, figures: Figures, fenced: float, stopped: float
) -> None:
    before = fenced

    def passed(term: str) -> None:
        nonlocal before
        now = time.monotonic()
        figures.terms[term], before = now - before, now

    final = copy.begin()
    passed("export")
    figures.copied_bytes.append(copy.send())
    passed("send")
    target = copy.target
    sealed = [
        ready(lambda: target.seal_import(disk, copy.manifests[index].written))  # noqa: B023
        for index, disk in enumerate(copy.imports)
    ]
    passed("seal")
    spec = AssembleSpec(name="writer", region="onprem", vcpus=1, memory_mib=128)
    vm = ready(lambda: target.assemble_vm(spec, sealed, owner("assemble")))
    with Console(second.folder / "pool" / f"{vm.id}.log") as console:
        number = console.until(1)
        answered = console.wrote[number]
    figures.terms["boot"] = answered - before
    figures.downtime_s = answered - stopped
    if number <= figures.records:
        raise AssertionError(f"record {figures.records} was acknowledged, {number} came after it")
    copy.check(figures.records)
    ready(lambda: copy.source.delete_export(final))
    target.delete_vm(vm.id)


def provider(one: host.Host) -> LibvirtProvider:
    return LibvirtProvider.from_settings({"uri": one.uri, "accelerator": "qemu"}, {})


def owner(part: str) -> Ownership:
    return Ownership(tenant=TENANT, operation=f"move-{part}")


def ready(call: Callable[[], T]) -> T:
    """What ``call`` gives once it no longer raises NotReady."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return call()
        except NotReady:
            if time.monotonic() > end:
                raise
            time.sleep(LOOK_S)


def prove() -> str:
    with TemporaryDirectory() as folder:
        figures = move(Path(folder))
    if figures.downtime_s >= MOST_S:
        raise AssertionError(f"it took too long: {figures}")
    return str(figures)
