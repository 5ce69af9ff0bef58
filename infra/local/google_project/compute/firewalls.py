"""Firewall rules: https://cloud.google.com/vpc/docs/firewalls#firewall_rule_components"""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Any

from ..errors import GoogleError, invalid
from ..project import LocalProject
from ..routes import ROUTES, route
from ..rules import NAME
from ..store import Body, link
from ..wire import Call
from .generic import deleting, new_body, offer, target
from .kinds import FIREWALLS, NETWORKS

offer(FIREWALLS)
_PROTOCOLS = {"tcp", "udp", "icmp", "esp", "ah", "sctp", "ipip", "all"}
_WITH_PORTS = {"tcp", "udp", "sctp", "6", "17", "132"}
_FIELDS = (
    "allowed",
    "denied",
    "description",
    "destinationRanges",
    "disabled",
    "priority",
    "sourceRanges",
    "sourceTags",
    "targetTags",
)


@route("firewalls.insert")
def insert(project: LocalProject, call: Call) -> Body:
    path, body = new_body(project, call, FIREWALLS)
    asked = call.body.get("network", "global/networks/default")
    network = project.store.refer(asked, NETWORKS, "resource.network")
    project.operations.check_ready(network)
    body |= {
        "network": link(network),
        "direction": call.body.get("direction", "INGRESS"),
        "priority": 1000,
        "disabled": False,
        "logConfig": {"enable": False},
    }
    body |= {name: call.body[name] for name in _FIELDS if name in call.body}
    _check(body)
    project.store.items[path] = body
    return project.operations.start(call, "insert", path, undo="remove")


@route("firewalls.patch")
def patch(project: LocalProject, call: Call) -> Body:
    """Fields that are given replace what is there; network and direction stay."""
    path = target(project, call, FIREWALLS)
    body = project.store.get(path)
    project.operations.check_ready(path)
    if call.body.get("direction", body["direction"]) != body["direction"]:
        raise invalid("resource.direction", call.body["direction"], "Direction cannot be changed.")
    changed = body | {name: call.body[name] for name in _FIELDS if name in call.body}
    _check(changed)
    project.store.items[path] = changed
    return project.operations.start(call, "patch", path)


def _check(body: Body) -> None:
    """Raises invalid."""
    if bool(body.get("allowed")) == bool(body.get("denied")):
        raise invalid("resource.allowed", "", "Exactly one of allowed and denied must be given.")
    if not 0 <= body["priority"] <= 65535:
        raise invalid("resource.priority", body["priority"], "Must be between 0 and 65535.")
    _fill_ranges(body)
    for field in ("sourceRanges", "destinationRanges"):
        for text in body.get(field, []):
            _check_range(f"resource.{field}", text)
    for field in ("sourceTags", "targetTags"):
        for tag in body.get(field, []):
            if not re.fullmatch(NAME, tag):
                raise invalid(f"resource.{field}", tag, f"Must be a match of regex '{NAME}'")
    for rule in body.get("allowed") or body["denied"]:
        _check_rule(rule)


def _fill_ranges(body: Body) -> None:
    """A rule without sources, or an EGRESS one without destinations, means all of them."""
    ingress = body["direction"] == "INGRESS"
    if not ingress and (body.get("sourceRanges") or body.get("sourceTags")):
        raise invalid("resource.sourceRanges", "", "An EGRESS rule has no sources.")
    if ingress and not (body.get("sourceRanges") or body.get("sourceTags")):
        body["sourceRanges"] = ["0.0.0.0/0"]
    if not ingress and not body.get("destinationRanges"):
        body["destinationRanges"] = ["0.0.0.0/0"]


def _check_range(field: str, text: str) -> None:
    try:
        ip_network(text)
    except ValueError as e:
        raise invalid(field, text, f"Must be a CIDR address range. {e}") from e


def _check_rule(rule: dict[str, Any]) -> None:
    protocol = rule.get("IPProtocol", "")
    number = protocol.isdigit() and int(protocol) <= 255
    if protocol.lower() not in _PROTOCOLS and not number:
        raise invalid("resource.allowed[0].IPProtocol", protocol, "Unknown protocol.")
    for ports in rule.get("ports", []):
        if protocol.lower() not in _WITH_PORTS:
            raise GoogleError(
                400, "invalid", f"Ports may not be specified with protocol '{protocol}'."
            )
        first, _, last = ports.partition("-")
        bounds = [int(p) if p.isdigit() else -1 for p in (first, last or first)]
        if not 0 <= bounds[0] <= bounds[1] <= 65535:
            raise invalid("resource.allowed[0].ports", ports, "Must be a port or a range of ports.")


ROUTES["firewalls.delete"] = deleting(FIREWALLS, lambda *_: None, None)
