"""Firewall rules to a libvirt nwfilter, and back (https://libvirt.org/formatnwfilter.html).

A rule's priority is the native one: 0 to 998. A rule without comes after all that have one, at
999, and ``nwfilter_base`` holds what surrounds the rules. A rule's name is its comment.
"""

from __future__ import annotations

import ipaddress
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence

from novacron.errors import InvalidSpec, Unsupported
from novacron.mapping.cidr import ANY, Network, networks
from novacron.mapping.nwfilter_base import MARK, NATIVE_DIRECTION, base_rules, rule_element
from novacron.models.network import Action, Direction, FirewallRule, Protocol

NO_PRIORITY = 999
_NAME = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_ACTIONS = {Action.ALLOW: "accept", Action.DENY: "drop"}
_ELEMENTS = {
    (Protocol.TCP, 4): "tcp",
    (Protocol.TCP, 6): "tcp-ipv6",
    (Protocol.UDP, 4): "udp",
    (Protocol.UDP, 6): "udp-ipv6",
    (Protocol.ICMP, 4): "icmp",
    (Protocol.ICMP, 6): "icmpv6",
    (Protocol.ALL, 4): "all",
    (Protocol.ALL, 6): "all-ipv6",
}
_FROM_ACTION = {native: ours for ours, native in _ACTIONS.items()}
_FROM_DIRECTION = {native: ours for ours, native in NATIVE_DIRECTION.items()}
_FROM_ELEMENT = {native: ours for ours, native in _ELEMENTS.items()}


def to_nwfilter(filter_name: str, rules: Sequence[FirewallRule], uuid: str | None = None) -> str:
    """The filter's XML; ``uuid`` is the one of the filter to replace.

    Raises:
        Unsupported: a priority above 998.
        InvalidSpec: a faulty CIDR, or an allow and a deny that meet at one priority, which libvirt
            puts in no order.
    """
    blocks = networks(rules)
    _refuse_ties(rules, blocks)
    root = ET.Element("filter", name=filter_name, chain="root")
    if uuid is not None:
        ET.SubElement(root, "uuid").text = uuid
    for index, (rule, block) in enumerate(zip(rules, blocks, strict=True)):
        root.append(_element(index, rule, block))
    root.extend(base_rules(any(rule.direction is Direction.EGRESS for rule in rules)))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode")


def from_nwfilter(xml: str) -> list[FirewallRule]:
    """The user's rules, in the filter's order.

    Raises:
        Unsupported: something that ``to_nwfilter`` does not write; the detail names it.
    """
    root = ET.fromstring(xml)  # noqa: S314  # from libvirtd, which wrote it
    for child in root:
        if child.tag not in ("uuid", "rule"):
            raise Unsupported(f"the filter holds a <{child.tag}>")
    elements = root.findall("rule")
    rules = [_rule(one) for one in elements if not _is_base(one)]
    expected = base_rules(any(rule.direction is Direction.EGRESS for rule in rules))
    found = [one for one in elements if _is_base(one)]
    if sorted(map(_signature, found)) != sorted(map(_signature, expected)):
        raise Unsupported("the filter lacks the rules that NovaCron puts around a user's rules")
    return rules


def _element(index: int, rule: FirewallRule, block: Network) -> ET.Element:
    if rule.priority is not None and rule.priority >= NO_PRIORITY:
        raise Unsupported(
            f'rule "{rule.name}" has priority {rule.priority}; libvirt has room for 0 to '
            f"{NO_PRIORITY - 1}",
            field=f"firewall_rules.{index}.priority",
        )
    match: dict[str, str] = {}
    if rule.cidr != ANY[block.version]:
        side = _side(rule.direction)
        match[f"{side}ipaddr"] = str(block.network_address)
        match[f"{side}ipmask"] = str(block.prefixlen)
    if rule.from_port is not None:
        match["dstportstart"] = str(rule.from_port)
        match["dstportend"] = str(rule.to_port)
    if rule.action is Action.ALLOW:
        match["state"] = "NEW"
    match["comment"] = rule.name
    return rule_element(
        _ACTIONS[rule.action],
        NATIVE_DIRECTION[rule.direction],
        NO_PRIORITY if rule.priority is None else rule.priority,
        _ELEMENTS[rule.protocol, block.version],
        match,
    )


