"""Instances: what can be changed, and the serial console.

https://cloud.google.com/compute/docs/instances/update-instance-properties
"""

from __future__ import annotations

from ..errors import GoogleError
from ..project import LocalProject
from ..routes import route
from ..rules import check_fingerprint
from ..store import Body, link, path_of
from ..wire import Call
from .generic import target
from .instances import metadata, tags
from .kinds import INSTANCES
from .machines import check_disk_fits, machine_of

# "the most recent 1 MB": https://cloud.google.com/compute/docs/troubleshooting/viewing-serial-port-output
_CONSOLE_KEPT = 1024 * 1024


@route("instances.setMachineType")
def set_machine_type(project: LocalProject, call: Call) -> Body:
    """https://cloud.google.com/compute/docs/instances/changing-machine-type-of-stopped-instance"""
    path = target(project, call, INSTANCES)
    project.operations.check_ready(path)
    body = project.store.get(path)
    machine = machine_of(project, call.body.get("machineType"), path.rsplit("/", 2)[0])
    if body["status"] != "TERMINATED":
        raise GoogleError(
            400,
            "invalidResourceUsage",
            "Invalid resource usage: 'Instance should be in the STOPPED state.'.",
        )
    for disk in body["disks"]:
        check_disk_fits(machine, project.store.get(path_of(disk["source"])))
    change = {"machineType": machine["selfLink"]}
    return project.operations.start(call, "setMachineType", path, effect="set", arguments=change)


@route("instances.setMetadata")
def set_metadata(project: LocalProject, call: Call) -> Body:
    path = target(project, call, INSTANCES)
    body = project.store.get(path)
    current = body["metadata"]["fingerprint"]
    check_fingerprint(call.body.get("fingerprint"), current, "Supplied")
    body["metadata"] = metadata(call.body)
    return project.operations.start(call, "setMetadata", path)


@route("instances.setTags")
def set_tags(project: LocalProject, call: Call) -> Body:
    path = target(project, call, INSTANCES)
    body = project.store.get(path)
    check_fingerprint(call.body.get("fingerprint"), body["tags"]["fingerprint"], "Supplied")
    body["tags"] = tags(call.body)
    return project.operations.start(call, "setTags", path)


@route("instances.setDeletionProtection")
def set_deletion_protection(project: LocalProject, call: Call) -> Body:
    path = target(project, call, INSTANCES)
    project.store.get(path)["deletionProtection"] = call.params.get("deletionProtection", True)
    return project.operations.start(call, "setDeletionProtection", path)


@route("instances.getSerialPortOutput")
def serial_port_output(project: LocalProject, call: Call) -> Body:
    """From byte ``start`` on, or the oldest that is kept; if negative, from the end."""
    path = target(project, call, INSTANCES)
    written = project.console.get(path, "").encode()
    start = call.params.get("start", 0)
    first = len(written) + start if start < 0 else start
    first = min(max(first, len(written) - _CONSOLE_KEPT, 0), len(written))
    return {
        "kind": "compute#serialPortOutput",
        "selfLink": link(f"{path}/serialPort"),
        "contents": written[first:].decode(errors="replace"),
        "start": str(first),
        "next": str(len(written)),
    }
