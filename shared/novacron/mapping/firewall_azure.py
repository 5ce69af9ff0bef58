"""Firewall rules to the security rules of a network security group, and back.

https://learn.microsoft.com/en-us/azure/virtual-network/network-security-groups-overview

A group tracks connections, so that replies pass. Its own default rules let everything in that
comes from the network and from load balancers; a closing rule of the last priority forbids that,
and another what leaves, where any rule for egress exists. A rule's priority is Azure's own;
rules without one get the next numbers after all that have one, and a mark in their description.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from novacron.errors import InvalidSpec, Unsupported
from novacron.mapping.cidr import networks
from novacron.models.network import Action, Direction, FirewallRule, Protocol

FIRST, LAST = 100, 4096
"""Priorities of rules; the last is kept for the closing ones."""
UNORDERED = "novacron: no priority"
CLOSING = "novacron: what no rule allows"
_NAME = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_DIRECTIONS = {Direction.INGRESS: "Inbound", Direction.EGRESS: "Outbound"}
_ACTIONS = {Action.ALLOW: "Allow", Action.DENY: "Deny"}
_PROTOCOLS = {
    Protocol.TCP: "Tcp",
    Protocol.UDP: "Udp",
    Protocol.ICMP: "Icmp",
    Protocol.ALL: "*",
}
# No letter of ours is a capital, so that no rule of a user has this name.
_CLOSING_NAMES = {Direction.INGRESS: "CloseInbound", Direction.EGRESS: "CloseOutbound"}


def to_security_rules(rules: Sequence[FirewallRule]) -> list[dict[str, Any]]:
    """The group's ``securityRules``.

    Raises:
        Unsupported: a priority that Azure does not have, too many rules, ICMP over IPv6.
        InvalidSpec: a faulty CIDR, a name or a priority used twice.
    """
    _check_names(rules)
    priorities = _priorities(rules)
    found = []
    for index, (rule, network) in enumerate(zip(rules, networks(rules), strict=True)):
        if rule.protocol is Protocol.ICMP and network.version == 6:
            # https://learn.microsoft.com/en-us/azure/virtual-network/ip-services/ipv6-overview#limitations
            raise Unsupported(
                f'rule "{rule.name}": security groups know no ICMP over IPv6',
                field=f"firewall_rules.{index}.protocol",
            )
        found.append(_security_rule(rule, priorities[index]))
    used = {Direction.INGRESS, *(rule.direction for rule in rules)}
    return found + [_closing(direction) for direction in Direction if direction in used]


def from_security_rules(native: Iterable[Mapping[str, Any]]) -> list[FirewallRule]:
    """Rules by direction and priority. What others added and no rule of ours can say is left
    out: one such rule must not hide every network from its tenant."""
    kept = [one for one in native if one["name"] not in _CLOSING_NAMES.values()]
    kept.sort(key=lambda one: (one["properties"]["direction"], one["properties"]["priority"]))
    return [rule for one in kept if (rule := _rule(one)) is not None]


def _check_names(rules: Sequence[FirewallRule]) -> None:
    seen: set[str] = set()
    for index, rule in enumerate(rules):
        if rule.name in seen:
            raise InvalidSpec(
                f'two rules are named "{rule.name}"', field=f"firewall_rules.{index}.name"
            )
        seen.add(rule.name)


def _priorities(rules: Sequence[FirewallRule]) -> list[int]:
    found = [0] * len(rules)
    for direction in Direction:
        taken: dict[int, str] = {}
        mine = [(n, rule) for n, rule in enumerate(rules) if rule.direction is direction]
        for n, rule in mine:
            if rule.priority is not None:
                found[n] = _given(n, rule, rule.priority, taken)
        following = max(taken, default=FIRST - 1) + 1
        for n, rule in mine:
            if rule.priority is None:
                if following >= LAST:
                    raise Unsupported(
                        f'rule "{rule.name}" comes after priority {LAST - 1}, Azure\'s last',
                        field=f"firewall_rules.{n}.priority",
                        remedy="Give the other rules lower priorities.",
                    )
                found[n] = following
                following += 1
    return found


def _given(index: int, rule: FirewallRule, priority: int, taken: dict[int, str]) -> int:
    field = f"firewall_rules.{index}.priority"
    if not FIRST <= priority < LAST:
        raise Unsupported(
            f'rule "{rule.name}" has priority {priority}; Azure has {FIRST} to {LAST - 1}',
            field=field,
        )
    if priority in taken:
        raise InvalidSpec(
            f'rules "{taken[priority]}" and "{rule.name}" have the same priority', field=field
        )
    taken[priority] = rule.name
    return priority


def _security_rule(rule: FirewallRule, priority: int) -> dict[str, Any]:
    ports = "*" if rule.from_port is None else f"{rule.from_port}-{rule.to_port}"
    inbound = rule.direction is Direction.INGRESS
    properties = {
        "priority": priority,
        "direction": _DIRECTIONS[rule.direction],
        "access": _ACTIONS[rule.action],
        "protocol": _PROTOCOLS[rule.protocol],
        "sourceAddressPrefix": rule.cidr if inbound else "*",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*" if inbound else rule.cidr,
        "destinationPortRange": ports,
    }
    if rule.priority is None:
        properties["description"] = UNORDERED
    return {"name": rule.name, "properties": properties}


def _closing(direction: Direction) -> dict[str, Any]:
    properties = {
        "priority": LAST,
        "direction": _DIRECTIONS[direction],
        "access": "Deny",
        "protocol": "*",
        "sourceAddressPrefix": "*",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "*",
        "description": CLOSING,
    }
    return {"name": _CLOSING_NAMES[direction], "properties": properties}


def _rule(native: Mapping[str, Any]) -> FirewallRule | None:
    told = native["properties"]
    directions = {native_name: ours for ours, native_name in _DIRECTIONS.items()}
    protocols = {native_name.lower(): ours for ours, native_name in _PROTOCOLS.items()}
    direction = directions[told["direction"]]
    protocol = protocols.get(str(told["protocol"]).lower())
    ends = ("sourceAddressPrefix", "destinationAddressPrefix")
    near, far = ends if direction is Direction.EGRESS else ends[::-1]
    plain = (told.get(near), told.get("sourcePortRange")) == ("*", "*")
    cidr = "0.0.0.0/0" if told.get(far) == "*" else str(told.get(far))
    ports = re.fullmatch(r"(\d+)(?:-(\d+))?|\*", str(told.get("destinationPortRange")))
    if protocol is None or not plain or ports is None or "/" not in cidr:
        return None
    if ports[1] and protocol not in (Protocol.TCP, Protocol.UDP):
        return None
    name = native["name"]
    return FirewallRule(
        name=name if _NAME.fullmatch(name) else f"rule-{told['priority']}",
        direction=direction,
        action=Action.ALLOW if told["access"] == "Allow" else Action.DENY,
        protocol=protocol,
        from_port=int(ports[1]) if ports[1] else None,
        to_port=int(ports[2] or ports[1]) if ports[1] else None,
        cidr=cidr,
        priority=None if told.get("description") == UNORDERED else told["priority"],
    )
