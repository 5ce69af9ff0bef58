"""Disks on the way out: a checkpoint and a pull-mode backup of the whole VM, read over NBD."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import libvirt

from novacron.errors import Conflict, NotFound, NotReady, Unsupported
from novacron.models.base import Ownership
from novacron.models.transfer import Export, ExportedDisk, Extent, TransferState
from novacron.providers.libvirt import backup_xml as xml
from novacron.providers.libvirt.auth import Host
from novacron.providers.libvirt.base import LibvirtBase
from novacron.providers.libvirt.errors import translated
from novacron.providers.libvirt.extents import extents_of
from novacron.providers.libvirt.holding import hold, let_go
from novacron.providers.libvirt.nbd import protocol
from novacron.providers.libvirt.nbd.client import Address, NbdClient
from novacron.providers.libvirt.ownership import derived_id
from novacron.providers.transfer import GRAIN_BYTES, LEAF_BYTES, DiskExport

PREFIX = "exp"
LOST = (libvirt.VIR_ERR_CHECKPOINT_INCONSISTENT, libvirt.VIR_ERR_NO_DOMAIN_CHECKPOINT)
"""A checkpoint's bitmap is not there, or was open when QEMU crashed."""


class LibvirtExport(LibvirtBase, DiskExport):
    read_bytes = 8 * LEAF_BYTES
    read_granularity = GRAIN_BYTES

    @translated
    def begin_export(self, vm_id: str, since: Export | None, owner: Ownership) -> Export:
        host, domain = self.domain(vm_id)
        export_id = derived_id(PREFIX, owner.operation, domain.UUIDString())
        job = xml.backup_of(domain)
        if job is None:
            if xml.checkpoint(domain, export_id) is not None:
                raise Conflict(f"{export_id} has ended.", remedy="Begin another export.")
            job = self._begin_job(host, domain, export_id, since)
        if not xml.is_of(job, export_id):
            raise NotReady("Another export or a snapshot of this VM is under way.")
        told = {one.get("name"): one.get("incremental") for one in job.findall("disks/disk")}
        return Export(
            id=export_id,
            vm_id=domain.UUIDString(),
            state=TransferState.OPEN,
            disks=[
                ExportedDisk(
                    volume_id=disk.volume_id,
                    size_bytes=domain.blockInfo(disk.device)[0],
                    source_id=disk.device,
                    since_id=disk.device if told.get(disk.device) else None,
                )
                for disk in xml.sources(domain)
                if disk.device in told
            ],
            since=since.id if since else None,
            access={"zone": host.zone, "socket": xml.socket_of(job)},
        )

    def _begin_job(
        self, host: Host, domain: Any, export_id: str, since: Export | None
    ) -> ET.Element:
        """NotReady: the VM has another job."""
        if not host.is_local:
            raise Unsupported(
                f"Disks are read beside their host, and {host.zone} is reached over the network.",
                remedy="Run the host agent there, and migrate through it.",
            )
        hold(domain)
        try:
            disks = xml.sources(domain)
            known = _known(domain, disks, since)
            tracked = xml.checkpoint_xml(export_id, disks)
            for kept in (known, {}):
                told = xml.backup_xml(export_id, disks, kept, host.folder)
                try:
                    domain.backupBegin(told, tracked)
                    break
                except libvirt.libvirtError as error:
                    if error.get_error_code() not in LOST or not kept:
                        raise
            found = xml.backup_of(domain)
        except BaseException:
            if xml.backup_of(domain) is None:
                let_go(domain)
            raise
        if found is None:
            raise NotReady(f"{export_id} was begun and has ended.")
        return found

    @translated
    def get_export(self, export: Export) -> Export:
        if self._open_job(export)[1] is None:
            raise NotFound(f"There is no open export {export.id!r}.")
        return export

    def extents(self, export: Export, disk: int, offset: int, length: int) -> Iterator[Extent]:
        tracked = export.disks[disk].since_id is not None
        bitmap = protocol.DIRTY_BITMAP + xml.BITMAP if tracked else None

        def look(start: int, most: int) -> dict[str, list[tuple[int, int]]]:
            with self._lent(export, disk) as client:
                return client.block_status(start, most)

        return extents_of(look, bitmap, offset, length)

    def read(self, export: Export, disk: int, offset: int, length: int) -> bytes:
        with self._lent(export, disk) as client:
            return client.read(offset, length)

    def _lent(self, export: Export, disk: int) -> AbstractContextManager[NbdClient]:
        source = export.disks[disk]
        contexts = [protocol.BASE_ALLOCATION]
        if source.since_id is not None:
            contexts.append(protocol.DIRTY_BITMAP + xml.BITMAP)
        name = xml.export_name(export.id, source.source_id)
        address = Address(export.access["socket"])
        host = self.account.host(export.access["zone"])
        return host.nbd.lend(name, lambda: NbdClient(address, name, contexts))

    @translated
    def end_export(self, export: Export) -> None:
        """The checkpoint stays, that of the export before goes: changes are told against one."""
        with suppress(NotFound):
            self._end_job(export)

    @translated
    def delete_export(self, export: Export) -> None:
        """NotReady: the job is still ending."""
        with suppress(NotFound):
            domain = self.domain(export.vm_id)[1]
            if xml.checkpoint(domain, export.id) is not None:
                hold(domain)
                _forget(domain, export.id)
            self._end_job(export)
            if self._open_job(export)[1] is not None:
                raise NotReady(f"{export.id} is ending.")

    def _end_job(self, export: Export) -> None:
        self.account.host(export.access["zone"]).nbd.close(f"{export.id}-")
        domain, job = self._open_job(export)
        if job is not None:
            if export.since is not None and xml.checkpoint(domain, export.id) is not None:
                _forget(domain, export.since)
            domain.abortJob()
        if job is not None or xml.backup_of(domain) is None:
            let_go(domain)
        with suppress(OSError):  # QEMU leaves it behind when it is ended itself
            Path(export.access["socket"]).unlink(missing_ok=True)

    def _open_job(self, export: Export) -> tuple[Any, ET.Element | None]:
        """The VM and this export's backup, None when it is over. NotFound: the VM is gone."""
        domain = self.domain(export.vm_id)[1]
        job = xml.backup_of(domain)
        return domain, job if job is not None and xml.is_of(job, export.id) else None


def _known(domain: Any, disks: list[xml.Source], since: Export | None) -> dict[str, str]:
    """Device -> checkpoint, of the disks that ``since`` had and that were tracked from then on."""
    found = None if since is None else xml.checkpoint(domain, since.id)
    if since is None or found is None:
        return {}
    had = {(disk.volume_id, disk.source_id) for disk in since.disks}
    tracked = xml.tracked_in(found)
    return {
        disk.device: since.id
        for disk in disks
        if (disk.volume_id, disk.device) in had and disk.device in tracked
    }


def _forget(domain: Any, name: str) -> None:
    """Remove a checkpoint; what it knew goes to the one before. What is gone is gone."""
    found = xml.checkpoint(domain, name)
    if found is None:
        return
    try:
        found.delete()
    except libvirt.libvirtError as error:
        # Its bitmap did not outlive a crash of QEMU; of one never written libvirt has no code.
        gone = f"bitmap '{name}' not found" in error.get_error_message()
        if not gone and error.get_error_code() not in LOST:
            raise
        found.delete(libvirt.VIR_DOMAIN_CHECKPOINT_DELETE_METADATA_ONLY)
