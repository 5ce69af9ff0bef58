"""Firewall rules to EC2 security group permissions, and back.

Security groups know no deny and no priority
(https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html). A rule's name is
kept in its Description; EC2 keeps no order, so rules read back are sorted.

A new group allows all egress. No egress rule: that stays, and is not reported as a rule. Some
egress rule: the adapter removes EC2's own, so that only what is listed may leave.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Any

from novacron.errors import InvalidSpec, Unsupported
from novacron.mapping.cidr import ANY, networks
from novacron.models.base import Model
from novacron.models.network import Action, Direction, FirewallRule, Protocol

PORTS = (0, 65535)
ALL_PORTS = " (0-65535)"
"""Sets a rule that names all ports apart from one that names none: EC2 has one form for both."""
_DESCRIPTION = re.compile(r"([a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)( \(0-65535\))?")
_RANGES = {4: ("IpRanges", "CidrIp"), 6: ("Ipv6Ranges", "CidrIpv6")}
_PROTOCOLS = {
    "-1": Protocol.ALL,
    "tcp": Protocol.TCP,
    "udp": Protocol.UDP,
    "icmp": Protocol.ICMP,
    "icmpv6": Protocol.ICMP,
    "58": Protocol.ICMP,
}


class Permissions(Model):
    """``IpPermissions`` of the two Authorize calls; empty ``egress``: leave EC2's default."""

    ingress: list[dict[str, Any]] = []
    egress: list[dict[str, Any]] = []


def to_permissions(rules: Sequence[FirewallRule]) -> Permissions:
    """One permission with one range for each rule.

    Raises:
        Unsupported: a deny or a priority, by the rule's name.
        InvalidSpec: a faulty CIDR, or two rules that EC2 sees as one.
    """
    sides: dict[Direction, list[dict[str, Any]]] = {one: [] for one in Direction}
    seen: dict[tuple[Direction, str, int | None, int | None, str], str] = {}
    for index, (rule, network) in enumerate(zip(rules, networks(rules), strict=True)):
        _refuse(index, rule)
        permission = _permission(rule, network.version)
        ports = permission.get("FromPort"), permission.get("ToPort")
        key = (rule.direction, permission["IpProtocol"], *ports, rule.cidr)
        if key in seen:
            raise InvalidSpec(
                f'rules "{seen[key]}" and "{rule.name}" are the same to a security group',
                field=f"firewall_rules.{index}",
            )
        seen[key] = rule.name
        sides[rule.direction].append(permission)
    return Permissions(ingress=sides[Direction.INGRESS], egress=sides[Direction.EGRESS])


def from_permissions(
    ingress: Sequence[Mapping[str, Any]], egress: Sequence[Mapping[str, Any]]
) -> list[FirewallRule]:
    """Rules, sorted; a rule whose Description is no name of ours is named after its content.

    Raises:
        Unsupported: a permission that is not a CIDR with one of our protocols.
    """
    rules = [rule for one in ingress for rule in _rules(Direction.INGRESS, one)]
    if not all(_is_default(one) for one in egress):
        rules += [rule for one in egress for rule in _rules(Direction.EGRESS, one)]
    return sorted(rules, key=_order)


def _refuse(index: int, rule: FirewallRule) -> None:
    if rule.action is Action.DENY:
        raise Unsupported(
            f'rule "{rule.name}" denies; security groups can only allow',
            field=f"firewall_rules.{index}.action",
            remedy="Leave it out: what no rule allows is denied.",
        )
    if rule.priority is not None:
        raise Unsupported(
            f'rule "{rule.name}" has a priority; security group rules have no order',
            field=f"firewall_rules.{index}.priority",
            remedy="Leave the priority out.",
        )


def _permission(rule: FirewallRule, version: int) -> dict[str, Any]:
    description: str = rule.name
    ports: dict[str, int] = {}
    protocol = rule.protocol.value
    if rule.protocol is Protocol.ALL:
        protocol = "-1"
    elif rule.protocol is Protocol.ICMP:
        protocol = "icmp" if version == 4 else "icmpv6"
        ports = {"FromPort": -1, "ToPort": -1}
    elif rule.from_port is None or rule.to_port is None:
        ports = dict(zip(("FromPort", "ToPort"), PORTS, strict=True))
    else:
        ports = {"FromPort": rule.from_port, "ToPort": rule.to_port}
        description += ALL_PORTS if (rule.from_port, rule.to_port) == PORTS else ""
    ranges, cidr = _RANGES[version]
    return {
        "IpProtocol": protocol,
        **ports,
        ranges: [{cidr: rule.cidr, "Description": description}],
    }


def _rules(direction: Direction, permission: Mapping[str, Any]) -> list[FirewallRule]:
    for other in ("UserIdGroupPairs", "PrefixListIds"):
        if permission.get(other):
            raise Unsupported(f"an {direction.value} permission names {other}, not a CIDR")
    native = permission["IpProtocol"]
    if native not in _PROTOCOLS:
        raise Unsupported(f"an {direction.value} permission has protocol {native}")
    protocol = _PROTOCOLS[native]
    first, last = permission.get("FromPort", -1), permission.get("ToPort", -1)
    if protocol is Protocol.ICMP and (first, last) != (-1, -1):
        raise Unsupported(f"an {direction.value} permission has ICMP type {first}, code {last}")
    found = []
    for version, (ranges, cidr) in _RANGES.items():
        for one in permission.get(ranges, []):
            if protocol is Protocol.ICMP and (native == "icmp") != (version == 4):
                raise Unsupported(f"{native} for {one[cidr]} cannot be expressed")
            has_ports = protocol in (Protocol.TCP, Protocol.UDP)
            ports = (first, last) if has_ports else None
            found.append(_rule(direction, protocol, ports, one[cidr], one.get("Description", "")))
    return found


def _rule(
    direction: Direction,
    protocol: Protocol,
    ports: tuple[int, int] | None,
    cidr: str,
    description: str,
) -> FirewallRule:
    cidr = str(ipaddress.ip_network(cidr, strict=False))
    match = _DESCRIPTION.fullmatch(description)
    if ports in (PORTS, (-1, -1)) and not (match and match[2]):
        ports = None
    content = "-".join([protocol.value, *(str(port) for port in ports or ()), cidr])
    return FirewallRule(
        name=match[1] if match else re.sub(r"[^a-z0-9-]", "-", content),
        direction=direction,
        protocol=protocol,
        from_port=ports[0] if ports else None,
        to_port=ports[1] if ports else None,
        cidr=cidr,
    )


def _is_default(permission: Mapping[str, Any]) -> bool:
    """Whether it is what EC2 puts into a new group: everything, without a Description."""
    if permission["IpProtocol"] != "-1" or permission.get("UserIdGroupPairs"):
        return False
    if permission.get("PrefixListIds"):
        return False
    return all(
        one[cidr] == ANY[version] and not one.get("Description")
        for version, (ranges, cidr) in _RANGES.items()
        for one in permission.get(ranges, [])
    )


def _order(rule: FirewallRule) -> tuple[bool, str, str, int, int, str]:
    first, last = rule.from_port, rule.to_port
    return (
        rule.direction is Direction.EGRESS,
        rule.name,
        rule.protocol.value,
        -1 if first is None else first,
        -1 if last is None else last,
        rule.cidr,
    )
