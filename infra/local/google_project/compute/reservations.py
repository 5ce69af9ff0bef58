"""Reservations of VMs of one machine type: https://cloud.google.com/compute/docs/reference/rest/v1/reservations

Of what a VM must match the machine type alone is read; nothing consumes one that must be named.
"""

from __future__ import annotations

from ..errors import invalid, required
from ..project import LocalProject
from ..routes import ROUTES, route
from ..store import Body
from ..wire import Call
from .generic import deleting, new_body, offer
from .kinds import INSTANCES, RESERVATIONS
from .machines import machine_of

offer(RESERVATIONS, aggregate=True)
_READS = ("reservations.get", "reservations.list", "reservations.aggregatedList")


@route("reservations.insert")
def insert(project: LocalProject, call: Call) -> Body:
    path, body = new_body(project, call, RESERVATIONS)
    field = "resource.specificReservation"
    asked = call.body.get("specificReservation")
    if not asked:
        raise required(field)
    name, count = asked.get("instanceProperties", {}).get("machineType"), asked.get("count")
    if not name:
        raise required(f"{field}.instanceProperties.machineType")
    if not 1 <= int(count or 0) <= 1000:
        raise invalid(f"{field}.count", count, "Must be from 1 to 1000.")
    zone_path = f"{project.root}/zones/{call.params['zone']}"
    machine_of(project, f"{zone_path}/machineTypes/{name}", zone_path)
    project.store.items[path] = body | {
        "status": "CREATING",
        "specificReservationRequired": call.body.get("specificReservationRequired", False),
        "specificReservation": {
            "count": str(count),
            "inUseCount": "0",
            "instanceProperties": {"machineType": name},
        },
    }
    work = {"effect": "set", "arguments": {"status": "READY"}, "undo": "remove"}
    return project.operations.start(call, "insert", path, **work)


def _count(project: LocalProject) -> None:
    """Running VMs that match consume one automatically:
    https://cloud.google.com/compute/docs/instances/reservations-consume"""
    instances = project.store.of(project.project_id, INSTANCES)
    waiting = [
        (one["zone"], one["machineType"].rpartition("/")[2])
        for one in instances
        if one["status"] == "RUNNING"
    ]
    for body in project.store.of(project.project_id, RESERVATIONS):
        told = body["specificReservation"]
        place = (body["zone"], told["instanceProperties"]["machineType"])
        open_to_all = not body["specificReservationRequired"]
        used = min(waiting.count(place), int(told["count"])) if open_to_all else 0
        for _ in range(used):
            waiting.remove(place)
        told["inUseCount"] = str(used)


def _counted(name: str) -> None:
    read = ROUTES[name]

    @route(name)
    def answer(project: LocalProject, call: Call) -> Body:
        _count(project)
        return read(project, call)


for _name in _READS:
    _counted(_name)
ROUTES["reservations.delete"] = deleting(RESERVATIONS, lambda *_: None, "DELETING")
