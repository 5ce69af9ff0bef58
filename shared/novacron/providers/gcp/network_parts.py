"""Making and removing the parts of a network.

Each has a name that follows from the operation, so that a repeat finds what is there. Networks,
subnets and rules have no labels: the network's description keeps whose it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_network
from typing import Any, NamedTuple

from novacron.errors import InvalidSpec, NotReady, NovaCronError
from novacron.mapping.firewall_gcp import KEY, to_firewalls
from novacron.mapping.tags import digest
from novacron.models.base import Ownership
from novacron.models.network import NetworkSpec, SubnetSpec
from novacron.providers.gcp.base import last
from novacron.providers.gcp.errors import translated
from novacron.providers.gcp.operations import Operations
from novacron.providers.gcp.ownership import labels, native_name, step_of
from novacron.providers.gcp.paging import Lists

MOST = 2048
"""Characters of a description."""


class Part(NamedTuple):
    """A resource to make: ``request`` is what its insert takes beside the request id."""

    service: str
    name: str
    request: dict[str, Any]


class NetworkParts(Lists, Operations):
    def network_part(self, spec: NetworkSpec, owner: Ownership) -> Part:
        """InvalidSpec: a tag, or all of them too long."""
        labels(spec.name, spec.tags, owner, spec)  # the same tags as everywhere at Google
        kept = {
            "name": spec.name,
            "region": spec.region,
            "cidr": spec.cidr,
            "tags": spec.tags,
            "tenant": owner.tenant,
            "operation": owner.operation,
            "digest": digest(spec),
        }
        description = json.dumps({KEY: kept}, separators=(",", ":"))
        if len(description) > MOST:
            raise InvalidSpec("A Google network has no room for so many tags.", field="tags")
        name = native_name(spec.name, owner)
        body = {"name": name, "description": description, "auto_create_subnetworks": False}
        return Part("networks", name, {"network_resource": body})

    def inner_parts(self, spec: NetworkSpec, owner: Ownership, network: str) -> list[Part]:
        """Subnets and rules. InvalidSpec: one that cannot be expressed, by its name."""
        link = f"projects/{self.account.project}/global/networks/{network}"
        parts = []
        for index, subnet in enumerate(spec.subnets):
            self._check_subnet(spec, index, subnet)
            body = {
                "name": native_name(subnet.name, owner, f"subnets/{index}"),
                "description": json.dumps({KEY: {"subnet": subnet.name}}),
                "network": link,
                "ip_cidr_range": subnet.cidr,
            }
            request = {"region": spec.region, "subnetwork_resource": body}
            parts.append(Part("subnetworks", body["name"], request))
        for rule in to_firewalls(spec.firewall_rules, network):
            name = native_name(rule.part[:54].rstrip("-"), owner, f"rules/{rule.part}")
            body = {"name": name, "network": link, **rule.body}
            parts.append(Part("firewalls", name, {"firewall_resource": body}))
        return parts

    def make(self, parts: Iterable[Part], owner: Ownership) -> None:
        """Ask for all of these. NotReady until they are made."""
        under_way = None
        for part in parts:
            step = step_of(owner, f"{part.service}/{part.name}")
            under_way = self.insert(part.service, step, **part.request) or under_way
        if under_way is not None:
            raise NotReady("The network is being made; the same request again goes on.")

    def abandon(self, network: str, region: str) -> None:
        """Begin the removal of a network that cannot be finished, as far as it goes by itself."""
        with suppress(NovaCronError):
            translated(self.remove)(network, region)

    def remove(self, network: str, region: str) -> None:
        """Rules and subnets, NotReady while there are any; then the network."""
        there = [
            *(("firewalls", one, {}) for one in self.of_network("firewalls", network)),
            *(
                ("subnetworks", one, {"region": last(one.region)})
                for one in self.of_network("subnetworks", network, region=region)
            ),
        ]
        for service, one, more in there:
            request = {service[:-1]: one.name, **more}
            self.change(service, "delete_unary", f"delete/{one.id}", **request)
        if there:
            raise NotReady(f"Network {network} is being emptied.")
        found = self.call("networks", "get", network=network)
        self.change("networks", "delete_unary", f"delete/{found.id}", network=network)

    def of_network(self, service: str, network: str, **request: Any) -> list[Any]:
        """The network's rules, or its subnets in a region."""
        everything = self.everything(service, **request)
        return [one for one in everything if last(one.network) == network]

    def _check_subnet(self, spec: NetworkSpec, index: int, subnet: SubnetSpec) -> None:
        """A subnet is a region's: a zone of it is as good as none."""
        field = f"subnets.{index}"
        if subnet.zone is not None and not subnet.zone.startswith(f"{spec.region}-"):
            raise InvalidSpec(f"{subnet.zone} is no zone of {spec.region}.", field=f"{field}.zone")
        try:
            inner, outer = ip_network(subnet.cidr), ip_network(spec.cidr)
        except ValueError as error:
            raise InvalidSpec(str(error), field=f"{field}.cidr") from error
        if inner.version != 4 or outer.version != 4 or not inner.subnet_of(outer):
            raise InvalidSpec(
                f"{subnet.cidr} is no IPv4 block within {spec.cidr}.", field=f"{field}.cidr"
            )
