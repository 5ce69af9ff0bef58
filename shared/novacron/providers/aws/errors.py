"""The one place where an error of the AWS SDK becomes one of ours.

Codes: https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html,
https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
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

P = ParamSpec("P")
R = TypeVar("R")

_CODES: dict[type[NovaCronError], str] = {
    AuthenticationFailed: """AuthFailure ExpiredToken ExpiredTokenException IncompleteSignature
        InvalidAccessKeyId InvalidClientTokenId MissingAuthenticationToken RequestExpired
        SignatureDoesNotMatch UnrecognizedClientException Blocked PendingVerification""",
    PermissionDenied: """AccessDenied AccessDeniedException OptInRequired UnauthorizedOperation
        NotAuthorized""",
    Throttled: """BandwidthLimitExceeded EC2ThrottledException RequestLimitExceeded
        RequestThrottled RequestThrottledException SlowDown Throttling ThrottlingException
        TooManyRequestsException SnapshotCreationPerVolumeRateExceeded
        ConcurrentLimitExceededException""",
    QuotaExceeded: """AddressLimitExceeded AttachmentLimitExceeded InstanceLimitExceeded
        MaxIOPSLimitExceeded MaxSpotInstanceCountExceeded RulesPerSecurityGroupLimitExceeded
        SecurityGroupLimitExceeded SecurityGroupsPerInstanceLimitExceeded SnapshotLimitExceeded
        SubnetLimitExceeded VcpuLimitExceeded VolumeLimitExceeded VpcLimitExceeded
        ConcurrentSnapshotLimitExceeded PendingSnapshotLimitExceeded ResourceLimitExceeded
        ServiceQuotaExceededException""",
    NoCapacity: """InsufficientAddressCapacity InsufficientCapacity InsufficientCapacityOnHost
        InsufficientFreeAddressesInSubnet InsufficientHostCapacity InsufficientInstanceCapacity
        InsufficientVolumeCapacity MaxSpotPriceTooLow SpotMaxPriceTooLow""",
    AlreadyExists: """InvalidAMIName.Duplicate InvalidGroup.Duplicate
        InvalidPermission.Duplicate""",
    Conflict: """DependencyViolation IdempotentParameterMismatch IdempotentInstanceTerminated
        IncorrectInstanceState IncorrectModificationState IncorrectState IncorrectStateException
        InvalidGroup.InUse InvalidIPAddress.InUse InvalidInstanceAttributeValue
        InvalidSnapshot.InUse InvalidState OperationNotPermitted ResourceAlreadyAssociated
        VolumeInUse VolumeModificationRateExceeded ConflictException InvalidChangeBatch
        PriorRequestNotComplete""",
    NotFound: """InvalidAMIID.Malformed InvalidAMIID.NotFound InvalidAMIID.Unavailable
        InvalidGroup.NotFound InvalidGroupId.Malformed InvalidInstanceID.Malformed
        InvalidInstanceID.NotFound InvalidSecurityGroupID.NotFound InvalidSnapshot.NotFound
        InvalidSnapshotID.Malformed InvalidSubnetID.Malformed InvalidSubnetID.NotFound
        InvalidVolume.NotFound InvalidVolumeID.Malformed InvalidVpcID.Malformed
        InvalidVpcID.NotFound ResourceNotFoundException NoSuchResourceException
        NoSuchHostedZone NoSuchChange""",
    InvalidSpec: """InvalidBlockDeviceMapping InvalidInput InvalidNextToken
        InvalidPaginationToken InvalidParameter InvalidParameterCombination
        InvalidParameterValue InvalidPermission.Malformed InvalidSubnet.Conflict
        InvalidSubnet.Range InvalidTagKey.Malformed InvalidUserData.Malformed InvalidVpc.Range
        InvalidVolume.ZoneMismatch InvalidZone.NotFound MissingParameter ParameterNotFound
        TagLimitExceeded UnknownVolumeType VPCIdNotSpecified ValidationError
        ValidationException""",
    Unsupported: """InvalidAction UnknownParameter Unsupported UnsupportedHostConfiguration
        UnsupportedOperation VPCResourceNotSpecified""",
    ProviderUnavailable: """InternalError InternalFailure InternalServerException
        RequestTimeout RequestTimeoutException ServiceUnavailable Unavailable""",
}
TABLE: dict[str, type[NovaCronError]] = {
    code: kind for kind, codes in _CODES.items() for code in codes.split()
}
"""Error code -> class. A code that is not here becomes ProviderUnavailable."""

# What the code, or the reason that EBS direct gives with it, means in this operation alone: for a
# create, what the *request* names wrongly is a fault of the request.
_FIELDS: dict[tuple[str, str], tuple[type[NovaCronError], str | None]] = {
    ("RunInstances", "InvalidAMIID.NotFound"): (InvalidSpec, "image"),
    ("RunInstances", "InvalidAMIID.Malformed"): (InvalidSpec, "image"),
    ("RunInstances", "InvalidAMIID.Unavailable"): (Conflict, "image"),
    ("RunInstances", "InvalidSubnetID.NotFound"): (InvalidSpec, "subnet_id"),
    ("RunInstances", "InvalidSubnetID.Malformed"): (InvalidSpec, "subnet_id"),
    ("RunInstances", "InvalidGroup.NotFound"): (InvalidSpec, "firewall_ids"),
    ("RunInstances", "InvalidSecurityGroupID.NotFound"): (InvalidSpec, "firewall_ids"),
    ("RunInstances", "InvalidBlockDeviceMapping"): (InvalidSpec, "root_disk_gib"),
    ("RunInstances", "InvalidUserData.Malformed"): (InvalidSpec, "user_data"),
    # "not supported in your requested Availability Zone": waiting does not help
    ("RunInstances", "Unsupported"): (InvalidSpec, "instance_type"),
    ("RunInstances", "InvalidZone.NotFound"): (InvalidSpec, "zone"),
    ("CreateVolume", "InvalidZone.NotFound"): (InvalidSpec, "zone"),
    ("CreateVolume", "InvalidParameterValue"): (InvalidSpec, "size_gib"),
    ("ModifyVolume", "InvalidParameterValue"): (InvalidSpec, "size_gib"),
    ("ModifyInstanceAttribute", "InvalidParameterValue"): (InvalidSpec, "instance_type"),
    ("CreateVpc", "InvalidVpc.Range"): (InvalidSpec, "cidr"),
    ("CreateSubnet", "InvalidParameterValue"): (InvalidSpec, "subnets"),
    ("CreateSubnet", "InvalidSubnet.Range"): (InvalidSpec, "subnets"),
    ("CreateSubnet", "InvalidSubnet.Conflict"): (InvalidSpec, "subnets"),
    ("GetParameter", "ParameterNotFound"): (InvalidSpec, "image"),
    ("AssumeRole", "AccessDenied"): (AuthenticationFailed, "settings.role_arn"),
    # No agent registered, or the instance is gone; an invocation is not seen at once.
    ("SendCommand", "InvalidInstanceId"): (Conflict, None),
    ("GetCommandInvocation", "InvocationDoesNotExist"): (NotReady, None),
    ("SendCommand", "MaxDocumentSizeExceeded"): (InvalidSpec, "script"),
    ("SendCommand", "InvalidParameters"): (InvalidSpec, "script"),
    # A snapshot may be unknown for two minutes after StartSnapshot:
    # https://github.com/awslabs/coldsnap/issues/43
    ("PutSnapshotBlock", "ResourceNotFoundException"): (NotReady, None),
    ("CompleteSnapshot", "ResourceNotFoundException"): (NotReady, None),
    # Damaged or cut off on its way, as the checksum is ours:
    # https://github.com/nanovms/ops/pull/1268
    ("PutSnapshotBlock", "INVALID_PARAMETER_VALUE"): (ProviderUnavailable, None),
    ("PutSnapshotBlock", "CONFLICTING_BLOCK_UPDATE"): (NotReady, None),
    ("PutSnapshotBlock", "INVALID_SNAPSHOT_ID"): (Conflict, None),
    ("PutSnapshotBlock", "WRITE_REQUEST_TIMEOUT"): (Conflict, None),
    ("CompleteSnapshot", "INVALID_PARAMETER_VALUE"): (Conflict, None),
    ("CompleteSnapshot", "WRITE_REQUEST_TIMEOUT"): (Conflict, None),
    # Not completed yet: https://docs.aws.amazon.com/ebs/latest/userguide/ebsapi-faq.html
    ("ListSnapshotBlocks", "INVALID_SNAPSHOT_ID"): (NotReady, None),
    ("ListChangedBlocks", "INVALID_SNAPSHOT_ID"): (NotReady, None),
    ("GetSnapshotBlock", "INVALID_SNAPSHOT_ID"): (NotReady, None),
    ("ListChangedBlocks", "UNRELATED_SNAPSHOTS"): (Conflict, None),
}
_CURSOR = ("InvalidNextToken", "InvalidPaginationToken")
_NO_CREDENTIAL = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError)


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def reason_of(error: ClientError) -> str:
    """EBS direct's reason, "" where there is none:
    https://docs.aws.amazon.com/ebs/latest/APIReference/API_PutSnapshotBlock.html (Errors)"""
    told: Any = error.response
    return str(told.get("Reason", ""))


