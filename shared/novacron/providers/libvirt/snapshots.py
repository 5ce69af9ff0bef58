"""Snapshots: whole copies in the pool, taken while the VM runs by a backup job of its own.

https://libvirt.org/formatbackup.html: push mode gives the bytes of the moment it began.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import libvirt

from novacron.errors import Conflict, NotFound, NotReady
from novacron.mapping.tags import check_same
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.volume import ResourceFilter, Snapshot, SnapshotSpec, SnapshotState
from novacron.providers.libvirt import records
from novacron.providers.libvirt.auth import Host
from novacron.providers.libvirt.base import LibvirtBase
from novacron.providers.libvirt.errors import translated
from novacron.providers.libvirt.ownership import Owned, derived_id, owned
from novacron.providers.libvirt.paging import page_of

PREFIX = "snap"


class LibvirtSnapshots(LibvirtBase):
    @translated
    def create_snapshot(self, spec: SnapshotSpec, owner: Ownership) -> Snapshot:
        snapshot_id = derived_id(PREFIX, owner.operation)
        host, _ = self.record(spec.volume_id, "vol", "volume")
        found = records.read(host, snapshot_id)
        if found is not None:
            check_same(found.digest, spec, owner)
            if self._snapshot(host, snapshot_id, found).state is not SnapshotState.ERROR:
                return self._snapshot(host, snapshot_id, found)
        source = records.disk(host, spec.volume_id)
        if source is None:
            raise NotFound(f"There is no volume {spec.volume_id!r}.")
        user = self.users(host).get(source.path())
        domain = self.domain(user)[1] if user is not None else None
        running = domain is not None and domain.isActive()
        size = -(-source.info()[1] // records.GIB)
        made_in = user if running else None
        told = {"size_gib": size}
        record = found or owned(spec, owner, source=spec.volume_id, extra=told, vm=made_in)
        records.write(host, snapshot_id, record)
        if running:
            self._begin(domain, source.path(), snapshot_id)
        else:
            records.copy_disk(host, snapshot_id, source)
        return self._snapshot(host, snapshot_id, record)

    def _begin(self, domain: Any, path: str, snapshot_id: str) -> None:
        """NotReady: the VM has another job."""
        if domain.jobStats()["type"] != libvirt.VIR_DOMAIN_JOB_NONE:
            raise NotReady("Another snapshot of this VM is being taken.")
        root = ET.Element("domainbackup", mode="push")
        disks = ET.SubElement(root, "disks")
        for disk in ET.fromstring(domain.XMLDesc()).findall("devices/disk"):  # noqa: S314
            source, target = disk.find("source"), disk.find("target")
            if target is None:
                continue
            wanted = source is not None and source.get("file") == path
            one = ET.SubElement(disks, "disk", name=target.get("dev", ""))
            one.set("backup", "yes" if wanted else "no")
            if wanted:
                one.set("type", "file")
                ET.SubElement(one, "driver", type="qcow2")
                folder = path.rpartition("/")[0]
                ET.SubElement(one, "target", file=f"{folder}/{snapshot_id}{records.DISK}")
        domain.backupBegin(ET.tostring(root, encoding="unicode"), None)

    @translated
    def get_snapshot(self, snapshot_id: str) -> Snapshot:
        host, record = self.record(snapshot_id, PREFIX, "snapshot")
        return self._snapshot(host, snapshot_id, record)

    @translated
    def list_snapshots(self, where: ResourceFilter, page: PageRequest) -> Page[Snapshot]:
        found = []
        for host in self.hosts():
            for snapshot_id in records.names(host, PREFIX):
                record = records.read(host, snapshot_id)
                if record is not None:
                    found.append(self._snapshot(host, snapshot_id, record))
        return page_of(found, where, page)

    @translated
    def delete_snapshot(self, snapshot_id: str) -> None:
        host, record = self.record(snapshot_id, PREFIX, "snapshot")
        for image_id in records.names(host, "img"):
            image = records.read(host, image_id)
            if image is not None and image.source == snapshot_id:
                raise Conflict(f"Image {image_id} uses {snapshot_id}.")
        if self._snapshot(host, snapshot_id, record).state is SnapshotState.PENDING:
            raise Conflict(f"{snapshot_id} is being taken.")
        records.remove(host, snapshot_id)

    def _snapshot(self, host: Host, snapshot_id: str, record: Owned) -> Snapshot:
        return Snapshot(
            id=snapshot_id,
            name=record.name,
            state=self._state(host, snapshot_id, record),
            volume_id=record.source,
            region=self.account.region,
            size_gib=record.extra["size_gib"],
            created_at=record.created_at,
            tags=record.tags,
            tenant=record.tenant,
            operation=record.operation,
        )

    def _state(self, host: Host, snapshot_id: str, record: Owned) -> SnapshotState:
        if record.vm is not None and self._job(record.vm, snapshot_id):
            return SnapshotState.PENDING
        if records.disk(host, snapshot_id) is None:
            host.pool.refresh()  # QEMU wrote the file, not libvirt
        made = records.disk(host, snapshot_id) is not None
        return SnapshotState.READY if made else SnapshotState.ERROR

    def _job(self, vm_id: str, snapshot_id: str) -> bool:
        """Whether the VM's backup job is this snapshot's."""
        try:
            _, domain = self.domain(vm_id)
            return snapshot_id in domain.backupGetXMLDesc()
        except NotFound:
            return False
        except libvirt.libvirtError as error:
            if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN_BACKUP:
                return False
            raise
