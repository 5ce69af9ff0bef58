"""Virtual machines as libvirt domains."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import libvirt

from novacron.errors import Conflict
from novacron.mapping.tags import check_same
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.vm import Vm, VmFilter, VmSize, VmSpec
from novacron.providers.libvirt import records
from novacron.providers.libvirt.auth import Host
from novacron.providers.libvirt.base import LibvirtBase, disk_paths
from novacron.providers.libvirt.domain_xml import set_size
from novacron.providers.libvirt.errors import translated
from novacron.providers.libvirt.holding import unmark
from novacron.providers.libvirt.launch import LaunchVms
from novacron.providers.libvirt.ownership import own_disks, read_metadata
from novacron.providers.libvirt.paging import first_of
from novacron.providers.libvirt.view import read_vm

CONSOLE_BYTES = 64 * 1024
UNDEFINE = (
    libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
    | libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
    | libvirt.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA
    | libvirt.VIR_DOMAIN_UNDEFINE_NVRAM
)


class LibvirtVms(LaunchVms, LibvirtBase):
    @translated
    def create_vm(self, spec: VmSpec, owner: Ownership) -> Vm:
        vm_id = str(uuid5(NAMESPACE_URL, f"novacron:{owner.operation}"))
        for host in self.answering()[0]:
            found = self.found(host, vm_id)
            if found is not None:
                record = read_metadata(ET.fromstring(found.XMLDesc()))  # noqa: S314
                if record is not None:
                    check_same(record.digest, spec, owner)
                self.start_new(host, found)
                return read_vm(self.account, host, found)
        return self.launch(vm_id, spec, owner)

    @translated
    def get_vm(self, vm_id: str) -> Vm:
        host, domain = self.domain(vm_id)
        return read_vm(self.account, host, domain)

    @translated
    def list_vms(self, where: VmFilter, page: PageRequest) -> Page[Vm]:
        return first_of(self._read_after(page.cursor or ""), where, page)

    def _read_after(self, cursor: str) -> Iterator[Vm]:
        """In order of id. Each is several calls to its host: only those asked for are looked at."""
        listed: dict[str, list[tuple[Host, Any]]] = {}
        for host in self.hosts():
            for domain in host.connection.listAllDomains():
                listed.setdefault(domain.UUIDString(), []).append((host, domain))
        for vm_id, where in sorted(listed.items()):
            if vm_id <= cursor:
                continue
            try:
                # One that moves is on two hosts: it is looked for, and found once.
                host, domain = where[0] if len(where) == 1 else self.domain(vm_id)
                yield read_vm(self.account, host, domain)
            except libvirt.libvirtError as error:
                # It was deleted between the list and the look.
                if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
                    raise

    @translated
    def start_vm(self, vm_id: str) -> Vm:
        host, domain = self.domain(vm_id)
        if domain.state()[0] == libvirt.VIR_DOMAIN_PAUSED:
            unmark(domain)
            domain.resume()
        elif not domain.isActive():
            self.start_now(domain)
        return read_vm(self.account, host, domain)

    @translated
    def stop_vm(self, vm_id: str, *, force: bool = False) -> Vm:
        host, domain = self.domain(vm_id)
        if domain.isActive():
            if force:
                domain.destroy()
            else:
                domain.shutdown()
        return read_vm(self.account, host, domain)

    @translated
    def restart_vm(self, vm_id: str) -> Vm:
        host, domain = self.domain(vm_id)
        if not domain.isActive():
            raise Conflict(f"{vm_id} is not running.")
        domain.reset()
        return read_vm(self.account, host, domain)

    @translated
    def resize_vm(self, vm_id: str, size: VmSize) -> Vm:
        host, domain = self.domain(vm_id)
        if domain.isActive():
            raise Conflict(f"{vm_id} is not stopped.", remedy="Stop it first.")
        document = ET.fromstring(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))  # noqa: S314
        set_size(document, size.vcpus, size.memory_mib)
        host.connection.defineXML(ET.tostring(document, encoding="unicode"))
        return self.get_vm(vm_id)

    @translated
    def delete_vm(self, vm_id: str) -> None:
        host, domain = self.domain(vm_id)
        self.remove_vm(host, domain)

    @translated
    def console_output(self, vm_id: str) -> str:
        host, domain = self.domain(vm_id)
        log = records.log(host, domain.UUIDString())
        if log is None:
            return ""
        size = log.info()[1]
        offset = max(0, size - CONSOLE_BYTES)
        text = records.download(host, log, offset, size - offset) if size else b""
        return text.decode(errors="replace")

    def remove_vm(self, host: Any, domain: Any) -> None:
        """Stop, disks, log, and the domain last: until then a delete can be repeated."""
        if domain.isActive():
            domain.destroy()
        vm_id = domain.UUIDString()
        document = ET.fromstring(domain.XMLDesc())  # noqa: S314
        for path in disk_paths(document):
            disk_id = path.rpartition("/")[2].removesuffix(records.DISK)
            record = records.read(host, disk_id)
            if record is not None and (record.vm == vm_id or disk_id in own_disks(document)):
                self.forget_site(disk_id)
                records.remove(host, disk_id)
        records.remove_log(host, vm_id)
        self.forget_site(vm_id)
        domain.undefineFlags(UNDEFINE)
