"""Roles in this process: while a function runs, only what its REQUIRES names is allowed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import botocore.client
import obstore
import pytest
from botocore.exceptions import ClientError

from novacron.runtime.permissions import (
    DROP_CHUNK,
    DROP_COST,
    GET_COST,
    LIST_COSTS,
    MISS_CHUNK,
    PUT_CHUNK,
    PUT_COST,
    READ_CHUNKS,
    Need,
    Needs,
)

PREFIXES = {
    "dynamodb": "dynamodb",
    "secretsmanager": "secretsmanager",
    "stepfunctions": "states",
    "sts": "sts",
    "sns": "sns",
    "sesv2": "ses",
}
PLACES = {"secretsmanager": "secrets", "sts": "cloud roles"}
PLACES |= {"sns": "notice topics", "sesv2": "notice sender"}
FREE = frozenset({"sts:GetCallerIdentity"})
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""
TOKEN = "GetWebIdentityToken"
"""moto has no such call: whoever may make it is given a token that nobody trusts."""
ASKING = ":role/ask"
"""Ends the ARN of our own role that asks Athena."""
PRICES_SECRET = "google-prices"
"""The name of a secret that is no account's."""
WRITES = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem"}
OBJECTS: dict[str, Needs] = {"get": READ_CHUNKS, "get_range": READ_CHUNKS}
OBJECTS |= {"put": frozenset({PUT_CHUNK}), "list": frozenset({MISS_CHUNK})}
OBJECTS |= {"delete": frozenset({DROP_CHUNK})}
READ_COSTS = frozenset({GET_COST, LIST_COSTS})
COSTS: dict[str, Needs] = {"get": READ_COSTS, "get_range": READ_COSTS}
COSTS |= {"put": frozenset({PUT_COST}), "list": frozenset({LIST_COSTS})}
COSTS |= {"delete": frozenset({DROP_COST})}
SIGNED: dict[str, Needs] = {"GET": READ_CHUNKS, "PUT": OBJECTS["put"]}
"""What obstore's calls need, of the store of chunks and of one that has costs in its name."""
WRITES["ConditionCheck"] = "ConditionCheckItem"
_here = threading.local()
"""``roles``: those that this thread acts in, the innermost last: other threads are others."""
_taken: list[tuple[str, Need]] = []


@contextmanager
def role_of(module: str) -> Iterator[None]:
    """Act in the role of ``module``'s function."""
    taken = {need for name, need in _taken if name == module}
    roles = _roles()
    roles.append(import_module(module).REQUIRES - taken)
    try:
        yield
    finally:
        roles.pop()


def _roles() -> list[Needs]:
    if not hasattr(_here, "roles"):
        _here.roles = []
    found: list[Needs] = _here.roles
    return found


@contextmanager
def without(module: str, need: Need) -> Iterator[None]:
    """Take ``need`` away from the role of ``module``'s function, and from no other."""
    _taken.append((module, need))
    try:
        yield
    finally:
        _taken.pop()


def needs(service: str, operation: str, given: dict[str, Any]) -> list[Need]:
    """What one SDK call needs; a transaction is checked write by write
    (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html)."""
    if operation == "TransactWriteItems":
        kinds = [kind for item in given["TransactItems"] for kind in item]
        return [Need(f"dynamodb:{WRITES[kind]}", "table") for kind in kinds]
    action = f"{PREFIXES.get(service, service)}:{operation}"
    if service == "dynamodb":
        return [Need(action, "index" if "IndexName" in given else "table")]
    if operation == "StartExecution":
        return [Need(action, given["stateMachineArn"].rpartition(":")[2])]
    if operation == "SendTaskSuccess":
        return [Need(action, "migrate")]
    if str(given.get("RoleArn", "")).endswith(ASKING):
        return [Need(action, "query role")]
    if operation == TOKEN:
        return [Need(action, "own identity")]
    if service == "ec2":
        return [Need(action, "spot prices")]
    if given.get("SecretId") == PRICES_SECRET:
        return [Need(action, "prices secret")]
    return [Need(action, PLACES.get(service, "executions"))]


def enforce(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every SDK client checks the current role from now on.

    What a cloud is asked with an account's own credential is no matter of the function's role.
    """
    real: Callable[..., Any] = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

    def checked(self: Any, operation: str, given: dict[str, Any]) -> Any:
        service = self.meta.service_model.service_name
        if _roles() and (service in PREFIXES or _is_own_spot(self, operation)):
            for need in needs(service, operation, given):
                if need.action not in FREE:
                    _allow(need, operation)
        if operation == TOKEN:
            return {"WebIdentityToken": "untrusted"}
        return real(self, operation, given)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", checked)
    for name in ("sign", *OBJECTS):
        monkeypatch.setattr(obstore, name, _object_call(name, getattr(obstore, name)))


def _is_own_spot(client: Any, operation: str) -> bool:
    """Asked with the function's own credential, by the price refresh; accounts have others."""
    own = client._request_signer._credentials.access_key == os.environ.get("AWS_ACCESS_KEY_ID")
    return own and operation == "DescribeSpotPriceHistory"


def _object_call(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    """A signed URL may do what its signer may, so that signing needs what the URL is for."""

    def checked(store: Any, *given: Any, **named: Any) -> Any:
        whose = COSTS if "costs" in repr(store) else OBJECTS
        for need in SIGNED[given[0]] if name == "sign" else whose[name]:
            _allow(need, name)
        return real(store, *given, **named)

    return checked


def _allow(need: Need, operation: str) -> None:
    roles = _roles()
    if roles and need not in roles[-1]:
        told = f"User: role is not authorized to perform: {need.action} on: {need.on}"
        error = {"Error": {"Code": "AccessDeniedException", "Message": told}}
        raise ClientError(error, operation)  # type: ignore[arg-type]
