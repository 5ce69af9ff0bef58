"""Cloud DNS v1: managed zones, record sets, and changes that are pending for a while.

https://cloud.google.com/dns/docs/reference/rest/v1/changes/create
"""

from __future__ import annotations

import re

from .errors import GoogleError, not_found
from .project import LocalProject
from .routes import route
from .rules import timestamp
from .store import Body
from .wire import Call

_NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")


@route("managedZones.create")
def create(project: LocalProject, call: Call) -> Body:
    name, domain = call.body.get("name", ""), call.body.get("dnsName", "")
    if not _NAME.fullmatch(name) or not domain.endswith(".") or domain == ".":
        raise GoogleError(400, "invalid", f"Invalid value for 'entity.managedZone': '{name}'")
    if name in project.zones:
        message = f"The resource 'entity.managedZone' named '{name}' already exists"
        raise GoogleError(409, "alreadyExists", message)
    shown = {
        "kind": "dns#managedZone",
        "id": str(len(project.zones) + 1),
        "creationTime": timestamp(project.clock.now()),
        "visibility": "public",
        "nameServers": ["ns-cloud-a1.googledomains.invalid."],
    }
    zone: Body = {**call.body, **shown}
    project.zones[name] = {"zone": zone, "sets": [], "changes": []}
    return zone


@route("managedZones.get")
def get(project: LocalProject, call: Call) -> Body:
    body: Body = _zone(project, call)["zone"]
    return body


@route("resourceRecordSets.list")
def sets(project: LocalProject, call: Call) -> Body:
    kind, name = call.params.get("type"), call.params.get("name")
    if kind and not name:
        raise GoogleError(400, "required", "The 'name' parameter is required with 'type'.")
    found = [
        one
        for one in _zone(project, call)["sets"]
        if name in (None, one["name"]) and kind in (None, one["type"])
    ]
    return {"kind": "dns#resourceRecordSetsListResponse", "rrsets": found}


@route("changes.create")
def change(project: LocalProject, call: Call) -> Body:
    """All of it or nothing: what is deleted must be as it is said, what is added must be new."""
    zone = _zone(project, call)
    left = list(zone["sets"])
    for one in call.body.get("deletions", []):
        if (wanted := _shown(one)) not in left:
            message = f"Precondition not met for 'entity.change.deletions[{one['name']}]'"
            raise GoogleError(412, "conditionNotMet", message)
        left.remove(wanted)
    for one in call.body.get("additions", []):
        _check(zone, one)
        if any(_place(one) == _place(other) for other in left):
            message = f"The resource 'entity.change.additions[{one['name']}]' already exists"
            raise GoogleError(409, "alreadyExists", message)
        left.append(_shown(one))
    zone["sets"] = left
    made = {
        **{name: [_shown(one) for one in call.body.get(name, [])] for name in _PARTS},
        "kind": "dns#change",
        "id": str(len(zone["changes"]) + 1),
        "startTime": timestamp(project.clock.now()),
        "status": "pending",
    }
    zone["changes"].append({"body": made, "looks": 0})
    return made


@route("changes.get")
def look(project: LocalProject, call: Call) -> Body:
    """Done after as many looks as any operation of the project takes."""
    changes = _zone(project, call)["changes"]
    number = int(call.params["changeId"]) if call.params["changeId"].isdigit() else 0
    if not 0 < number <= len(changes):
        raise not_found(call.params["changeId"])
    found = changes[number - 1]
    found["looks"] += 1
    if found["looks"] > project.switches.transition_describes:
        found["body"] = {**found["body"], "status": "done"}
    body: Body = found["body"]
    return body


_PARTS = ("additions", "deletions")


def _zone(project: LocalProject, call: Call) -> Body:
    name = call.params["managedZone"]
    if name not in project.zones:
        message = f"The 'parameters.managedZone' resource named '{name}' does not exist."
        raise GoogleError(404, "notFound", message)
    return project.zones[name]


def _check(zone: Body, one: Body) -> None:
    name, domain = one.get("name", ""), zone["zone"]["dnsName"]
    if name != domain and not name.endswith(f".{domain}"):
        raise GoogleError(400, "invalid", f"Invalid value for 'entity.change.additions': '{name}'")
    if not one.get("rrdatas") or not isinstance(one.get("ttl"), int):
        raise GoogleError(400, "required", "Records need 'rrdatas' and 'ttl'.")


def _place(one: Body) -> tuple[str, str]:
    return one["name"], one["type"]


def _shown(one: Body) -> Body:
    return {"kind": "dns#resourceRecordSet", **one}
