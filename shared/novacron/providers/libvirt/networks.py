"""Networks: one libvirt network for each subnet, one nwfilter for the rules."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import libvirt

from novacron.errors import Conflict, NotFound
from novacron.mapping.firewall_libvirt import from_nwfilter, to_nwfilter
from novacron.mapping.tags import check_same
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.network import Network, NetworkSpec, Subnet
from novacron.models.volume import ResourceFilter
from novacron.providers.libvirt.auth import Host
from novacron.providers.libvirt.base import LibvirtBase
from novacron.providers.libvirt.errors import translated
from novacron.providers.libvirt.network_xml import check, network_xml, subnet_id
from novacron.providers.libvirt.ownership import Owned, derived_id, owned, read_metadata
from novacron.providers.libvirt.paging import page_of

PREFIX = "net"


class LibvirtNetworks(LibvirtBase):
    @translated
    def create_network(self, spec: NetworkSpec, owner: Ownership) -> Network:
        """The same on every host, so that a VM may be placed on any; all of them must answer."""
        self.check_region(spec.region)
        check(spec)
        network_id = derived_id(PREFIX, owner.operation)
        filter_xml = to_nwfilter(network_id, spec.firewall_rules)
        told = {"cidr": spec.cidr, "subnets": [one.model_dump() for one in spec.subnets]}
        for host in list(self.hosts()):
            found = self._find(host, network_id)
            if found is not None:
                check_same(found.digest, spec, owner)
            try:
                record = found or owned(spec, owner, extra=told)
                self._make(host, spec, network_id, record, filter_xml)
            except Exception:
                self._remove(network_id)
                raise
        return self.get_network(network_id)

    def _make(
        self, host: Host, spec: NetworkSpec, network_id: str, record: Owned, filter_xml: str
    ) -> None:
        """Parts that a killed call left are finished; subnet 0, which is read, comes last."""
        connection = host.connection
        if network_id not in connection.listNWFilters():
            connection.nwfilterDefineXML(filter_xml)
        for index in reversed(range(len(spec.subnets))):
            if subnet_id(network_id, index) not in _names(host):
                connection.networkDefineXML(network_xml(spec, network_id, index, record))
            network = connection.networkLookupByName(subnet_id(network_id, index))
            network.setAutostart(1)
            if not network.isActive():
                network.create()

    @translated
    def get_network(self, network_id: str) -> Network:
        for host in self.hosts():
            record = self._find(host, network_id)
            if record is not None:
                return self._network(host, network_id, record)
        raise NotFound(f"There is no network {network_id!r}.")

    @translated
    def list_networks(self, where: ResourceFilter, page: PageRequest) -> Page[Network]:
        found: dict[str, Network] = {}
        for host in self.hosts():
            for name in _names(host):
                network_id, _, index = name.rpartition("-")
                record = self._find(host, network_id) if index == "0" else None
                if record is not None:
                    found[network_id] = self._network(host, network_id, record)
        return page_of(found.values(), where, page)

    @translated
    def delete_network(self, network_id: str) -> None:
        self.get_network(network_id)
        for host in list(self.hosts()):
            for domain in host.connection.listAllDomains():
                cards = ET.fromstring(domain.XMLDesc()).findall("devices/interface/source")  # noqa: S314
                if any(_belongs(card.get("network", ""), network_id) for card in cards):
                    raise Conflict(f"The VM {domain.UUIDString()} is on {network_id}.")
        self._remove(network_id)

    def _remove(self, network_id: str) -> None:
        for host in self.hosts():
            for network in host.connection.listAllNetworks():
                if _belongs(network.name(), network_id):
                    if network.isActive():
                        network.destroy()
                    network.undefine()
            if network_id in host.connection.listNWFilters():
                host.connection.nwfilterLookupByName(network_id).undefine()

    def _find(self, host: Host, network_id: str) -> Owned | None:
        try:
            network = host.connection.networkLookupByName(subnet_id(network_id, 0))
        except libvirt.libvirtError as error:
            if error.get_error_code() == libvirt.VIR_ERR_NO_NETWORK:
                return None
            raise
        return read_metadata(ET.fromstring(network.XMLDesc()))  # noqa: S314

    def _network(self, host: Host, network_id: str, record: Owned) -> Network:
        rules = from_nwfilter(host.connection.nwfilterLookupByName(network_id).XMLDesc())
        subnets = [
            Subnet(id=subnet_id(network_id, index), **one)
            for index, one in enumerate(record.extra["subnets"])
        ]
        return Network(
            id=network_id,
            name=record.name,
            region=self.account.region,
            cidr=record.extra["cidr"],
            subnets=subnets,
            firewall_id=network_id,
            firewall_rules=rules,
            tags=record.tags,
            tenant=record.tenant,
            operation=record.operation,
        )


def _names(host: Host) -> list[Any]:
    names = [one.name() for one in host.connection.listAllNetworks()]
    return [name for name in names if name.startswith(f"{PREFIX}-")]


def _belongs(name: str, network_id: str) -> bool:
    return name.rpartition("-")[0] == network_id
