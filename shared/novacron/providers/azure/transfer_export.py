"""A VM's disks on their way out: an incremental snapshot of each, and what differs between two.

https://learn.microsoft.com/en-us/azure/virtual-machines/disks-incremental-snapshots
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from novacron.errors import NotFound, NotReady, NovaCronError
from novacron.models.base import Ownership
from novacron.models.transfer import Export, ExportedDisk, Extent, TransferState
from novacron.models.volume import SnapshotSpec, SnapshotState
from novacron.providers.azure.errors import translated
from novacron.providers.azure.machines import Machines, disk_names
from novacron.providers.azure.ownership import Json, native_name
from novacron.providers.azure.snapshots import AzureSnapshots, snapshot_state
from novacron.providers.azure.transfer_access import (
    READ,
    Granting,
    address,
    has_address,
    is_open,
    present,
)
from novacron.providers.azure.transfer_blobs import MOST_BYTES, PAGE
from novacron.providers.transfer import GRAIN_BYTES, DiskExport

GIB = 1024**3


class AzureExport(Granting, AzureSnapshots, Machines, DiskExport):
    read_bytes = MOST_BYTES
    read_granularity = GRAIN_BYTES

    @translated
    def begin_export(self, vm_id: str, since: Export | None, owner: Ownership) -> Export:
        """The snapshots are of one disk after the other. Throttled past 7 of a disk in five
        minutes."""
        names = disk_names(self.live_vm(vm_id))
        snapshots = self._take_all(names, owner)
        before = {disk.volume_id: disk.source_id for disk in since.disks} if since else {}
        disks = [
            ExportedDisk(
                volume_id=name,
                size_bytes=_size(snapshot),
                source_id=snapshot["name"],
                since_id=self._since(before.get(name), snapshot),
            )
            for name, snapshot in zip(names, snapshots, strict=True)
        ]
        begun = Export(
            id=native_name(owner),
            vm_id=vm_id,
            state=TransferState.PENDING,
            disks=disks,
            since=since.id if since else None,
        )
        return self._export_now(begun, snapshots)

    @translated
    def get_export(self, export: Export) -> Export:
        return self._export_now(export, [self._live(disk.source_id) for disk in export.disks])

    def extents(self, export: Export, disk: int, offset: int, length: int) -> Iterator[Extent]:
        told = export.disks[disk]
        url = address(export.access, told.source_id, READ)
        since = told.since_id and address(export.access, told.since_id, READ)
        first, end = offset - offset % PAGE, offset + length
        for one in self.blob_ranges(url, since, first, end - first):
            start, stop = max(one.offset, offset), min(one.offset + one.length, end)
            if start < stop:
                yield Extent(offset=start, length=stop - start, zero=one.zero)

    def read(self, export: Export, disk: int, offset: int, length: int) -> bytes:
        """NotReady when the address has ended: ``get_export`` gets another."""
        url = address(export.access, export.disks[disk].source_id, READ)
        return self.blob_read(url, offset, length)

    @translated
    def end_export(self, export: Export) -> None:
        for name in _snapshots(export):
            self.revoke(self.compute.snapshots, name, export.access)

    @translated
    def delete_export(self, export: Export) -> None:
        self.end_export(export)
        waiting = False
        for disk in export.disks:
            native = present(self.find_native(self.compute.snapshots.get, disk.source_id))
            if native is None:
                continue
            if is_open(native):
                waiting = True
            else:
                self.begin(self.compute.snapshots.begin_delete, disk.source_id)
        if waiting:
            raise NotReady(f"Access to the snapshots of {export.id} is being taken back.")

    def _take_all(self, disks: list[str], owner: Ownership) -> list[Json]:
        """All or, where Azure refuses one for good, none."""
        made: list[Json] = []
        try:
            for disk in disks:
                spec = SnapshotSpec(name=native_name(owner), volume_id=disk)
                made.append(self.take(_snapshot_name(disk, owner), spec, owner).native)
        except NovaCronError as error:
            if not error.retryable:
                for native in made:
                    self.begin(self.compute.snapshots.begin_delete, native["name"])
            raise
        return made

    def _live(self, name: str) -> Json:
        native = present(self.find_native(self.compute.snapshots.get, name))
        if native is None:
            raise NotFound(f"There is no snapshot {name!r}.")
        return native

    def _since(self, name: str | None, snapshot: Json) -> str | None:
        """``name`` if Azure can tell what changed since: it is there, of the same disk, at the
        same size."""
        before = present(self.find_native(self.compute.snapshots.get, name)) if name else None
        if before is None or _size(before) != _size(snapshot):
            return None
        sources = {
            one["properties"]["creationData"].get("sourceUniqueId") for one in (before, snapshot)
        }
        return name if len(sources - {None}) == 1 else None

    def _export_now(self, export: Export, snapshots: list[Json]) -> Export:
        states = {snapshot_state(one) for one in snapshots}
        if SnapshotState.ERROR in states:
            return export.model_copy(update={"state": TransferState.ERROR})
        if states != {SnapshotState.READY}:
            return export.model_copy(update={"state": TransferState.PENDING})
        access: dict[str, str] = {}
        names = _snapshots(export)
        for name in names:
            access |= self.granted(self.compute.snapshots, name, READ, export.access)
        opened = all(has_address(access, name, READ) for name in names)
        state = TransferState.OPEN if opened else TransferState.PENDING
        return export.model_copy(update={"state": state, "access": access})


def _snapshot_name(disk: str, owner: Ownership) -> str:
    """By the disk's name, as its place in the VM may change between two attempts."""
    return f"{native_name(owner)}-{sha256(disk.lower().encode()).hexdigest()[:12]}"


def _snapshots(export: Export) -> list[str]:
    found = [one for disk in export.disks for one in (disk.source_id, disk.since_id)]
    return [name for name in found if name is not None]


def _size(snapshot: Json) -> int:
    told = snapshot["properties"]
    return int(told.get("diskSizeBytes") or told["diskSizeGB"] * GIB)
