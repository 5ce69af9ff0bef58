"""What all kinds of resources have: get, list, aggregatedList, delete, setLabels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..operations import check_free
from ..project import LocalProject
from ..routes import ROUTES, Route
from ..rules import check_fingerprint, check_labels, check_name, fingerprint, new_id, timestamp
from ..store import Body, Collection, link
from ..wire import Call
from .listing import aggregated, listed

Check = Callable[[LocalProject, str, Body], None]


def target(project: LocalProject, call: Call, what: Collection) -> str:
    """The path of the resource that a call names. Raises notFound."""
    name = call.params.get(_singular(what)) or call.params["resource"]
    body = project.store.get(f"{what.pattern_of(call.params['project'], call.params)}/{name}")
    return path_of_body(body)


def path_of_body(body: Body) -> str:
    return "projects/" + str(body["selfLink"]).partition("/projects/")[2]


def _singular(what: Collection) -> str:
    if what.name.endswith("ies"):
        return what.name.removesuffix("ies") + "y"
    return what.name.removesuffix("es" if what.name.endswith("sses") else "s")


def new_body(project: LocalProject, call: Call, what: Collection) -> tuple[str, Body]:
    """(path, what every new resource has). Raises invalid, alreadyExists."""
    path = f"{what.pattern_of(project.project_id, call.params)}/{check_name(call.body)}"
    check_free(project, path)
    return path, common(project, path, what, call.body)


def common(project: LocalProject, path: str, what: Collection, asked: Body) -> Body:
    """The fields of a new resource that do not depend on its kind; the scope's link with them."""
    body: Body = {
        "kind": what.kind,
        "id": new_id(),
        "name": path.rpartition("/")[2],
        "creationTimestamp": timestamp(project.clock.now()),
        "selfLink": link(path),
    }
    if what.scope != "global":
        body[what.scope[:-1]] = link(path.rpartition("/")[0].rpartition("/")[0])
    if "description" in asked:
        body["description"] = asked["description"]
    if what.labelled:
        labels = check_labels(asked.get("labels", {}))
        body |= {"labelFingerprint": fingerprint(labels)} | ({"labels": labels} if labels else {})
    return body


def _get(what: Collection) -> Route:
    def get(project: LocalProject, call: Call) -> Body:
        path = target(project, call, what)
        project.operations.look(project.operations.of_target(path))
        return project.store.get(path)

    return get


def look_at_all(project: LocalProject, name: str) -> None:
    """A list was asked for: everything of this collection is looked at."""
    works = project.operations.works
    paths = [
        path
        for path, work in works.items()
        if any(target.split("/")[-2] == name for target in (work.target, *work.also))
    ]
    project.operations.look(paths)


def _list(what: Collection) -> Route:
    def items(project: LocalProject, call: Call) -> Body:
        look_at_all(project, what.name)
        parent = what.pattern_of(call.params["project"], call.params)
        return listed(project, call, what.kind, project.store.under(parent))

    return items


def _aggregated(what: Collection) -> Route:
    def items(project: LocalProject, call: Call) -> Body:
        look_at_all(project, what.name)
        return aggregated(project, call, what, project.store.of(project.project_id, what))

    return items


def _set_labels(what: Collection) -> Route:
    def set_labels(project: LocalProject, call: Call) -> Body:
        path = target(project, call, what)
        body = project.store.get(path)
        check_fingerprint(call.body.get("labelFingerprint"), body["labelFingerprint"], "Labels")
        body["labels"] = check_labels(call.body.get("labels", {}), "labels")
        body["labelFingerprint"] = fingerprint(body["labels"])
        return project.operations.start(call, "setLabels", path)

    return set_labels


def deleting(what: Collection, check: Check, status: str | None, **work: Any) -> Route:
    """A delete that first asks ``check``, and shows ``status`` while it is under way."""

    def delete(project: LocalProject, call: Call) -> Body:
        path = target(project, call, what)
        body = project.store.get(path)
        check(project, path, body)
        project.operations.supersede(path)
        how = {"effect": "remove", "undo": "restore", "arguments": {"was": body.get("status")}}
        if status:
            body["status"] = status
        return project.operations.start(call, "delete", path, **(how | work))

    return delete


def offer(what: Collection, *, aggregate: bool = False, service: str = "") -> None:
    """Route the reads, and setLabels where the resource has labels. ``service``: the methods'
    name, where it is not the collection's."""
    name = service or what.name
    ROUTES[f"{name}.get"] = _get(what)
    ROUTES[f"{name}.list"] = _list(what)
    if aggregate:
        ROUTES[f"{name}.aggregatedList"] = _aggregated(what)
    if what.labelled:
        ROUTES[f"{name}.setLabels"] = _set_labels(what)
