"""What all operations share: the hosts, and where on them a resource is."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import libvirt

from novacron.errors import InvalidSpec, NotFound, ProviderUnavailable
from novacron.providers.libvirt import records
from novacron.providers.libvirt.auth import Host, LibvirtAccount, reach
from novacron.providers.libvirt.ownership import Owned


class LibvirtBase:
    def __init__(self, account: LibvirtAccount) -> None:
        self.account = account

    def hosts(self, zone: str | None = None) -> Iterator[Host]:
        """The hosts that answer, or the one of ``zone``; then, where one does not, its error.

        So what is found is found, and nothing is called absent that may be on a host that is
        down. InvalidSpec: no such zone.
        """
        if zone is not None and all(host.zone != zone for host in self.account.hosts):
            known = ", ".join(host.zone for host in self.account.hosts)
            raise InvalidSpec(f"There is no zone {zone!r}; there are {known}.", field="zone")
        failed: Exception | None = None
        for host in self.account.hosts:
            if zone in (None, host.zone):
                try:
                    reach(host)
                except (ProviderUnavailable, libvirt.libvirtError) as error:
                    failed = failed or error
                    continue
                yield host
        if failed is not None:
            raise failed

    def answering(self) -> tuple[list[Host], list[str]]:
        """The hosts that answer and the zones that do not. ProviderUnavailable: none does."""
        live: list[Host] = []
        try:
            for host in self.hosts():
                live.append(host)  # noqa: PERF402 - kept when the next one raises
        except (ProviderUnavailable, libvirt.libvirtError):
            if not live:
                raise
        return live, [host.zone for host in self.account.hosts if host not in live]

    def check_region(self, region: str) -> None:
        if region != self.account.region:
            detail = f"There is no region {region!r}; use {self.account.region!r}."
            raise InvalidSpec(detail, field="region")

    def domain(self, vm_id: str) -> tuple[Host, Any]:
        """The host and domain of a VM; of one that moves, where it leaves. NotFound."""
        try:
            wanted = str(UUID(vm_id))
        except ValueError as error:
            raise NotFound(f"There is no VM {vm_id!r}.") from error
        arriving = None
        for host in self.hosts():
            try:
                found = host, host.connection.lookupByUUIDString(wanted)
                if not is_arriving(found[1]):
                    return found
            except libvirt.libvirtError as error:
                if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
                    raise
                continue
            arriving = found
        if arriving is not None:
            return arriving
        raise NotFound(f"There is no VM {vm_id!r}.")

    def record(self, resource_id: str, prefix: str, what: str) -> tuple[Host, Owned]:
        """The host and document of a disk, snapshot or image. NotFound."""
        if resource_id.startswith(f"{prefix}-") and "/" not in resource_id:
            for host in self.hosts():
                found = records.read(host, resource_id)
                if found is not None:
                    return host, found
        raise NotFound(f"There is no {what} {resource_id!r}.")

    def users(self, host: Host) -> dict[str, str]:
        """Path of each disk in use -> the VM's id. A disk being unplugged is still in use."""
        found = {}
        for domain in host.connection.listAllDomains():
            for path in disk_paths(ET.fromstring(domain.XMLDesc())):  # noqa: S314 - libvirtd's
                found[path] = domain.UUIDString()
        return found


def disk_paths(document: ET.Element) -> list[str]:
    sources = document.findall("devices/disk[@device='disk']/source")
    return [one.get("file", "") for one in sources]


def is_arriving(domain: Any) -> bool:
    """Whether it is being moved here and still runs elsewhere."""
    state, reason = domain.state()
    return (state, reason) == (libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_MIGRATION)
