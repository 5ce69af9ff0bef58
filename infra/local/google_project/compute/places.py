"""Zones, regions and machine types.

https://cloud.google.com/compute/docs/reference/rest/v1/machineTypes
"""

from __future__ import annotations

from typing import Any

from .. import catalog
from ..custom_types import custom_type
from ..errors import GoogleError, invalid
from ..project import LocalProject
from ..routes import ROUTES, route
from ..store import Body
from ..wire import Call
from .generic import offer
from .kinds import DISK_TYPES, MACHINE_TYPES
from .listing import listed
from .quotas import quotas

offer(MACHINE_TYPES, aggregate=True)
offer(DISK_TYPES)
_get_machine_type = ROUTES["machineTypes.get"]
_PUBLIC = ("images.get", "images.list", "images.getFromFamily")


def check_call(project: LocalProject, call: Call) -> None:
    """Raises for another's project, an unknown zone or region.

    https://cloud.google.com/compute/docs/troubleshooting/troubleshooting-http-errors
    """
    asked = call.params.get("project") or call.params["projectsId"]
    public = call.operation in _PUBLIC and asked in catalog.IMAGE_PROJECTS
    if asked != project.project_id and not public:
        raise GoogleError(
            403,
            "forbidden",
            f"Required 'compute.{call.operation}' permission for 'projects/{asked}'",
        )
    places: dict[str, Any] = {"zone": catalog.ZONES, "region": catalog.REGIONS}
    for name, known in places.items():
        value = call.params.get(name)
        if value is not None and value not in known:
            raise invalid(name, value, f"Unknown {name}.")


@route("zones.get", "regions.get")
def get(project: LocalProject, call: Call) -> Body:
    kind = call.operation.partition(".")[0]
    body = project.store.get(f"{project.root}/{kind}/{call.params[kind[:-1]]}")
    return _filled(project, body)


@route("zones.list", "regions.list")
def list_(project: LocalProject, call: Call) -> Body:
    kind = call.operation.partition(".")[0]
    items = [_filled(project, body) for body in project.store.under(f"{project.root}/{kind}")]
    return listed(project, call, f"compute#{kind[:-1]}", items)


def _filled(project: LocalProject, body: Body) -> Body:
    """Regions say what is used."""
    if body["kind"] == "compute#region":
        return body | {"quotas": quotas(project, body["name"])}
    return body


@route("machineTypes.get")
def get_machine_type(project: LocalProject, call: Call) -> Body:
    """Also of a custom type, which no list shows."""
    name, zone = call.params["machineType"], call.params["zone"]
    found = custom_type(f"{project.root}/zones/{zone}/machineTypes/{name}")
    return found or _get_machine_type(project, call)
