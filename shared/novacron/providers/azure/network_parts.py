"""The PUTs that make a network, as pure functions of what is wanted.

https://learn.microsoft.com/en-us/rest/api/virtualnetwork/virtual-networks/create-or-update
"""

from __future__ import annotations

from novacron.errors import InvalidSpec, Unsupported
from novacron.mapping.firewall_azure import to_security_rules
from novacron.models.base import Ownership
from novacron.models.network import NetworkSpec
from novacron.providers.azure.ownership import Json, tags_for


def network_request(spec: NetworkSpec, owner: Ownership) -> Json:
    """The virtual network with all its subnets. Unsupported: a subnet in one zone."""
    seen: set[str] = set()
    for index, subnet in enumerate(spec.subnets):
        if subnet.zone is not None:
            raise Unsupported(
                f'subnet "{subnet.name}": subnets on Azure span all zones of a region',
                field=f"subnets.{index}.zone",
                remedy="Leave it out; a VM names its zone.",
            )
        if subnet.name in seen:
            raise InvalidSpec(
                f'two subnets are named "{subnet.name}"', field=f"subnets.{index}.name"
            )
        seen.add(subnet.name)
    return {
        **_common(spec, owner),
        "properties": {
            "addressSpace": {"addressPrefixes": [spec.cidr]},
            "subnets": [
                {"name": subnet.name, "properties": {"addressPrefix": subnet.cidr}}
                for subnet in spec.subnets
            ],
        },
    }


def group_request(spec: NetworkSpec, owner: Ownership) -> Json:
    """The security group. Unsupported, InvalidSpec: a rule that it cannot hold."""
    rules = to_security_rules(spec.firewall_rules)
    return {**_common(spec, owner), "properties": {"securityRules": rules}}


def _common(spec: NetworkSpec, owner: Ownership) -> Json:
    return {"location": spec.region, "tags": tags_for(spec.name, spec.tags, owner, spec)}
