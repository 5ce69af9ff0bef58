"""A running VM from one host of the account to another, memory and disks.

The source's daemon does all of it (peer to peer, https://libvirt.org/migration.html): it reaches
the target by the URI that the account has for it, and goes on when whoever asked has gone. What
was moved is kept in two places until the VM runs at the target; then the source's copy is removed.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from threading import Thread
from typing import Any

import libvirt

from novacron.errors import Conflict, InvalidSpec, NoCapacity, NotFound, NotReady
from novacron.models.base import Ownership
from novacron.models.vm import Vm
from novacron.providers.libvirt import records
from novacron.providers.libvirt.auth import Host
from novacron.providers.libvirt.base import LibvirtBase, disk_paths
from novacron.providers.libvirt.errors import translated
from novacron.providers.libvirt.view import read_vm
from novacron.providers.transfer import LiveMigration

FLAGS = (
    libvirt.VIR_MIGRATE_LIVE
    | libvirt.VIR_MIGRATE_PEER2PEER
    | libvirt.VIR_MIGRATE_PERSIST_DEST
    | libvirt.VIR_MIGRATE_UNDEFINE_SOURCE
    | libvirt.VIR_MIGRATE_NON_SHARED_DISK
    | libvirt.VIR_MIGRATE_AUTO_CONVERGE
)
REFUSED_S = 2.0
"""What the hosts refuse, they refuse in this time; libvirt has no call that only begins."""


class LibvirtLiveMigration(LibvirtBase, LiveMigration):
    @translated
    def migrate_live(self, vm_id: str, host: str, owner: Ownership) -> Vm:  # noqa: ARG002 - by VM
        """``host``: a zone. Waits REFUSED_S for a refusal. A move that fails later leaves the VM
        where it was, and the next call begins anew. InvalidSpec: there is no such host."""
        try:
            target = self.account.host(host)
        except NotFound as error:
            raise InvalidSpec(error.detail, field="host") from error
        source, domain = self.domain(vm_id)
        if source is not target:
            try:
                self._go(source, domain, target)
            except libvirt.libvirtError as error:
                # It arrived between the look and this.
                if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
                    raise
            raise NotReady(f"{vm_id} is moving to {host}.")
        self._tidy(target, domain)
        return read_vm(self.account, target, domain)

    def _go(self, source: Host, domain: Any, target: Host) -> None:
        """Begin, unless it moves already."""
        if domain.state()[0] != libvirt.VIR_DOMAIN_RUNNING:
            raise Conflict(
                "Only a running VM moves live.", remedy="Start it, or migrate its disks."
            )
        job = domain.jobStats()
        if job["type"] != libvirt.VIR_DOMAIN_JOB_NONE:
            if job.get("operation") == libvirt.VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT:
                return
            raise NotReady("The VM has another job.")
        document, devices = self._prepare(source, domain, target)
        told = {
            libvirt.VIR_MIGRATE_PARAM_DEST_XML: document,
            libvirt.VIR_MIGRATE_PARAM_PERSIST_XML: document,
            libvirt.VIR_MIGRATE_PARAM_MIGRATE_DISKS: devices,
        }
        flags = FLAGS | (libvirt.VIR_MIGRATE_TLS if self.account.live_tls else 0)
        refusals: list[libvirt.libvirtError] = []

        def move() -> None:
            try:
                domain.migrateToURI3(target.uri, told, flags)
            except libvirt.libvirtError as error:
                refusals.append(error)

        mover = Thread(target=move, daemon=True)
        mover.start()
        mover.join(REFUSED_S)
        if refusals:
            raise refusals[0]

    def _prepare(self, source: Host, domain: Any, target: Host) -> tuple[str, list[str]]:
        """The domain as it is to be at the target, and its disks that are to be copied; libvirt
        makes those there. The seed and an empty console log are made here."""
        root = ET.fromstring(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_MIGRATABLE))  # noqa: S314
        old, new = source.folder, target.folder
        if old != new:
            for element in (*root.iter("source"), *root.iter("target")):
                for name in ("file", "path"):
                    folder, _, file = element.get(name, "").rpartition("/")
                    if folder == old:
                        element.set(name, f"{new}/{file}")
        sizes, devices = 0, []
        for disk in root.findall("devices/disk"):
            for backing in disk.findall("backingStore"):
                disk.remove(backing)
            place = disk.find("target")
            device = "" if place is None else place.get("dev", "")
            if disk.find("readonly") is None:
                devices.append(device)
                sizes += domain.blockInfo(device)[1]
        if target.pool.info()[3] < sizes:
            raise NoCapacity(f"The disks hold {sizes} bytes, more than {target.zone} has room for.")
        self._copy_seed(source, domain, target)
        records.make_log(target, domain.UUIDString())
        return ET.tostring(root, encoding="unicode"), devices

    def _copy_seed(self, source: Host, domain: Any, target: Host) -> None:
        for path in disk_paths(ET.fromstring(domain.XMLDesc()))[:1]:  # noqa: S314
            disk_id = _id_of(path)
            seed = records.file(source, disk_id + records.SEED)
            if seed is not None:
                image = records.download(source, seed, 0, seed.info()[1])
                records.write_seed(target, disk_id, image)

    def _tidy(self, target: Host, domain: Any) -> None:
        """It runs at the target: its disks' documents follow it, and the old disks go."""
        if domain.state()[0] == libvirt.VIR_DOMAIN_PAUSED:
            raise NotReady(f"{domain.UUIDString()} is arriving.")
        others = [host for host in self.hosts() if host is not target]
        for path in disk_paths(ET.fromstring(domain.XMLDesc())):  # noqa: S314
            for other in others:
                record = records.read(other, _id_of(path))
                if record is not None:
                    records.write(target, _id_of(path), record)
                    records.remove(other, _id_of(path))
        for other in others:
            records.remove_log(other, domain.UUIDString())


def _id_of(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(records.DISK)
