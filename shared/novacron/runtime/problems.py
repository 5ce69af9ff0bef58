"""Errors as RFC 9457 problem details (https://www.rfc-editor.org/rfc/rfc9457)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from novacron import errors
from novacron.models.base import Model

CONTENT_TYPE = "application/problem+json"

STATUS: dict[type[errors.NovaCronError], HTTPStatus] = {
    errors.NovaCronError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.AuthenticationFailed: HTTPStatus.UNAUTHORIZED,
    errors.PermissionDenied: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.AlreadyExists: HTTPStatus.CONFLICT,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.InvalidSpec: HTTPStatus.BAD_REQUEST,
    errors.QuotaExceeded: HTTPStatus.FORBIDDEN,
    errors.BudgetExceeded: HTTPStatus.FORBIDDEN,
    errors.NoCapacity: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.Throttled: HTTPStatus.TOO_MANY_REQUESTS,
    errors.NotReady: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ProviderUnavailable: HTTPStatus.BAD_GATEWAY,
    errors.AgentSilent: HTTPStatus.BAD_GATEWAY,
    errors.Corrupted: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.Unsupported: HTTPStatus.UNPROCESSABLE_ENTITY,
}
"""Total over the error tree; a test holds it."""


class FieldFault(Model):
    """One fault. ``field`` is a dotted path from the request: ``body.disks.0.size_gib``."""

    field: str
    detail: str


class Problem(Model):
    """What a caller sees when a request fails.

    ``code`` is stable: branch on it. ``faults`` lists every field at fault, ``remedy`` says what
    to do, ``correlation_id`` finds the request in the logs.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    remedy: str | None = None
    faults: list[FieldFault] = []
    correlation_id: str | None = None


def problem(error: errors.NovaCronError, correlation_id: str | None = None) -> Problem:
    """The problem that ``error`` is. An error outside the table is a 500 of its own code."""
    field = [FieldFault(field=error.field, detail=error.detail)] if error.field else []
    return Problem(
        type=f"urn:novacron:problem:{error.code}",
        title=error.title,
        status=STATUS[type(error)],
        code=error.code,
        detail=error.detail,
        remedy=error.remedy,
        faults=field,
        correlation_id=correlation_id,
    )


def invalid_request(faults: Sequence[dict[str, Any]], correlation_id: str | None = None) -> Problem:
    """A request that does not fit its model; ``faults`` are pydantic's errors.

    The value at fault is left out: it may be a secret typed into the wrong field.
    """
    listed = [
        FieldFault(field=".".join(str(part) for part in fault["loc"]), detail=fault["msg"])
        for fault in faults
    ]
    error = errors.InvalidSpec(
        f"The request has {len(listed)} fault{'' if len(listed) == 1 else 's'}.",
        remedy="Mend the fields listed under faults; GET /openapi.json describes them.",
    )
    return problem(error, correlation_id).model_copy(update={"faults": listed})


def headers(error: errors.NovaCronError) -> dict[str, str]:
    """Reply headers that go with ``error``: Retry-After in whole seconds, rounded up."""
    if isinstance(error, errors.Throttled):
        return {"Retry-After": str(max(1, math.ceil(error.retry_after)))}
    if isinstance(error, errors.NotReady):
        return {"Retry-After": "1"}
    return {}
