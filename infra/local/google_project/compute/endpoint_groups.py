"""Zonal network endpoint groups of VMs: https://cloud.google.com/load-balancing/docs/negs/zonal-neg-concepts"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from ..errors import GoogleError, invalid, required
from ..operations import effect
from ..project import LocalProject
from ..routes import ROUTES, route
from ..store import Body, link, path_of
from ..wire import Call
from .balancing import check_unused
from .generic import deleting, new_body, offer, path_of_body, target
from .kinds import BACKEND_SERVICES, ENDPOINT_GROUPS, INSTANCES, NETWORKS, SUBNETWORKS

offer(ENDPOINT_GROUPS, aggregate=True)
_TYPE = "GCE_VM_IP_PORT"
MOST = 500
"""Of one call: https://cloud.google.com/load-balancing/docs/quotas#network_endpoint_groups"""


@route("networkEndpointGroups.insert")
def insert(project: LocalProject, call: Call) -> Body:
    path, body = new_body(project, call, ENDPOINT_GROUPS)
    if call.body.get("networkEndpointType") != _TYPE:
        raise invalid("resource.networkEndpointType", "", f"Only {_TYPE} is kept here.")
    asked = call.body.get("network", "global/networks/default")
    network = project.store.refer(asked, NETWORKS, "resource.network")
    project.operations.check_ready(network)
    body |= {"networkEndpointType": _TYPE, "network": link(network), "size": 0}
    if "subnetwork" in call.body:
        subnet = project.store.refer(call.body["subnetwork"], SUBNETWORKS, "resource.subnetwork")
        body["subnetwork"] = link(subnet)
    if "defaultPort" in call.body:
        body["defaultPort"] = call.body["defaultPort"]
    project.store.items[path] = body
    return project.operations.start(call, "insert", path, undo="remove")


@route("networkEndpointGroups.attachNetworkEndpoints")
def attach(project: LocalProject, call: Call) -> Body:
    """What a repeat does is not documented: it is refused. An endpoint is there once it is done."""
    path, body = _group(project, call)
    asked = [_endpoint(project, body, one) for one in _asked(call)]
    for one in asked:
        if any(_same(one, other) for other in project.endpoints.get(path, [])):
            message = f"The network endpoint {one['ipAddress']}:{one['port']} is attached already."
            raise GoogleError(400, "invalid", message)
    arguments: dict[str, Any] = {"endpoints": asked}
    kind = "attachNetworkEndpoints"
    return project.operations.start(
        call, kind, path, effect="endpoints.attach", arguments=arguments
    )


@route("networkEndpointGroups.detachNetworkEndpoints")
def detach(project: LocalProject, call: Call) -> Body:
    path, body = _group(project, call)
    there = project.endpoints.get(path, [])
    gone = []
    for asked in _asked(call):
        port = asked.get("port", body.get("defaultPort"))
        found = [one for one in there if _names(one, asked, port)]
        if not found:
            raise GoogleError(400, "invalid", f"The network endpoint {asked} is not attached.")
        gone += found
    arguments: dict[str, Any] = {"endpoints": gone}
    kind = "detachNetworkEndpoints"
    return project.operations.start(
        call, kind, path, effect="endpoints.detach", arguments=arguments
    )


@route("networkEndpointGroups.listNetworkEndpoints")
def listed(project: LocalProject, call: Call) -> Body:
    """https://cloud.google.com/compute/docs/reference/rest/v1/networkEndpointGroups/listNetworkEndpoints"""
    path, _ = _group(project, call)
    project.operations.look(project.operations.of_target(path))
    # "Displayed only if the network endpoint has centralized health checking configured."
    service = _checker(project, path) if call.body.get("healthStatus") == "SHOW" else None
    items = []
    for one in project.endpoints.get(path, []):
        told = {name: value for name, value in one.items() if name != "since"}
        health = {"healths": [_health(project, service, one)]} if service else {}
        items.append({"networkEndpoint": told, **health})
    return {"kind": f"{ENDPOINT_GROUPS.kind}sListNetworkEndpoints", "items": items}


