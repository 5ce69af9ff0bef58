"""Every error of the SDK has its class, and says nothing that it should not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from novacron.errors import (
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
from novacron.providers.azure.error_codes import TABLE
from novacron.providers.azure.errors import failure, translate, translated

GROUP = "/subscriptions/s/resourceGroups/g/providers"


class _Request:
    url = f"https://management.azure.com{GROUP}/Microsoft.Compute/virtualMachines/nc-1"


class _Answer:
    """As much of an HTTP answer as errors are made from."""

    reason = "Bad"
    request = _Request()
    content_type = "application/json"

    def __init__(self, status: int, body: Any, headers: dict[str, str]) -> None:
        self.status_code, self.headers = status, headers
        self._body = body if isinstance(body, str) else json.dumps(body)

    def text(self, encoding: str | None = None) -> str:
        return self._body

    def body(self) -> bytes:
        return self._body.encode()

    def json(self) -> Any:
        return json.loads(self._body)


def _error(
    status: int, code: str, message: str = "m", target: str | None = None, **headers: str
) -> HttpResponseError:
    body = {"error": {"code": code, "message": message, "target": target}}
    answer: Any = _Answer(status, body, {k.replace("_", "-"): v for k, v in headers.items()})
    return HttpResponseError(response=answer)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "ExpiredAuthenticationToken", AuthenticationFailed),
        (403, "AuthorizationFailed", PermissionDenied),
        (404, "ResourceNotFound", NotFound),
        (409, "AllocationFailed", NoCapacity),
        (409, "ZonalAllocationFailed", NoCapacity),
        (409, "SkuNotAvailable", NoCapacity),
        (409, "OverconstrainedAllocationRequest", NoCapacity),
        (409, "QuotaExceeded", QuotaExceeded),
        (409, "OperationNotAllowed", Conflict),
        (409, "AnotherOperationInProgress", NotReady),
        (400, "InvalidParameter", InvalidSpec),
        (400, "InUseSubnetCannotBeDeleted", Conflict),
        (412, "PreconditionFailed", NotReady),
        (429, "TooManyRequests", Throttled),
        (500, "InternalServerError", ProviderUnavailable),
        (503, "SomethingNew", ProviderUnavailable),
        (400, "SomethingNew", InvalidSpec),
        (409, "SomethingNew", Conflict),
        (418, "SomethingNew", ProviderUnavailable),
    ],
)
def test_codes(status: int, code: str, kind: type[NovaCronError]) -> None:
    assert type(translate(_error(status, code))) is kind


@pytest.mark.parametrize("code", sorted(TABLE))
def test_every_code_of_the_table_keeps_its_message(code: str) -> None:
    found = failure(code, "why it failed")
    assert "why it failed" in found.detail
    assert type(found) in (TABLE[code], InvalidSpec)


@pytest.mark.parametrize(
    ("code", "message", "target", "field"),
    [
        ("InvalidParameter", "no such size", "vmSize", "instance_type"),
        ("InvalidParameter", "too small", "osDisk.diskSizeGB", "root_disk_gib"),
        ("PlatformImageNotFound", "no", None, "image"),
        ("InvalidAvailabilityZone", "no", None, "zone"),
        ("InvalidResourceReference", f"{GROUP}/x/virtualNetworks/v/subnets/a", None, "subnet_id"),
        ("InvalidResourceReference", f"{GROUP}/networkSecurityGroups/a", None, "firewall_ids"),
        ("ResourceNotFound", "The Resource 'Microsoft.Compute/images/a' ...", None, "image"),
    ],
)
def test_what_a_request_names_wrongly_is_its_fault(
    code: str, message: str, target: str | None, field: str
) -> None:
    found = translate(_error(404 if "NotFound" in code else 400, code, message, target))
    assert (type(found), found.field) == (InvalidSpec, field)


def test_a_quota_may_come_as_an_operation_that_is_not_allowed() -> None:
    message = "Operation could not be completed as it results in exceeding approved Cores quota."
    assert type(translate(_error(409, "OperationNotAllowed", message))) is QuotaExceeded


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("soon", 1.0), (None, 1.0)])
def test_retry_after(header: str | None, seconds: float) -> None:
    headers = {} if header is None else {"Retry_After": header}
    found = translate(_error(429, "TooManyRequests", **headers))
    assert isinstance(found, Throttled)
    assert found.retry_after == seconds


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ServiceRequestError("no route"), ProviderUnavailable),
        (ServiceResponseError("reset"), ProviderUnavailable),
        (ClientAuthenticationError("AADSTS7000215: bad secret. Trace ID: x"), AuthenticationFailed),
        (AzureError("odd"), ProviderUnavailable),
    ],
)
def test_errors_without_an_answer(error: AzureError, kind: type[NovaCronError]) -> None:
    assert type(translate(error)) is kind


def test_an_answer_that_is_no_json_is_told_by_its_status() -> None:
    answer: Any = _Answer(502, "<html>", {})
    assert type(translate(HttpResponseError(response=answer))) is ProviderUnavailable


def test_no_signature_leaves_in_a_message() -> None:
    found = translate(ServiceRequestError("GET https://b/x?sv=2024&sig=s3cr3t%3D failed"))
    assert "s3cr3t" not in found.detail


def test_the_cause_is_kept_and_other_faults_pass() -> None:
    cause = _error(409, "DiskInUse")

    @translated
    def failing(error: Exception) -> None:
        raise error

    with pytest.raises(Conflict) as caught:
        failing(cause)
    assert caught.value.__cause__ is cause
    with pytest.raises(KeyError):
        failing(KeyError("ours"))
