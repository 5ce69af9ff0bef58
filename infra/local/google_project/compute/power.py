"""Instances: start, stop, reset, suspend, resume.

https://cloud.google.com/compute/docs/instances/instance-lifecycle
"""

from __future__ import annotations

from typing import Any

from ..catalog import ZONES
from ..errors import GoogleError, not_ready
from ..operations import effect
from ..project import LocalProject
from ..routes import route
from ..rules import timestamp
from ..store import Body
from ..wire import Call
from .generic import target
from .interfaces import give_external, take_external
from .kinds import INSTANCES
from .quotas import check_quota, cpus


@route("instances.start")
def start(project: LocalProject, call: Call) -> Body:
    """Starting a running instance is done at once."""
    path, body = _ready(project, call)
    if body["status"] == "RUNNING":
        return project.operations.start(call, "start", path)
    if body["status"] != "TERMINATED":
        raise not_ready(path)
    region = ZONES[call.params["zone"]]
    configs = sum(len(nic.get("accessConfigs", [])) for nic in body["networkInterfaces"])
    needs = {"CPUS": cpus(project, body), "IN_USE_ADDRESSES": configs}
    failed = check_quota(project, region, needs)
    body["status"] = "PROVISIONING"
    give_external(project, body)
    return project.operations.start(
        call, "start", path, effect="instance.run", undo="instance.halt", failure=failed
    )


@route("instances.stop")
def stop(project: LocalProject, call: Call) -> Body:
    """Stopping a stopped instance is done at once; one that is starting can be stopped."""
    path = target(project, call, INSTANCES)
    body = project.store.get(path)
    if body["status"] == "TERMINATED":
        return project.operations.start(call, "stop", path)
    if body["status"] not in ("RUNNING", "PROVISIONING", "STAGING"):
        raise not_ready(path)
    project.operations.supersede(path)
    how = {"undo": "restore", "arguments": {"was": body["status"]}}
    body["status"] = "STOPPING"
    return project.operations.start(call, "stop", path, effect="instance.halt", **how)


@route("instances.reset")
def reset(project: LocalProject, call: Call) -> Body:
    path, body = _ready(project, call)
    if body["status"] != "RUNNING":
        raise _unusable("RUNNING")
    project.guests.stop(body)
    project.guests.boot(body)
    return project.operations.start(call, "reset", path)


@route("instances.suspend")
def suspend(project: LocalProject, call: Call) -> Body:
    """https://cloud.google.com/compute/docs/instances/suspend-resume-instance"""
    path, body = _ready(project, call)
    if body["status"] != "RUNNING":
        raise _unusable("RUNNING")
    body["status"] = "SUSPENDING"
    return project.operations.start(call, "suspend", path, effect="instance.suspended")


@route("instances.resume")
def resume(project: LocalProject, call: Call) -> Body:
    path, body = _ready(project, call)
    if body["status"] != "SUSPENDED":
        raise _unusable("SUSPENDED")
    body["status"] = "PROVISIONING"
    return project.operations.start(call, "resume", path, effect="instance.run")


def _ready(project: LocalProject, call: Call) -> tuple[str, Body]:
    path = target(project, call, INSTANCES)
    project.operations.check_ready(path)
    return path, project.store.get(path)


def _unusable(needed: str) -> GoogleError:
    return GoogleError(
        400,
        "invalidResourceUsage",
        f"Invalid resource usage: 'Instance should be in the {needed} state.'.",
    )


@effect("instance.halt")
def _halt(project: LocalProject, path: str, _arguments: dict[str, Any]) -> None:
    body = project.store.items[path]
    project.guests.stop(body)
    body["status"] = "TERMINATED"
    body["lastStopTimestamp"] = timestamp(project.clock.now())
    take_external(body)


@effect("instance.suspended")
def _suspended(project: LocalProject, path: str, _arguments: dict[str, Any]) -> None:
    body = project.store.items[path]
    project.guests.stop(body)
    body["status"] = "SUSPENDED"
    body["lastSuspendedTimestamp"] = timestamp(project.clock.now())
