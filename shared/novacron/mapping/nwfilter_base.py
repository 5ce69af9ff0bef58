"""What every NovaCron nwfilter holds beside the user's rules, so that it acts as a cloud firewall.

Replies are allowed, what no rule allows is dropped, and what clouds never filter stays open: DHCP
and IPv6 neighbour discovery (RFC 4861), without which a guest has no address. ARP is not IP and
is not touched by these rules.

libvirt orders rules by priority, -1000 to 1000, lowest first
(https://libvirt.org/formatnwfilter.html#filter-chain-priorities). Ours sit at the ends.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

from novacron.models.network import Direction

FIRST = -1000
LAST = 1000
MARK = "novacron:"
"""Starts the comment of each of these rules; no rule name can hold a colon."""
NATIVE_DIRECTION = {Direction.INGRESS: "in", Direction.EGRESS: "out"}
_NEIGHBOUR_DISCOVERY = (133, 134, 135, 136)


def base_rules(has_egress: bool) -> list[ET.Element]:
    """``has_egress``: whether the user has egress rules; without one, all egress is allowed."""
    rules = []
    for direction in ("in", "out"):
        for protocol in ("all", "all-ipv6"):
            match = {"state": "ESTABLISHED,RELATED"}
            rules.append(_rule("accept", direction, FIRST, protocol, "replies", match))
        rules += _address_configuration(direction)
    for direction in ("in", "out"):
        action = "drop" if direction == "in" or has_egress else "accept"
        for protocol in ("all", "all-ipv6"):
            rules.append(_rule(action, direction, LAST, protocol, "default", {}))
    return rules


def _address_configuration(direction: str) -> list[ET.Element]:
    """DHCP's reply to a broadcast belongs to no connection, so "replies" does not cover it."""
    found = []
    for protocol, server, client in (("udp", "67", "68"), ("udp-ipv6", "547", "546")):
        source, target = (server, client) if direction == "in" else (client, server)
        ports = {"srcportstart": source, "dstportstart": target}
        found.append(_rule("accept", direction, FIRST, protocol, "dhcp", ports))
    for kind in _NEIGHBOUR_DISCOVERY:
        match = {"type": str(kind)}
        found.append(_rule("accept", direction, FIRST, "icmpv6", "neighbours", match))
    return found


def _rule(
    action: str, direction: str, priority: int, protocol: str, comment: str, match: dict[str, str]
) -> ET.Element:
    return rule_element(
        action, direction, priority, protocol, {**match, "comment": f"{MARK}{comment}"}
    )


def rule_element(
    action: str, direction: str, priority: int, protocol: str, match: dict[str, str]
) -> ET.Element:
    rule = ET.Element("rule", action=action, direction=direction, priority=str(priority))
    # Matching of replies is spelled out; libvirt's own would open the other direction as well.
    rule.set("statematch", "false")
    ET.SubElement(rule, protocol, match)
    return rule
