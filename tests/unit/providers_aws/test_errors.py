"""Every error of the SDK has its class, and says nothing that it should not."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

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
    Unsupported,
)
from novacron.providers.aws.errors import TABLE, translate, translated


def _error(code: str, operation: str = "DescribeX", message: str = "m", **meta: Any) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": meta}
    return ClientError(answer, operation)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AuthFailure", AuthenticationFailed),
        ("InvalidClientTokenId", AuthenticationFailed),
        ("ExpiredToken", AuthenticationFailed),
        ("UnauthorizedOperation", PermissionDenied),
        ("AccessDenied", PermissionDenied),
        ("RequestLimitExceeded", Throttled),
        ("ThrottlingException", Throttled),
        ("VcpuLimitExceeded", QuotaExceeded),
        ("VolumeLimitExceeded", QuotaExceeded),
        ("VpcLimitExceeded", QuotaExceeded),
        ("InsufficientInstanceCapacity", NoCapacity),
        ("InvalidAMIName.Duplicate", AlreadyExists),
        ("IdempotentParameterMismatch", Conflict),
        ("IncorrectInstanceState", Conflict),
        ("VolumeInUse", Conflict),
        ("DependencyViolation", Conflict),
        ("InvalidSnapshot.InUse", Conflict),
        ("InvalidInstanceID.NotFound", NotFound),
        ("InvalidInstanceID.Malformed", NotFound),
        ("InvalidVolume.NotFound", NotFound),
        ("InvalidParameterValue", InvalidSpec),
        ("UnsupportedOperation", Unsupported),
        ("InternalError", ProviderUnavailable),
        ("SomethingNew", ProviderUnavailable),
        ("", ProviderUnavailable),
    ],
)
def test_codes(code: str, kind: type[NovaCronError]) -> None:
    assert type(translate(_error(code))) is kind


@pytest.mark.parametrize("code", sorted(TABLE))
def test_every_code_of_the_table_keeps_its_class_and_its_message(code: str) -> None:
    found = translate(_error(code, message="why it failed"))
    assert type(found) is TABLE[code]
    assert "why it failed" in found.detail


@pytest.mark.parametrize(
    ("operation", "code", "kind", "field"),
    [
        ("RunInstances", "InvalidAMIID.NotFound", InvalidSpec, "image"),
        ("RunInstances", "InvalidSubnetID.NotFound", InvalidSpec, "subnet_id"),
        ("RunInstances", "InvalidGroup.NotFound", InvalidSpec, "firewall_ids"),
        ("CreateVolume", "InvalidZone.NotFound", InvalidSpec, "zone"),
        ("ModifyVolume", "InvalidParameterValue", InvalidSpec, "size_gib"),
        ("DescribeVolumes", "InvalidPaginationToken", InvalidSpec, "cursor"),
        ("AssumeRole", "AccessDenied", AuthenticationFailed, "settings.role_arn"),
    ],
)
def test_what_a_request_names_wrongly_is_its_fault(
    operation: str, code: str, kind: type[NovaCronError], field: str
) -> None:
    found = translate(_error(code, operation))
    assert (type(found), found.field) == (kind, field)


@pytest.mark.parametrize(
    ("operation", "reason", "kind"),
    [
        ("PutSnapshotBlock", "INVALID_SNAPSHOT_ID", Conflict),
        ("PutSnapshotBlock", "CONFLICTING_BLOCK_UPDATE", NotReady),
        ("PutSnapshotBlock", "INVALID_PARAMETER_VALUE", ProviderUnavailable),
        ("CompleteSnapshot", "INVALID_PARAMETER_VALUE", Conflict),
        ("ListChangedBlocks", "UNRELATED_SNAPSHOTS", Conflict),
        ("GetSnapshotBlock", "INVALID_SNAPSHOT_ID", NotReady),
        ("GetSnapshotBlock", "INVALID_BLOCK", InvalidSpec),
    ],
)
def test_ebs_direct_says_why(operation: str, reason: str, kind: type[NovaCronError]) -> None:
    error = _error("ValidationException", operation)
    error.response["Reason"] = reason  # type: ignore[typeddict-unknown-key]
    assert type(translate(error)) is kind


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NoCredentialsError(), AuthenticationFailed),
        (EndpointConnectionError(endpoint_url="https://x"), ProviderUnavailable),
        (ReadTimeoutError(endpoint_url="https://x"), ProviderUnavailable),
        (ParamValidationError(report="too short"), InvalidSpec),
        (BotoCoreError(), ProviderUnavailable),
    ],
)
def test_errors_without_an_answer(error: BotoCoreError, kind: type[NovaCronError]) -> None:
    assert type(translate(error)) is kind


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("soon", 1.0), (None, 1.0)])
def test_retry_after(header: str | None, seconds: float) -> None:
    headers = {} if header is None else {"retry-after": header}
    found = translate(_error("RequestLimitExceeded", HTTPHeaders=headers))
    assert isinstance(found, Throttled)
    assert found.retry_after == seconds


def test_another_accounts_image_is_no_failed_login() -> None:
    error = _error("AuthFailure", message="Not authorized for images: [ami-1]")
    assert type(translate(error)) is PermissionDenied


def test_the_encoded_blob_is_left_out() -> None:
    message = "You may not. Encoded authorization failure message: s3cr3t"
    assert "s3cr3t" not in translate(_error("UnauthorizedOperation", message=message)).detail


def test_the_cause_is_kept() -> None:
    cause = _error("VolumeInUse")

    @translated
    def failing() -> None:
        raise cause

    with pytest.raises(Conflict) as caught:
        failing()
    assert caught.value.__cause__ is cause
