"""Parts of load balancers, each of which names the next: forwarding rule, proxy, URL map, backend
service, group. https://cloud.google.com/load-balancing/docs/forwarding-rule-concepts

No address is given out and no request is balanced.
"""

from __future__ import annotations

import json
from typing import Any

from ..errors import in_use, invalid, required
from ..project import LocalProject
from ..routes import ROUTES, Route
from ..store import Body, Collection, link
from ..wire import Call
from . import kinds
from .generic import deleting, new_body, offer

PARTS: dict[str, tuple[Collection, tuple[str, ...]]] = {
    "healthChecks": (kinds.HEALTH_CHECKS, ("type",)),
    "backendServices": (kinds.BACKEND_SERVICES, ()),
    "regionBackendServices": (kinds.REGION_BACKEND_SERVICES, ()),
    "urlMaps": (kinds.URL_MAPS, ("defaultService", "defaultRouteAction", "defaultUrlRedirect")),
    "targetHttpProxies": (kinds.HTTP_PROXIES, ("urlMap",)),
    "targetTcpProxies": (kinds.TCP_PROXIES, ("service",)),
    "targetPools": (kinds.TARGET_POOLS, ()),
    "targetInstances": (kinds.TARGET_INSTANCES, ("instance",)),
    "forwardingRules": (kinds.FORWARDING_RULES, ("target", "backendService")),
    "globalForwardingRules": (kinds.GLOBAL_RULES, ("target", "backendService")),
}
"""Methods' name -> what they are of, and the fields of which one must be told."""
_TARGETS = (kinds.HTTP_PROXIES, kinds.TCP_PROXIES, kinds.TARGET_POOLS, kinds.TARGET_INSTANCES)
_NAMES: dict[str, tuple[Collection, ...]] = {
    "target": _TARGETS,
    "urlMap": (kinds.URL_MAPS,),
    **dict.fromkeys(("service", "defaultService", "backendService"), (kinds.BACKEND_SERVICES,)),
    "group": (kinds.ENDPOINT_GROUPS, kinds.INSTANCE_GROUPS),
    "healthChecks": (kinds.HEALTH_CHECKS,),
    "backupPool": (kinds.TARGET_POOLS,),
    **dict.fromkeys(("instance", "instances"), (kinds.INSTANCES,)),
}
"""Fields -> what they name, wherever they are in a body."""


def _inserting(what: Collection, needs: tuple[str, ...]) -> Route:
    def insert(project: LocalProject, call: Call) -> Body:
        path, body = new_body(project, call, what)
        if needs and sum(one in call.body for one in needs) != 1:
            raise required(f"resource.{' or '.join(needs)}")
        asked = {name: one for name, one in call.body.items() if name != "labels"}
        told = _resolved(project, asked, "resource")
        # https://cloud.google.com/load-balancing/docs/health-check-concepts
        if told.get("backends") and not told.get("healthChecks"):
            raise required("resource.healthChecks")
        project.store.items[path] = told | body
        return project.operations.start(call, "insert", path, undo="remove")

    return insert


def _resolved(project: LocalProject, told: Any, field: str) -> Any:
    """With whole URLs of what is there and ready. Raises invalid, notFound, resourceNotReady."""
    if isinstance(told, dict):
        return {name: _resolved(project, one, f"{field}.{name}") for name, one in told.items()}
    if isinstance(told, list):
        return [_resolved(project, one, field) for one in told]
    found = _NAMES.get(field.rpartition(".")[2])
    if found is None:
        return told
    named = [one for one in found if f"/{one.name}/" in told]
    if not named:
        raise invalid(field, told, f"It is none of {', '.join(one.name for one in found)}.")
    path = project.store.refer(told, named[0], field)
    project.operations.check_ready(path)
    return link(path)


def check_unused(project: LocalProject, path: str, _body: Body) -> None:
    """Of what parts of load balancers name. Raises resourceInUseByAnotherResource."""
    named = json.dumps(link(path))
    for what, _ in PARTS.values():
        for other in project.store.of(project.project_id, what):
            if other["selfLink"] != link(path) and named in json.dumps(other):
                raise in_use(path.split("/")[-2], path, other["selfLink"])


for _service, (_what, _needs) in PARTS.items():
    offer(_what, aggregate=_service == "forwardingRules", service=_service)
    ROUTES[f"{_service}.insert"] = _inserting(_what, _needs)
    ROUTES[f"{_service}.delete"] = deleting(_what, check_unused, None)
