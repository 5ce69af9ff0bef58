"""Asynchronous operations, as a client that keeps their URL sees them.

https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/async-operations
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from ..common.lifecycle import Key
from .wire import Answer, ArmError, Call, Json

if TYPE_CHECKING:
    from .account import LocalAccount
    from .store import Resource


@dataclass
class Operation:
    """``verb``: create, update, delete or the name of an action. ``failure``: how it will end."""

    id: str
    verb: str
    family: str
    resource_id: str
    started: float
    failure: Json | None = None
    status: str = "InProgress"
    ended: float | None = None
    result: Json | None = None


def begin(
    account: LocalAccount, call: Call, resource: Resource, verb: str, result: Json | None = None
) -> Operation:
    """Start work on ``resource``. An earlier operation on it gives way, as a VM's does."""
    before = account.operations.get(resource.operation or "")
    if before and before.status == "InProgress":
        account.lifecycle.pending.pop(Key("", before.id), None)
        _end(account, before, {"code": "OperationPreempted", "message": _PREEMPTED})
    operation = Operation(
        id=str(uuid4()),
        verb=verb,
        family=resource.type,
        resource_id=resource.id,
        started=account.clock.now(),
        result=result,
    )
    if call.fault and call.fault.when == "async":
        operation.failure = {"code": call.fault.code, "message": call.fault.message}
    account.operations[operation.id] = operation
    resource.operation = operation.id
    if not account.lifecycle.begin(Key("", operation.id), "done"):
        finish(account, operation.id)
    return operation


_PREEMPTED = "Operation execution has been preempted by a more recent operation."


def look(account: LocalAccount, operation_ids: list[str]) -> None:
    """A describe looks at these operations; some may end by it."""
    if operation_ids:
        for key, _ in account.lifecycle.look("", operation_ids, ""):
            finish(account, key.resource_id)


def finish_due(account: LocalAccount) -> None:
    for key, _ in account.lifecycle.due():
        finish(account, key.resource_id)


def finish(account: LocalAccount, operation_id: str) -> None:
    from .families import family_of

    operation = account.operations[operation_id]
    resource = account.store.get(operation.resource_id)
    if resource is not None:
        resource.operation = None
        family_of(operation.family).finish(account, resource, operation)
    _end(account, operation, operation.failure)


def _end(account: LocalAccount, operation: Operation, failure: Json | None) -> None:
    operation.failure = failure
    operation.status = "Failed" if failure else "Succeeded"
    operation.ended = account.clock.now()


def accepted(
    account: LocalAccount, call: Call, operation: Operation, *, location: bool
) -> dict[str, str]:
    """The headers of an answer that started an operation."""
    provider = operation.family.partition("/")[0]
    where = f"{call.base}{account.root}/providers/{provider}/locations/{account.location}"
    version = f"api-version={call.query.get('api-version', '')}"
    headers = {
        "Azure-AsyncOperation": f"{where}/operations/{operation.id}?{version}",
        "Retry-After": str(account.switches.retry_after),
    }
    if location:
        headers["Location"] = f"{where}/operationResults/{operation.id}?{version}"
    return headers


def status(account: LocalAccount, call: Call) -> Answer:
    """GET of Azure-AsyncOperation: 200 with the status as long as the operation is known."""
    operation = _known(account, call)
    body: Json = {
        "name": operation.id,
        "status": operation.status,
        "startTime": account.timestamp(operation.started),
    }
    if operation.ended is not None:
        body["endTime"] = account.timestamp(operation.ended)
    if operation.failure and operation.status == "Failed":
        body["error"] = operation.failure
    if operation.result and operation.status == "Succeeded":
        body["properties"] = {"output": operation.result}
    retry = {"Retry-After": str(account.switches.retry_after)}
    return Answer(200, body, retry if operation.status == "InProgress" else {})


def result(account: LocalAccount, call: Call) -> Answer:
    """GET of Location: 202 while under way, then the result, or the error itself."""
    operation = _known(account, call)
    if operation.status == "InProgress":
        return Answer(202, None, accepted(account, call, operation, location=True))
    if operation.status == "Failed":
        failure = operation.failure or {}
        raise ArmError(409, failure["code"], failure["message"])
    if operation.result is not None:
        return Answer(200, operation.result)
    resource = account.store.get(operation.resource_id)
    if operation.verb in ("create", "update") and resource:
        from .families import family_of

        return Answer(200, family_of(operation.family).view(account, resource))
    return Answer(204)


def _known(account: LocalAccount, call: Call) -> Operation:
    operation_id = call.names["operation"]
    if operation_id not in account.operations:
        raise ArmError(404, "NotFound", f"The operation '{operation_id}' was not found.")
    look(account, [operation_id])
    return account.operations[operation_id]