def _rule(element: ET.Element) -> FirewallRule:
    action, direction = element.get("action", ""), element.get("direction", "")
    priority = int(element.get("priority", "500"))
    body = element[0] if len(element) == 1 else None
    if body is None or body.tag not in _FROM_ELEMENT:
        raise Unsupported(f"a rule matches {', '.join(f'<{one.tag}>' for one in element)}")
    if action not in _FROM_ACTION or direction not in _FROM_DIRECTION:
        raise Unsupported(f"a rule has action {action} and direction {direction}")
    if not 0 <= priority <= NO_PRIORITY:
        raise Unsupported(f"a rule has priority {priority}")
    protocol, version = _FROM_ELEMENT[body.tag]
    match = dict(body.attrib)
    side = _side(_FROM_DIRECTION[direction])
    first, last = match.pop("dstportstart", None), match.pop("dstportend", None)
    cidr = _cidr(version, match.pop(f"{side}ipaddr", None), match.pop(f"{side}ipmask", None))
    name, state = match.pop("comment", ""), match.pop("state", None)
    if match or not _NAME.fullmatch(name) or (state != "NEW" and action == "accept"):
        raise Unsupported(f"a rule was not written by NovaCron: {ET.tostring(element, 'unicode')}")
    return FirewallRule(
        name=name,
        direction=_FROM_DIRECTION[direction],
        action=_FROM_ACTION[action],
        protocol=protocol,
        from_port=None if first is None else int(first),
        to_port=_last_port(first, last),
        cidr=cidr,
        priority=None if priority == NO_PRIORITY else priority,
    )


def _side(direction: Direction) -> str:
    return "src" if direction is Direction.INGRESS else "dst"


def _last_port(first: str | None, last: str | None) -> int | None:
    """libvirt takes a lone start as a range of one."""
    port = last if last is not None else first
    return None if port is None else int(port)


def _cidr(version: int, address: str | None, mask: str | None) -> str:
    if address is None:
        return ANY[version]
    return str(ipaddress.ip_network(f"{address}/{mask}" if mask is not None else address))


def _is_base(element: ET.Element) -> bool:
    return len(element) == 1 and element[0].get("comment", "").startswith(MARK)


def _signature(element: ET.Element) -> tuple[str, ...]:
    attributes: Mapping[str, str] = {**element.attrib, **element[0].attrib}
    return (element[0].tag, *(f"{key}={attributes[key]}" for key in sorted(attributes)))


def _refuse_ties(rules: Sequence[FirewallRule], blocks: Sequence[Network]) -> None:
    for index, rule in enumerate(rules):
        for other, earlier in enumerate(rules[:index]):
            if (
                earlier.direction is rule.direction
                and earlier.action is not rule.action
                and earlier.priority == rule.priority
                and _meet(earlier, blocks[other], rule, blocks[index])
            ):
                raise InvalidSpec(
                    f'rules "{earlier.name}" and "{rule.name}" disagree at the same priority',
                    field=f"firewall_rules.{index}.priority",
                    remedy="Give the one that shall win the lower priority.",
                )


def _meet(one: FirewallRule, block: Network, two: FirewallRule, other: Network) -> bool:
    """Whether some packet fits both."""
    if block.version != other.version or not block.overlaps(other):
        return False
    if Protocol.ALL in (one.protocol, two.protocol):
        return True
    if one.protocol is not two.protocol:
        return False
    if one.from_port is None or two.from_port is None or one.to_port is None or two.to_port is None:
        return True
    return one.from_port <= two.to_port and two.from_port <= one.to_port