@effect("endpoints.attach")
def _attach(project: LocalProject, path: str, arguments: dict[str, Any]) -> None:
    there = project.endpoints.setdefault(path, [])
    since = project.clock.now()
    fresh = [one for one in arguments["endpoints"] if not any(_same(one, old) for old in there)]
    there += [{**one, "since": since} for one in fresh]
    project.store.items[path]["size"] = len(there)


@effect("endpoints.detach")
def _detach(project: LocalProject, path: str, arguments: dict[str, Any]) -> None:
    gone = arguments["endpoints"]
    there = project.endpoints.get(path, [])
    project.endpoints[path] = [one for one in there if not any(_same(one, old) for old in gone)]
    project.store.items[path]["size"] = len(project.endpoints[path])


ROUTES["networkEndpointGroups.delete"] = deleting(ENDPOINT_GROUPS, check_unused, None)


def _group(project: LocalProject, call: Call) -> tuple[str, Body]:
    path = target(project, call, ENDPOINT_GROUPS)
    if call.operation.endswith("tachNetworkEndpoints"):
        project.operations.check_ready(path)
    return path, project.store.get(path)


def _asked(call: Call) -> list[Body]:
    asked: list[Body] = call.body.get("networkEndpoints", [])
    if not 0 < len(asked) <= MOST:
        raise invalid("networkEndpoints", len(asked), f"Must have between 1 and {MOST}.")
    return asked


def _endpoint(project: LocalProject, group: Body, asked: Body) -> Body:
    """https://cloud.google.com/compute/docs/reference/rest/v1/networkEndpointGroups/attachNetworkEndpoints
    (instance, ipAddress, port)"""
    if "instance" not in asked:
        raise required("networkEndpoints.instance")
    home = path_of_body(group).rsplit("/", 2)[0]
    name = asked["instance"]
    whole = name if "/" in name else f"{home}/instances/{name}"
    path = project.store.refer(whole, INSTANCES, "networkEndpoints.instance")
    if path.rsplit("/", 2)[0] != home:
        raise invalid("networkEndpoints.instance", name, "It is in another zone than the group.")
    instance = project.store.get(path)
    nics = [nic for nic in instance["networkInterfaces"] if nic["network"] == group["network"]]
    if not nics:
        raise invalid("networkEndpoints.instance", name, "It is not on the group's network.")
    address = asked.get("ipAddress", nics[0]["networkIP"])
    if address not in {nic["networkIP"] for nic in nics}:
        raise invalid("networkEndpoints.ipAddress", address, "It is not the instance's.")
    port = asked.get("port", group.get("defaultPort"))
    if port is None:
        raise required("networkEndpoints.port")
    return {"instance": link(path), "ipAddress": str(ip_address(address)), "port": port}


def _same(one: Body, other: Body) -> bool:
    return all(one[name] == other[name] for name in ("instance", "ipAddress", "port"))


def _names(one: Body, asked: Body, port: int | None) -> bool:
    """Whether the endpoint is what a request to detach names."""
    instance = str(asked.get("instance", one["instance"])).rpartition("/")[2]
    there = str(one["instance"]).rpartition("/")[2], one["port"], one["ipAddress"]
    return there == (instance, port, asked.get("ipAddress", one["ipAddress"]))


def _checker(project: LocalProject, path: str) -> str | None:
    """The backend service that checks the group's endpoints."""
    for one in project.store.of(project.project_id, BACKEND_SERVICES):
        if link(path) in [backend["group"] for backend in one.get("backends", [])]:
            return str(one["selfLink"])
    return None


def _health(project: LocalProject, service: str, one: Body) -> Body:
    instance = project.store.items.get(path_of(one["instance"]), {})
    state = "HEALTHY" if instance.get("status") == "RUNNING" else "UNHEALTHY"
    if project.clock.now() < one["since"] + project.switches.transition_seconds:
        state = "UNKNOWN"
    return {"backendService": {"backendService": service}, "healthState": state}
