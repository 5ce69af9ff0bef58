"""Networks of the in-memory cloud."""

from __future__ import annotations

from novacron.errors import Conflict, InvalidSpec
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.network import Network, NetworkSpec, Subnet
from novacron.models.volume import ResourceFilter
from novacron.providers.base import Networks
from novacron.providers.memory.cloud import (
    REGION,
    MemoryBase,
    call,
    find,
    made_before,
    owned_page,
    remember,
)


class MemoryNetworks(MemoryBase, Networks):
    @call
    def create_network(self, spec: NetworkSpec, owner: Ownership) -> Network:
        cloud = self.cloud
        again = made_before(cloud, "network", spec, owner)
        if again is not None:
            return find(cloud.networks, "network", again)
        if spec.region != REGION:
            raise InvalidSpec(f"There is no region {spec.region!r}.", field="region")
        network = Network(
            id=cloud.new_id("net"),
            name=spec.name,
            region=spec.region,
            cidr=spec.cidr,
            subnets=[
                Subnet(id=cloud.new_id("subnet"), name=s.name, cidr=s.cidr, zone=s.zone)
                for s in spec.subnets
            ],
            firewall_id=cloud.new_id("fw"),
            firewall_rules=spec.firewall_rules,
            tags=spec.tags,
            tenant=owner.tenant,
            operation=owner.operation,
        )
        cloud.networks[network.id] = network
        remember(cloud, "network", spec, owner, network.id)
        return network

    @call
    def get_network(self, network_id: str) -> Network:
        return find(self.cloud.networks, "network", network_id)

    @call
    def list_networks(self, where: ResourceFilter, page: PageRequest) -> Page[Network]:
        return owned_page(self.cloud.networks, where, page)

    @call
    def delete_network(self, network_id: str) -> None:
        network = find(self.cloud.networks, "network", network_id)
        here = {subnet.id for subnet in network.subnets}
        users = [vm for vm, subnet in self.cloud.vm_subnets.items() if subnet in here]
        if users:
            raise Conflict(f"VM {users[0]} is on network {network_id}; delete it first.")
        del self.cloud.networks[network_id]
