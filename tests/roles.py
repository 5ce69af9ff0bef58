"""Roles in this process: while a function runs, only what its REQUIRES names is allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError

PREFIXES = {"dynamodb": "dynamodb", "stepfunctions": "states", "secretsmanager": "secretsmanager"}
WRITES = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem"}
WRITES["ConditionCheck"] = "ConditionCheckItem"
_current: list[set[str]] = []


@contextmanager
def role_of(module: str) -> Iterator[None]:
    """Act in the role of ``module``'s function."""
    _current.append({need.action for need in import_module(module).REQUIRES})
    try:
        yield
    finally:
        _current.pop()


def actions(service: str, operation: str, given: dict[str, Any]) -> list[str]:
    """The IAM actions of one SDK call; a transaction is checked write by write
    (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html)."""
    if operation == "TransactWriteItems":
        return [f"dynamodb:{WRITES[kind]}" for item in given["TransactItems"] for kind in item]
    return [f"{PREFIXES[service]}:{operation}"]


def enforce(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every SDK client checks the current role from now on."""
    real: Callable[..., Any] = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

    def checked(self: Any, operation: str, given: dict[str, Any]) -> Any:
        service = self.meta.service_model.service_name
        if _current and service in PREFIXES:
            for action in actions(service, operation, given):
                if action not in _current[-1]:
                    told = f"User: role is not authorized to perform: {action} on resource: it"
                    error = {"Error": {"Code": "AccessDeniedException", "Message": told}}
                    raise ClientError(error, operation)  # type: ignore[arg-type]
        return real(self, operation, given)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", checked)
