"""A domain as a VM."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import libvirt

from novacron.models.vm import Vm
from novacron.providers.libvirt import records
from novacron.providers.libvirt.auth import Host, LibvirtAccount
from novacron.providers.libvirt.base import disk_paths
from novacron.providers.libvirt.holding import says_held
from novacron.providers.libvirt.ownership import read_metadata
from novacron.providers.libvirt.states import state_of


def read_vm(account: LibvirtAccount, host: Host, domain: Any) -> Vm:
    document = ET.fromstring(domain.XMLDesc())  # noqa: S314 - libvirtd wrote it
    record = read_metadata(document)
    native = domain.state()[0]
    if native == libvirt.VIR_DOMAIN_PAUSED and says_held(document):
        native = libvirt.VIR_DOMAIN_SHUTOFF
    state, bills = state_of(native, record is None or record.started_at is not None)
    disks = [path.rpartition("/")[2].removesuffix(records.DISK) for path in disk_paths(document)]
    return Vm(
        id=domain.UUIDString(),
        name=domain.name() if record is None else record.name,
        state=state,
        region=account.region,
        zone=host.zone,
        vcpus=int(document.findtext("vcpu") or 0) or None,
        memory_mib=int(document.findtext("memory") or 0) // 1024 or None,
        private_ips=_addresses(domain),
        volume_ids=[one for one in disks if one],
        created_at=None if record is None else record.created_at,
        bills_compute=bills,
        tags={} if record is None else record.tags,
        tenant=None if record is None else record.tenant,
        operation=None if record is None else record.operation,
    )


def _addresses(domain: Any) -> list[str]:
    """From the leases of libvirt's own networks; a guest behind the host's address has none."""
    if not domain.isActive():
        return []
    try:
        found = domain.interfaceAddresses(libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE)
    except libvirt.libvirtError:
        return []
    return [one["addr"] for card in found.values() for one in card["addrs"] or []]
