"""Every error of the SDK has its class, and says nothing that it should not."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from google.api_core.exceptions import from_http_response
from google.auth.exceptions import DefaultCredentialsError, RefreshError, TransportError

from novacron.errors import (
    AlreadyExists,
    AuthenticationFailed,
    Conflict,
    InvalidSpec,
    NoCapacity,
    NotFound,
    NotReady,
    NovaCronError,
    PermissionDenied,
    ProviderUnavailable,
    QuotaExceeded,
    Throttled,
)
from novacron.providers.gcp.errors import of_reason, request_fault, translate, translated


def _answer(status: int, reason: str = "", message: str = "m", **headers: str) -> Any:
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers)
    errors = [{"reason": reason, "message": message}] if reason else []
    body = {"error": {"code": status, "message": message, "errors": errors}}
    response._content = json.dumps(body).encode()
    response.headers["content-type"] = "application/json"
    response.request = requests.Request("GET", "https://compute.googleapis.com/x?key=k").prepare()
    return from_http_response(response)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (400, "invalid", InvalidSpec),
        (400, "required", InvalidSpec),
        (400, "resourceNotReady", NotReady),
        (400, "resourceInUseByAnotherResource", Conflict),
        (400, "invalidResourceUsage", Conflict),
        (400, "", InvalidSpec),
        (401, "required", AuthenticationFailed),
        (401, "authError", AuthenticationFailed),
        (401, "", AuthenticationFailed),
        (403, "forbidden", PermissionDenied),
        (403, "accessNotConfigured", PermissionDenied),
        (403, "quotaExceeded", QuotaExceeded),
        (403, "rateLimitExceeded", Throttled),
        (403, "", PermissionDenied),
        (404, "notFound", NotFound),
        (409, "alreadyExists", AlreadyExists),
        (412, "conditionNotMet", Conflict),
        (429, "rateLimitExceeded", Throttled),
        (429, "", Throttled),
        (500, "internalError", ProviderUnavailable),
        (502, "", ProviderUnavailable),
        (503, "backendError", ProviderUnavailable),
        (418, "teapot", ProviderUnavailable),
    ],
)
def test_answers(status: int, reason: str, kind: type[NovaCronError]) -> None:
    found = translate(_answer(status, reason, "why it failed"))
    assert type(found) is kind
    assert "why it failed" in found.detail
    assert "key=k" not in found.detail


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ZONE_RESOURCE_POOL_EXHAUSTED", NoCapacity),
        ("ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS", NoCapacity),
        ("STOCKOUT", NoCapacity),
        ("QUOTA_EXCEEDED", QuotaExceeded),
        ("RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", Conflict),
        ("RESOURCE_NOT_READY", NotReady),
        ("RESOURCE_NOT_FOUND", NotFound),
        ("PERMISSIONS_ERROR", PermissionDenied),
        ("SOMETHING_NEW", ProviderUnavailable),
    ],
)
def test_codes_of_operations(code: str, kind: type[NovaCronError]) -> None:
    assert type(of_reason(code, 0, "m")) is kind


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RefreshError("invalid_grant", {}), AuthenticationFailed),
        (RefreshError("down", {}, retryable=True), ProviderUnavailable),
        (DefaultCredentialsError("none"), AuthenticationFailed),
        (TransportError("no route"), ProviderUnavailable),
        (requests.exceptions.ReadTimeout("slow"), ProviderUnavailable),
        (requests.exceptions.ConnectionError("reset"), ProviderUnavailable),
    ],
)
def test_errors_without_an_answer(error: Exception, kind: type[NovaCronError]) -> None:
    assert type(translate(error)) is kind


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("soon", 1.0), (None, 1.0)])
def test_retry_after(header: str | None, seconds: float) -> None:
    headers = {} if header is None else {"retry-after": header}
    found = translate(_answer(429, "rateLimitExceeded", **headers))
    assert isinstance(found, Throttled)
    assert found.retry_after == seconds


@pytest.mark.parametrize(
    ("field", "ours"),
    [
        ("resource.machineType", "instance_type"),
        ("resource.networkInterfaces[0].subnetwork", "subnet_id"),
        ("resource.disks[0].initializeParams.sourceImage", "image"),
        ("resource.sizeGb", "size_gib"),
        ("pageToken", "cursor"),
        ("resource.colour", None),
    ],
)
def test_a_field_at_fault_has_our_name(field: str, ours: str | None) -> None:
    message = f"Invalid value for field '{field}': 'x'. Wrong."
    assert translate(_answer(400, "invalid", message)).field == ours


def test_what_a_request_names_wrongly_is_its_fault() -> None:
    message = "The resource 'projects/p/regions/r/subnetworks/s' was not found"
    found = request_fault(translate(_answer(404, "notFound", message)))
    assert (type(found), found.field) == (InvalidSpec, "subnet_id")


def test_the_cause_is_kept_and_bugs_are_not_hidden() -> None:
    cause = _answer(409, "alreadyExists")

    @translated
    def failing(error: Exception) -> None:
        raise error

    with pytest.raises(AlreadyExists) as caught:
        failing(cause)
    assert caught.value.__cause__ is cause
    with pytest.raises(KeyError):
        failing(KeyError("ours"))
