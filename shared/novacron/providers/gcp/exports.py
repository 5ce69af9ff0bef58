"""A VM's disks on their way out: snapshots, and disks made from them for a worker to read.

The snapshot of a disk and the disk made from it have one name, which is also that of the worker's
device. Persistent Disk keeps no record of what changed that could be read, so that a later export
tells all of it; but its snapshots are incremental to those that are still there
(https://cloud.google.com/compute/docs/disks/snapshots#incremental-snapshots), and therefore stay
until their export is deleted.
"""

from __future__ import annotations

from typing import Any

from novacron.errors import NotFound, NotReady, NovaCronError
from novacron.models.base import Model, Ownership
from novacron.models.transfer import Export, ExportedDisk, TransferState
from novacron.models.volume import SnapshotState, VolumeState
from novacron.providers.gcp.base import Place, place_of
from novacron.providers.gcp.errors import translate, translated
from novacron.providers.gcp.operations import is_missing
from novacron.providers.gcp.ownership import labels, native_name, same, step_of
from novacron.providers.gcp.states import SNAPSHOT, VOLUME, meaning
from novacron.providers.gcp.workers import GcpWorkers
from novacron.providers.workers import Workers

GIB = 1024**3
KIND = "pd-balanced"
"""Of the disks that are read: hours old at most, and faster than pd-standard."""


class _Asked(Model):
    """What a snapshot's digest is of."""

    vm_id: str
    volume_id: str


class GcpExport(GcpWorkers, Workers):
    @translated
    def begin_export(self, vm_id: str, since: Export | None, owner: Ownership) -> Export:
        """The snapshots of several disks are taken one after another: they are of one moment only
        where the VM writes nothing meanwhile."""
        before = _by_volume(since) if since else {}
        disks: list[ExportedDisk] = []
        try:
            for entry in self.find_instance(vm_id).disks:
                if entry.source:  # a local SSD has none, and cannot be read from outside
                    place, size = place_of(entry.source), entry.disk_size_gb * GIB
                    disks.append(
                        ExportedDisk(
                            volume_id=place.id,
                            size_bytes=size,
                            source_id=self._snapshot_now(vm_id, place, owner),
                            since_id=before.get((place.id, size)),
                        )
                    )
        except Exception as error:
            if not _may_come_again(error):
                for disk in disks:
                    self._drop_snapshot(disk.source_id)
            raise
        return Export(
            id=f"exp-{owner.operation}",
            vm_id=vm_id,
            state=TransferState.PENDING,
            disks=disks,
            since=since.id if since else None,
            access=since.access if since else {},
        )

    def _snapshot_now(self, vm_id: str, place: Place, owner: Ownership) -> str:
        name = native_name(place.name, owner, f"export/{place.id}")
        asked = _Asked(vm_id=vm_id, volume_id=place.id)
        request = {
            "name": name,
            "source_disk": f"zones/{place.zone}/disks/{place.name}",
            "storage_locations": [place.region],
            "labels": labels("export", {}, owner, asked),
        }
        step = step_of(owner, f"export/{place.id}")
        operation = self.insert("snapshots", step, snapshot_resource=request)
        same(self.made("snapshots", operation, snapshot=name), asked, owner)
        return name

    @translated
    def get_export(self, export: Export) -> Export:
        worker, access = self.lent(export.access)
        states = {self._look(export, disk, worker) for disk in export.disks}
        state = next(
            (one for one in (TransferState.ERROR, TransferState.PENDING) if one in states),
            TransferState.OPEN,
        )
        return export.model_copy(update={"state": state, "access": access})

    def _look(self, export: Export, told: ExportedDisk, worker: Any) -> TransferState:
        """One disk: made once its snapshot is ready, attached once it is made."""
        place = Place(self.locate(export.vm_id).zone, told.source_id)
        try:
            disk = self.call("disks", "get", zone=place.zone, disk=place.name)
        except Exception as error:
            if not is_missing(error):
                raise
            return self._made_of_snapshot(place)
        state = meaning(VOLUME, disk.status)
        if state is VolumeState.ERROR:
            return TransferState.ERROR
        if state is VolumeState.AVAILABLE and worker and self.attached(disk, worker, "READ_ONLY"):
            return TransferState.OPEN
        return TransferState.PENDING

    def _made_of_snapshot(self, place: Place) -> TransferState:
        snapshot = self.call("snapshots", "get", snapshot=place.name)
        state = meaning(SNAPSHOT, snapshot.status)
        if state is SnapshotState.DELETING:
            raise NotFound(f"{place.name} is being deleted.")
        if state is SnapshotState.READY:
            request = {
                "name": place.name,
                "source_snapshot": f"global/snapshots/{place.name}",
                "type_": f"zones/{place.zone}/diskTypes/{KIND}",
                "labels": dict(snapshot.labels),
            }
            # A disk that was ended may be wanted again: no request id, its name is enough.
            self.insert("disks", None, zone=place.zone, disk_resource=request)
        return TransferState.ERROR if state is SnapshotState.ERROR else TransferState.PENDING

    @translated
    def end_export(self, export: Export) -> None:
        zone = self.locate(export.vm_id).zone
        removed = [self.removed(f"{zone}/{one.source_id}") for one in export.disks]
        if not all(removed):
            raise NotReady(f"{export.id}: its disks are being removed.")

    @translated
    def delete_export(self, export: Export) -> None:
        dropped = [self._drop_snapshot(one.source_id) for one in export.disks]
        self.end_export(export)
        if not all(dropped):
            raise NotReady(f"{export.id}: its snapshots are being deleted.")

    def _drop_snapshot(self, name: str) -> bool:
        """Whether it is gone."""
        try:
            found = self.call("snapshots", "get", snapshot=name)
            self.change("snapshots", "delete_unary", f"delete/{found.id}", snapshot=name)
            self.call("snapshots", "get", snapshot=name)
        except Exception as error:
            if not is_missing(error):
                raise
            return True
        return False


def _by_volume(since: Export) -> dict[tuple[str, int], str]:
    """A disk that has grown is another one: its manifest cannot be told against the old."""
    return {(one.volume_id, one.size_bytes): one.source_id for one in since.disks}


def _may_come_again(error: Exception) -> bool:
    known = error if isinstance(error, NovaCronError) else translate(error)
    return known.retryable
