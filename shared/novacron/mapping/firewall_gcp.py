"""Firewall rules to VPC firewall rules, and back.

https://cloud.google.com/vpc/docs/firewalls: one rule each, for the instances with the network's
tag; its description keeps our rule's name, place and priority. Google's implied rules, ingress
denied and egress allowed, come last at 65535; at the same priority a deny wins. So 65535 is for
the two rules that close egress where a rule of ours speaks of it, 65534 for rules without a
priority, and those with one come before, squeezed together where theirs is as high as these.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from typing import Any

from novacron.mapping.cidr import ANY, networks
from novacron.models.base import Model
from novacron.models.network import Action, Direction, FirewallRule, Protocol

NO_PRIORITY, LAST = 65534, 65535
KEY = "novacron"
_RANGES = {Direction.INGRESS: "source_ranges", Direction.EGRESS: "destination_ranges"}
_ICMP = {4: "icmp", 6: "58"}
_PROTOCOLS = {"tcp": Protocol.TCP, "udp": Protocol.UDP, "icmp": Protocol.ICMP, "58": Protocol.ICMP}
_PROTOCOLS["all"] = Protocol.ALL


class NativeRule(Model):
    """``part`` names it within its network; ``body`` is a Firewall without name and network."""

    part: str
    body: dict[str, Any]


def to_firewalls(rules: Sequence[FirewallRule], tag: str) -> list[NativeRule]:
    """InvalidSpec: a CIDR that is not in its canonical form, by the rule's name."""
    places = _places(rules)
    found = [
        NativeRule(part=f"{rule.name}-{index}", body=_body(index, rule, block.version, places, tag))
        for index, (rule, block) in enumerate(zip(rules, networks(rules), strict=True))
    ]
    if any(rule.direction is Direction.EGRESS for rule in rules):
        found += [_closing(version, tag) for version in ANY]
    return found


def from_firewalls(firewalls: Sequence[Any]) -> list[FirewallRule]:
    """Our rules in their order, from objects with a Firewall's attributes. What others added, and
    the closing rules, are left out."""
    read = [(kept, one) for one in firewalls if (kept := _kept(one.description)) is not None]
    return [_rule(kept, one) for kept, one in sorted(read, key=lambda pair: pair[0]["index"])]


def _places(rules: Sequence[FirewallRule]) -> dict[int | None, int]:
    """Our priorities -> Google's: the same where there is room, in the same order always."""
    places: dict[int | None, int] = {None: NO_PRIORITY}
    free = NO_PRIORITY - 1
    for priority in sorted({r.priority for r in rules if r.priority is not None}, reverse=True):
        places[priority] = min(priority, free)
        free = places[priority] - 1
    return places


def _body(
    index: int, rule: FirewallRule, version: int, places: dict[int | None, int], tag: str
) -> dict[str, Any]:
    protocol = _ICMP[version] if rule.protocol is Protocol.ICMP else rule.protocol.value
    match: dict[str, Any] = {"I_p_protocol": protocol}
    if rule.from_port is not None:
        match["ports"] = [f"{rule.from_port}-{rule.to_port}"]
    kept = {"rule": rule.name, "index": index, "priority": rule.priority}
    return {
        "description": json.dumps({KEY: kept}),
        "direction": rule.direction.value.upper(),
        "priority": places[rule.priority],
        "target_tags": [tag],
        _RANGES[rule.direction]: [rule.cidr],
        "allowed" if rule.action is Action.ALLOW else "denied": [match],
    }


def _closing(version: int, tag: str) -> NativeRule:
    """What no egress rule allows may not leave."""
    body = {
        "description": "NovaCron: only what a rule allows may leave.",
        "direction": "EGRESS",
        "priority": LAST,
        "target_tags": [tag],
        "destination_ranges": [ANY[version]],
        "denied": [{"I_p_protocol": "all"}],
    }
    return NativeRule(part=f"closed-{version}", body=body)


def _kept(description: str) -> dict[str, Any] | None:
    try:
        found = json.loads(description)[KEY]
    except (ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, dict) and {"rule", "index"} <= found.keys() else None


def _rule(kept: dict[str, Any], native: Any) -> FirewallRule:
    direction = Direction(native.direction.lower())
    action = Action.ALLOW if native.allowed else Action.DENY
    (match,) = native.allowed or native.denied
    (cidr,) = getattr(native, _RANGES[direction])
    ports = [int(port) for port in match.ports[0].split("-")] if match.ports else []
    return FirewallRule(
        name=kept["rule"],
        direction=direction,
        action=action,
        protocol=_PROTOCOLS[match.I_p_protocol],
        from_port=ports[0] if ports else None,
        to_port=ports[-1] if ports else None,
        cidr=str(ipaddress.ip_network(cidr)),
        priority=kept.get("priority"),
    )
