"""Operations: what a change has still to do, and how it ended.

https://cloud.google.com/compute/docs/api/how-tos/api-requests-responses#handling_api_responses
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ..common.faults import Fault
from ..common.lifecycle import Key
from .errors import exists, invalid, not_ready
from .rules import new_id, timestamp
from .store import Body, link
from .wire import Call

if TYPE_CHECKING:
    from .project import LocalProject

Effect = Callable[["LocalProject", str, dict[str, Any]], None]
# What happens to a target when its operation ends, by name, so that it can be written down.
EFFECTS: dict[str, Effect] = {}
ZERO_UUID = "00000000-0000-0000-0000-000000000000"


def effect(name: str) -> Callable[[Effect], Effect]:
    def add(function: Effect) -> Effect:
        EFFECTS[name] = function
        return function

    return add


@dataclass
class Work:
    """What an operation that is not done will do: an effect on its target, and the one instead
    if it is to fail. ``also``: other resources that it changes."""

    target: str
    effect: str = "nothing"
    arguments: dict[str, Any] = field(default_factory=dict)
    undo: str = "nothing"
    failure: dict[str, Any] | None = None
    also: list[str] = field(default_factory=list)


@effect("nothing")
def _nothing(_project: LocalProject, _path: str, _arguments: dict[str, Any]) -> None:
    """For changes that are complete when they are answered."""


@effect("remove")
def _remove(project: LocalProject, path: str, arguments: dict[str, Any]) -> None:
    if body := project.store.items.pop(arguments.get("path", path), None):
        project.blocks.drop(body["id"])


@effect("ready")
def _ready(project: LocalProject, path: str, arguments: dict[str, Any]) -> None:
    project.store.items[arguments.get("path", path)]["status"] = "READY"


@effect("set")
def _set(project: LocalProject, path: str, arguments: dict[str, Any]) -> None:
    project.store.items[path].update(arguments)


@effect("restore")
def _restore(project: LocalProject, path: str, arguments: dict[str, Any]) -> None:
    if arguments["was"]:
        project.store.items[path]["status"] = arguments["was"]


class Operations:
    """``works`` by the operation's path; ``requests``: request id -> the operation it began."""

    def __init__(self, project: LocalProject) -> None:
        self._project = project
        self.works: dict[str, Work] = {}
        self.requests: dict[str, str] = {}

    def repeated(self, call: Call) -> Body | None:
        """The operation that this request id began before; a repeat is ignored whatever is in it:
        "requestId" of https://cloud.google.com/compute/docs/reference/rest/v1/instances/insert.
        """
        given = call.params.get("requestId")
        if given is None:
            return None
        _check_uuid(given)
        path = self.requests.get(_request_key(call))
        return self._project.store.items[path] if path else None

    def start(self, call: Call, kind: str, target: str, **work: Any) -> Body:
        """A new operation of ``kind`` ("insert", "delete" ...) on a resource that is there."""
        project = self._project
        place = target.rsplit("/", 2)[0]
        now = project.clock.now()
        name = f"operation-{int(now * 1000)}-{secrets.token_hex(7)}-{secrets.token_hex(4)}"
        path = f"{place}/operations/{name}"
        body: Body = {
            "kind": "compute#operation",
            "id": new_id(),
            "name": name,
            "operationType": kind,
            "targetLink": link(target),
            "targetId": project.store.items[target]["id"],
            "status": "PENDING",
            "user": call.user,
            "progress": 0,
            "insertTime": timestamp(now),
            "selfLink": link(path),
        }
        if not place.endswith("/global"):
            scope = place.split("/")[-2]
            body[scope.removesuffix("s")] = link(place)
        project.store.items[path] = body
        if "requestId" in call.params:
            self.requests[_request_key(call)] = path
        answer = dict(body)
        self._begin(path, Work(target, failure=self._failure(call, work), **work))
        return answer

    def _failure(self, call: Call, work: dict[str, Any]) -> dict[str, Any] | None:
        given: dict[str, Any] | None = work.pop("failure", None)
        fault = self._project.async_faults.take(call.operation)
        return failure(fault) if fault else given

    def _begin(self, path: str, work: Work) -> None:
        self.works[path] = work
        if not self._project.lifecycle.begin(_key(path), work.effect):
            self._finish(path)

    def of_target(self, target: str) -> list[str]:
        """Operations of a resource that are not done."""
        return [
            path
            for path, work in self.works.items()
            if work.target == target or target in work.also
        ]

    def look(self, paths: list[str]) -> None:
        """These operations, or their targets, are being looked at."""
        for path in paths:
            if path not in self.works:
                continue
            place, key = _key(path).region, _key(path)
            if self._project.lifecycle.look(place, [key.resource_id], ""):
                self._finish(path)
            else:
                self._run(path)
                staging(self._project, self.works[path].target)

    def _run(self, path: str) -> None:
        body = self._project.store.items[path]
        now = timestamp(self._project.clock.now())
        body.update(status="RUNNING", progress=50, startTime=body.get("startTime", now))

    def finish_due(self) -> None:
        for key, _effect in self._project.lifecycle.due():
            self._finish(f"{key.region}/operations/{key.resource_id}")

    def check_ready(self, target: str) -> None:
        """Raises resourceNotReady while the resource is on its way to another state."""
        for path in self.of_target(target):
            if (self.works[path].effect, self.works[path].undo) != ("nothing", "nothing"):
                raise not_ready(target)

    def supersede(self, target: str) -> None:
        """End what is being done with a resource that is about to stop or to be deleted. Raises
        resourceNotReady if it is being deleted already, notFound if its insert ends as a failure.
        """
        for path in self.of_target(target):
            if self._project.store.items[path]["operationType"] == "delete":
                raise not_ready(target)
            self._project.lifecycle.pending.pop(_key(path), None)
            self._finish(path)
        self._project.store.get(target)

    def _finish(self, path: str) -> None:
        self._run(path)
        work = self.works.pop(path)
        body = self._project.store.items[path]
        body.update(status="DONE", progress=100, endTime=timestamp(self._project.clock.now()))
        if work.failure:
            body.update(work.failure)
        EFFECTS[work.undo if work.failure else work.effect](
            self._project, work.target, work.arguments
        )


def staging(project: LocalProject, target: str) -> None:
    """https://cloud.google.com/compute/docs/instances/instance-lifecycle"""
    body = project.store.items.get(target, {})
    if body.get("status") == "PROVISIONING":
        body["status"] = "STAGING"


def failure(fault: Fault) -> dict[str, Any]:
    """How an operation ends that fails with the fault's code."""
    phrase = HTTPStatus(fault.http_status).phrase.upper()
    return {
        "error": {"errors": [{"code": fault.code, "message": fault.message}]},
        "httpErrorStatusCode": fault.http_status,
        "httpErrorMessage": phrase,
    }


def check_free(project: LocalProject, path: str) -> None:
    """Raises alreadyExists."""
    if path in project.store.items:
        raise exists(path)


def _key(path: str) -> Key:
    place, _, name = path.rpartition("/operations/")
    return Key(place, name)


def _request_key(call: Call) -> str:
    return f"{call.operation} {call.path} {call.params['requestId'].lower()}"


def _check_uuid(value: str) -> None:
    pattern = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    if not re.fullmatch(pattern, value) or value == ZERO_UUID:
        raise invalid("requestId", value, "Must be a valid UUID other than the zero UUID.")
