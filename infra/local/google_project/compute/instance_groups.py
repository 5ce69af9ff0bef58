"""Unmanaged instance groups: https://cloud.google.com/compute/docs/instance-groups/creating-groups-of-unmanaged-instances"""

from __future__ import annotations

from ..errors import GoogleError
from ..project import LocalProject
from ..routes import ROUTES, route
from ..store import Body, link
from ..wire import Call
from .balancing import check_unused
from .generic import deleting, new_body, offer, target
from .kinds import INSTANCE_GROUPS, INSTANCES

offer(INSTANCE_GROUPS)
ROUTES["instanceGroups.delete"] = deleting(INSTANCE_GROUPS, check_unused, None)


@route("instanceGroups.insert")
def insert(project: LocalProject, call: Call) -> Body:
    path, body = new_body(project, call, INSTANCE_GROUPS)
    project.store.items[path] = body | {"size": 0}
    return project.operations.start(call, "insert", path, undo="remove")


@route("instanceGroups.addInstances", "instanceGroups.removeInstances")
def change(project: LocalProject, call: Call) -> Body:
    """At once: of what is in a group the size alone is told."""
    path, field = target(project, call, INSTANCE_GROUPS), "instances.instance"
    project.operations.check_ready(path)
    members = project.endpoints.setdefault(path, [])
    kind = call.operation.partition(".")[2]
    for asked in call.body.get("instances", []):
        one = {"instance": link(project.store.refer(asked["instance"], INSTANCES, field))}
        if (one in members) is (kind == "addInstances"):
            raise GoogleError(400, "memberAlreadyExists" if one in members else "invalid", str(one))
        (members.append if kind == "addInstances" else members.remove)(one)
    project.store.items[path]["size"] = len(members)
    return project.operations.start(call, kind, path)
