"""Instances: attachDisk, detachDisk, setDiskAutoDelete.

https://cloud.google.com/compute/docs/disks/add-persistent-disk
"""

from __future__ import annotations

from typing import Any

from ..errors import GoogleError, invalid, not_ready
from ..operations import effect
from ..project import LocalProject
from ..routes import route
from ..store import Body, path_of
from ..wire import Call
from .attachments import MAX_DISKS, attachment, entry_of, release, use
from .generic import target
from .kinds import INSTANCES
from .machines import check_disk_fits, machine_of


@route("instances.attachDisk")
def attach(project: LocalProject, call: Call) -> Body:
    path, body = _changeable(project, call)
    taken = [entry["index"] for entry in body["disks"]]
    if len(taken) >= MAX_DISKS:
        raise invalid("resource.disks", len(taken), f"At most {MAX_DISKS} disks are allowed.")
    index = next(number for number in range(MAX_DISKS) if number not in taken)
    if "source" not in call.body or "initializeParams" in call.body:
        raise invalid("source", "", "Only a disk that exists can be attached.")
    found = attachment(project, path, index, call.body)
    if any(e["deviceName"] == found.entry["deviceName"] for e in body["disks"]):
        raise invalid("deviceName", found.entry["deviceName"], "It is already in use.")
    machine = machine_of(project, body["machineType"], path.rsplit("/", 2)[0])
    check_disk_fits(machine, found.disk)
    source = path_of(found.disk["selfLink"])
    return project.operations.start(
        call,
        "attachDisk",
        path,
        effect="instance.attach",
        arguments={"entry": found.entry},
        also=[source],
    )


@route("instances.detachDisk")
def detach(project: LocalProject, call: Call) -> Body:
    path, body = _changeable(project, call)
    entry = entry_of(body, call.params["deviceName"])
    if entry["boot"] and body["status"] != "TERMINATED":
        raise GoogleError(
            400,
            "invalidResourceUsage",
            "Invalid resource usage: 'Cannot detach the boot disk of a running instance.'.",
        )
    return project.operations.start(
        call,
        "detachDisk",
        path,
        effect="instance.detach",
        arguments={"device": entry["deviceName"]},
        also=[path_of(entry["source"])],
    )


@route("instances.setDiskAutoDelete")
def set_auto_delete(project: LocalProject, call: Call) -> Body:
    path = target(project, call, INSTANCES)
    entry = entry_of(project.store.get(path), call.params["deviceName"])
    entry["autoDelete"] = call.params["autoDelete"]
    return project.operations.start(call, "setDiskAutoDelete", path)


def _changeable(project: LocalProject, call: Call) -> tuple[str, Body]:
    path = target(project, call, INSTANCES)
    project.operations.check_ready(path)
    body = project.store.get(path)
    if body["status"] not in ("RUNNING", "TERMINATED"):
        raise not_ready(path)
    return path, body


@effect("instance.attach")
def _attach(project: LocalProject, path: str, arguments: dict[str, Any]) -> None:
    entry = arguments["entry"]
    body = project.store.items[path]
    body["disks"].append(entry)
    use(project, project.store.get(path_of(entry["source"])), path)
    project.guests.attach(body, entry)


@effect("instance.detach")
def _detach(project: LocalProject, path: str, arguments: dict[str, Any]) -> None:
    body = project.store.items[path]
    entry = entry_of(body, arguments["device"])
    project.guests.detach(body, entry)
    body["disks"].remove(entry)
    release(project, project.store.get(path_of(entry["source"])), path)
