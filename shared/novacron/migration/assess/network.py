"""Subnet, firewalls and addresses at the target."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from novacron.migration.assess.codes import blocker, info, warning
from novacron.migration.assess.facts import Facts
from novacron.models.account import ProviderType
from novacron.models.assessment import Check
from novacron.models.network import Subnet

LISTS_ALL = frozenset({ProviderType.AWS, ProviderType.AZURE, ProviderType.MEMORY})
"""Elsewhere only networks made here are listed: another may be there all the same."""
_LIST = "`novacron network list` shows what is there."
RESERVED_LOW, RESERVED_HIGH = 4, 1
"""Addresses at a subnet's ends that the clouds keep, at most: AWS and Azure keep the first four
and the last (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html)."""


def network_checks(facts: Facts) -> list[Check]:
    found = [*_firewalls(facts), *_renumbered(facts)]
    spec = facts.spec
    if spec.subnet_id is None:
        told = "The provider's default network is taken"
        told += ", whose addresses are not known." if spec.private_ip else "."
        found.append(info("network.unspecified", told, "Give spec.subnet_id."))
        return found
    if "networks" in facts.failures:
        error = facts.failures["networks"]
        found.append(blocker("target.unreachable", error.detail, error.remedy))
        return found
    subnets = {subnet.id: subnet for net in facts.networks for subnet in net.subnets}
    subnet = subnets.get(spec.subnet_id)
    if subnet is None:
        give = blocker if facts.target.type in LISTS_ALL else warning
        told = f"There is no subnet {spec.subnet_id!r} in {spec.region}."
        return [*found, give("network.subnet", told, _LIST)]
    return [*found, *_in_subnet(facts, subnet)]


def _in_subnet(facts: Facts, subnet: Subnet) -> list[Check]:
    spec = facts.spec
    found = []
    if spec.zone and subnet.zone and spec.zone != subnet.zone:
        told = f"{subnet.id} is in {subnet.zone}, the VM is to be in {spec.zone}."
        found.append(blocker("network.zone", told, "Take a subnet of that zone."))
    if spec.private_ip is not None and not _usable(spec.private_ip, subnet.cidr):
        told = f"{spec.private_ip} is no address that a VM can have in {subnet.cidr}."
        found.append(blocker("network.address", told, "Take another, or leave it out."))
    return found


def _usable(address: str, cidr: str) -> bool:
    net = ip_network(cidr, strict=False)
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if found not in net:
        return False
    place = int(found) - int(net.network_address)
    return RESERVED_LOW <= place < net.num_addresses - RESERVED_HIGH


def _firewalls(facts: Facts) -> list[Check]:
    if "networks" in facts.failures:
        return []
    known = {one.firewall_id for one in facts.networks}
    missing = [one for one in facts.spec.firewall_ids if one not in known]
    return [
        warning("network.firewall", f"No network there has the firewall {one!r}.", _LIST)
        for one in missing
    ]


def _renumbered(facts: Facts) -> list[Check]:
    if facts.vm is None:
        return []
    kept = {facts.spec.private_ip}
    lost = [one for one in [*facts.vm.private_ips, *facts.vm.public_ips] if one not in kept]
    if not lost:
        return []
    told = f"{', '.join(lost)} stay behind."
    return [warning("network.renumbered", told, "Point DNS names and peers to the new ones.")]
