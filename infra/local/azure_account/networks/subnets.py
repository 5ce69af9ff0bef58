"""Subnets, alone and as parts of their network.

https://learn.microsoft.com/en-us/rest/api/virtualnetwork/subnets
"""

from __future__ import annotations

import copy
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Any

from ..families import Family, reference
from ..store import Resource, new_etag
from ..wire import ArmError, Call, Json

if TYPE_CHECKING:
    from ..account import LocalAccount

SUBNET = "Microsoft.Network/virtualNetworks/subnets"
NSG = "Microsoft.Network/networkSecurityGroups"
NIC = "Microsoft.Network/networkInterfaces"
Network = IPv4Network | IPv6Network


class Subnets(Family):
    type = SUBNET
    noun = "Subnets"
    parent = "VirtualNetworks"

    def prepare(
        self, account: LocalAccount, call: Call, new: Resource, old: Resource | None
    ) -> None:
        network = account.store.get(new.id.partition("/subnets/")[0])
        assert network is not None, new.id
        others = [s for s in account.store.under(network.id, SUBNET) if s is not old]
        apply(account, new, call.json().get("properties") or {}, network.properties, others)

    def extra(self, account: LocalAccount, resource: Resource, _call: Call | None) -> Json:
        used = users(account, resource)
        return {"ipConfigurations": [{"id": one} for one in used]} if used else {}

    def check_delete(self, account: LocalAccount, resource: Resource) -> None:
        if used := users(account, resource):
            raise in_use(resource, used[0])


def apply(
    account: LocalAccount, subnet: Resource, asked: Json, network: Json, others: list[Resource]
) -> None:
    """Bring a subnet to what is asked; its range lies in the network's and overlaps no other."""
    told = asked.get("addressPrefix") or (asked.get("addressPrefixes") or [None])[0]
    wanted = prefix(told, subnet.name)
    spaces = [prefix(p, subnet.name) for p in network["addressSpace"]["addressPrefixes"]]
    if not any(_inside(wanted, space) for space in spaces):
        message = f"Subnet '{subnet.name}' is not valid in its virtual network."
        raise ArmError(400, "NetcfgInvalidSubnet", message)
    for other in others:
        if wanted.overlaps(ip_network(other.properties["addressPrefix"])):
            message = (
                f"Subnet '{subnet.name}' is not valid because its IP address range overlaps "
                "with that of an existing subnet in virtual network."
            )
            raise ArmError(400, "NetcfgSubnetRangesOverlap", message)
    if group := (asked.get("networkSecurityGroup") or {}).get("id"):
        reference(account, group, NSG, subnet.id)
    subnet.properties = {
        "privateEndpointNetworkPolicies": "Disabled",
        "privateLinkServiceNetworkPolicies": "Enabled",
        **{n: v for n, v in asked.items() if n in _KEPT and v is not None},
        "addressPrefix": str(wanted),
    }


_KEPT = (
    "networkSecurityGroup",
    "serviceEndpoints",
    "delegations",
    "privateEndpointNetworkPolicies",
    "privateLinkServiceNetworkPolicies",
    "defaultOutboundAccess",
)


def _inside(inner: Network, outer: Network) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]


def prefix(told: Any, user: str) -> Network:
    try:
        return ip_network(str(told))
    except ValueError as e:
        message = f"Address prefix {told} of {user} is not formatted correctly: {e}."
        raise ArmError(400, "InvalidAddressPrefixFormat", message) from e


def users(account: LocalAccount, subnet: Resource) -> list[str]:
    """The ids of the IP configurations in a subnet."""
    return [
        configuration["id"]
        for nic in account.store.of_type(NIC)
        for configuration in nic.properties["ipConfigurations"]
        if configuration["properties"]["subnet"]["id"].lower() == subnet.id.lower()
    ]


def in_use(subnet: Resource, user: str) -> ArmError:
    """https://learn.microsoft.com/en-us/troubleshoot/azure/virtual-network/virtual-network-troubleshoot-cannot-delete-vnet"""
    message = f"Subnet {subnet.name} is in use by {user} and cannot be deleted."
    return ArmError(400, "InUseSubnetCannotBeDeleted", message)


def merged(account: LocalAccount, network: Resource, asked: list[Json]) -> list[Resource]:
    """The subnets of a network's body; those that it leaves out are to go."""
    made: list[Resource] = []
    for told in asked:
        subnet_id = f"{network.id}/subnets/{told['name']}"
        old = account.store.get(subnet_id)
        subnet = copy.deepcopy(old) if old else Resource(subnet_id, SUBNET, network.location)
        apply(account, subnet, told.get("properties") or {}, network.properties, made)
        subnet.etag = new_etag()
        subnet.state = "Updating"
        made.append(subnet)
    kept = {subnet.id.lower() for subnet in made}
    for old in account.store.under(network.id, SUBNET):
        if old.id.lower() not in kept and (used := users(account, old)):
            raise in_use(old, used[0])
    return made