def translate(error: ClientError | BotoCoreError) -> NovaCronError:
    """Our error for the SDK's. Its detail is AWS's message, without encoded blobs."""
    if isinstance(error, ClientError):
        return _answered(error)
    if isinstance(error, _NO_CREDENTIAL):
        return AuthenticationFailed(f"There is no usable AWS credential: {error}")
    if isinstance(error, ParamValidationError):
        return InvalidSpec(f"AWS cannot take this request: {error}")
    # Endpoint, proxy, TLS, timeout, half an answer: nothing that the caller could mend.
    return ProviderUnavailable(f"AWS did not answer: {error}")


def translated(method: Callable[P, R]) -> Callable[P, R]:
    """A method whose SDK errors come out as ours."""

    @functools.wraps(method)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except (ClientError, BotoCoreError) as error:
            raise translate(error) from error

    return wrapped


def _answered(error: ClientError) -> NovaCronError:
    code = code_of(error)
    # UnauthorizedOperation carries a blob that only the account's owner may decode.
    message = str(error.response.get("Error", {}).get("Message", ""))
    message = message.partition("Encoded authorization failure message:")[0].strip()
    detail = f"AWS {error.operation_name}: {code}: {message}"
    kind, field = (
        _FIELDS.get((error.operation_name, reason_of(error)))
        or _FIELDS.get((error.operation_name, code))
        or (TABLE.get(code), None)
    )
    if code == "AuthFailure" and "not authorized" in message.lower():
        kind = PermissionDenied  # said of another account's image
    if kind is None:
        return ProviderUnavailable(detail)
    if kind is Throttled:
        return Throttled(detail, retry_after=_retry_after(error))
    return kind(detail, field="cursor" if code in _CURSOR else field)


def _retry_after(error: ClientError) -> float:
    """Seconds; AWS seldom says, and then 1 is what its SDKs begin with."""
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        return max(0.0, float(headers.get("retry-after", 1.0)))
    except ValueError:
        return 1.0
