"""zoneOperations, regionOperations, globalOperations: get, list, wait.

https://cloud.google.com/compute/docs/reference/rest/v1/zoneOperations
"""

from __future__ import annotations

from ..project import LocalProject
from ..routes import route
from ..store import Body
from ..wire import Call
from .listing import listed

_ALL = ("zoneOperations", "regionOperations", "globalOperations")


def _parent(project: LocalProject, call: Call) -> str:
    for scope in ("zone", "region"):
        if scope in call.params:
            return f"{project.root}/{scope}s/{call.params[scope]}/operations"
    return f"{project.root}/global/operations"


def _path(project: LocalProject, call: Call) -> str:
    parent = _parent(project, call)
    body = project.store.get(f"{parent}/{call.params['operation']}")
    return f"{parent}/{body['name']}"


@route(*(f"{name}.get" for name in _ALL))
def get(project: LocalProject, call: Call) -> Body:
    path = _path(project, call)
    project.operations.look([path])
    return project.store.get(path)


@route(*(f"{name}.wait" for name in _ALL))
def wait(project: LocalProject, call: Call) -> Body:
    """Comes back done, unless only the passing of virtual time can end the operation: a real
    wait also ends after two minutes, done or not."""
    path = _path(project, call)
    for _ in range(project.switches.transition_describes + 1):
        project.operations.look([path])
    return project.store.get(path)


@route(*(f"{name}.list" for name in _ALL))
def list_(project: LocalProject, call: Call) -> Body:
    parent = _parent(project, call)
    project.operations.look([path for path in project.operations.works if path.startswith(parent)])
    return listed(project, call, "compute#operation", project.store.under(parent))
