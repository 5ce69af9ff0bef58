"""A VM around imported disks."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from uuid import NAMESPACE_URL, uuid5

from novacron.errors import Conflict, InvalidSpec, Unsupported
from novacron.mapping.tags import check_same
from novacron.models.base import Ownership
from novacron.models.image import BootMode
from novacron.models.transfer import AssembleSpec, Import
from novacron.models.vm import Vm
from novacron.providers.libvirt import records
from novacron.providers.libvirt.auth import Host
from novacron.providers.libvirt.domain_xml import UEFI_MACHINE, Parts, domain_xml
from novacron.providers.libvirt.launch import LaunchVms
from novacron.providers.libvirt.ownership import owned, read_metadata
from novacron.providers.libvirt.view import read_vm


class Assembly(LaunchVms):
    def assemble(self, spec: AssembleSpec, disks: list[Import], owner: Ownership) -> Vm:
        """Raises what ``assemble_vm`` does. A start that fails leaves the disks as they were."""
        vm_id = str(uuid5(NAMESPACE_URL, f"novacron:{owner.operation}"))
        self.check_region(spec.region)
        zones = {disk.access["zone"] for disk in disks}
        if len(zones) != 1:
            raise Conflict(f"The disks are on {', '.join(sorted(zones))}.")
        host = next(self.hosts(zones.pop()))
        domain = self.found(host, vm_id)
        if domain is not None:
            record = read_metadata(ET.fromstring(domain.XMLDesc()))  # noqa: S314
            if record is not None:
                check_same(record.digest, spec, owner)
        else:
            self._check_assembly(host, spec)
            paths = self._paths(host, disks)
            told = {"disks": [disk.id for disk in disks]}
            parts = Parts(
                uuid=vm_id,
                record=owned(spec, owner, extra=told),
                disks=paths,
                seed=None,
                console=records.make_log(host, vm_id),
                network=spec.subnet_id,
                firewall=spec.firewall_ids[0] if spec.firewall_ids else None,
                accelerator=self.account.accelerator,
                boot_mode=spec.boot_mode,
            )
            try:
                domain = host.connection.defineXML(domain_xml(spec, parts))
            except Exception:
                records.remove_log(host, vm_id)
                raise
        self.start_new(host, domain)
        return read_vm(self.account, host, domain)

    def _paths(self, host: Host, disks: list[Import]) -> list[str]:
        users, paths = self.users(host), []
        for disk in disks:
            volume = records.disk(host, disk.id)
            if volume is None:
                raise Conflict(f"{disk.id} is not sealed.")
            if volume.path() in users:
                raise Conflict(f"{disk.id} is a disk of {users[volume.path()]}.")
            paths.append(volume.path())
        return paths

    def _check_assembly(self, host: Host, spec: AssembleSpec) -> None:
        self.check_addresses(spec)
        if spec.private_ip is not None:
            raise Unsupported("Addresses come from the network's DHCP.", field="private_ip")
        if spec.subnet_id is not None and spec.subnet_id not in host.connection.listNetworks():
            raise InvalidSpec(f"There is no subnet {spec.subnet_id!r}.", field="subnet_id")
        if spec.boot_mode is BootMode.UEFI and not _has_uefi(host, self.account.accelerator):
            raise Unsupported(
                f"{host.zone} has no UEFI firmware.",
                field="boot_mode",
                remedy="Install OVMF there (Debian, Ubuntu: ovmf).",
            )


def _has_uefi(host: Host, accelerator: str) -> bool:
    """https://libvirt.org/formatdomaincaps.html#bios-bootloader"""
    told = host.connection.getDomainCapabilities(None, "x86_64", UEFI_MACHINE, accelerator)
    values = ET.fromstring(told).findall("os/enum[@name='firmware']/value")  # noqa: S314
    return "efi" in [value.text for value in values]
