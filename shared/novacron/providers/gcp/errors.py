"""The one place where an error of Google's SDK becomes one of ours.

Reasons: https://cloud.google.com/compute/docs/troubleshooting/troubleshooting-http-errors and
https://cloud.google.com/apis/design/errors; an operation's codes:
https://cloud.google.com/compute/docs/troubleshooting/troubleshooting-vm-creation,
https://cloud.google.com/compute/docs/troubleshooting/troubleshooting-resource-availability
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

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

if TYPE_CHECKING:
    from google.api_core.exceptions import GoogleAPICallError

P = ParamSpec("P")
R = TypeVar("R")

# An operation's codes are the same words in capitals with underscores; both are compared as
# letters alone.
_REASONS: dict[type[NovaCronError], str] = {
    AuthenticationFailed: "authError required:401 expired unauthenticated",
    PermissionDenied: """accessNotConfigured forbidden insufficientPermissions permissionDenied
        billingNotEnabled PERMISSIONS_ERROR SERVICE_ACCOUNT_ACCESS_DENIED""",
    Throttled: """rateLimitExceeded userRateLimitExceeded concurrentLimitExceeded
        OPERATION_RATE_EXCEEDED RESOURCE_OPERATION_RATE_EXCEEDED""",
    QuotaExceeded: """quotaExceeded limitExceeded dailyLimitExceeded quotaForInstances""",
    NoCapacity: """ZONE_RESOURCE_POOL_EXHAUSTED ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS
        RESOURCE_POOL_EXHAUSTED stockout IP_SPACE_EXHAUSTED IP_SPACE_EXHAUSTED_WITH_DETAILS""",
    AlreadyExists: "alreadyExists duplicate RESOURCE_ALREADY_EXISTS",
    Conflict: """conditionNotMet conflict invalidResourceUsage
        resourceInUseByAnotherResource resourceInUse deleteProtected UNSUPPORTED_OPERATION""",
    NotFound: "notFound RESOURCE_NOT_FOUND",
    NotReady: "resourceNotReady",
    InvalidSpec: """badRequest fieldCountLimitExceeded invalid invalidParameter
        invalidParameterValue invalidUsage parseError required INVALID_FIELD_VALUE
        RESOURCE_NOT_COMPATIBLE""",
    Unsupported: "notImplemented unsupported",
    ProviderUnavailable: "backendError internalError internal unavailable INTERNAL_ERROR",
}


def _letters(text: str) -> str:
    return text.replace("_", "").casefold()


TABLE: dict[str, type[NovaCronError]] = {
    _letters(reason): kind for kind, reasons in _REASONS.items() for reason in reasons.split()
}
"""Reason -> class; "required" of a 401 is apart from that of a 400."""
_STATUSES: dict[int, type[NovaCronError]] = {
    400: InvalidSpec,
    401: AuthenticationFailed,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    412: Conflict,
    429: Throttled,
}
"""For an answer whose reason is not in the table; any other status is ProviderUnavailable."""

_QUOTED = re.compile(r"\[[^\]]*\]")
_REQUEST = re.compile(r"^[A-Z]+ \S+: ")
# "Invalid value for field 'resource.networkInterfaces[0].subnetwork': ..." -> what we call it
_NAMED = re.compile(r"field '(?:resource\.)?([\w.\[\]]+)'")
_FIELDS: tuple[tuple[str, str], ...] = (
    ("machineType", "instance_type"),
    ("subnetwork", "subnet_id"),
    ("tags", "firewall_ids"),
    ("sourceSnapshot", "snapshot_id"),
    ("sourceImage", "image"),
    ("diskSizeGb", "root_disk_gib"),
    ("sizeGb", "size_gib"),
    ("provisionedIops", "iops"),
    ("provisionedThroughput", "throughput_mibps"),
    ("ipCidrRange", "subnets"),
    ("networkIP", "private_ip"),
    ("metadata", "user_data"),
    ("guestAccelerators", "gpus"),
    ("labels", "tags"),
    ("pageToken", "cursor"),
    ("zone", "zone"),
    ("region", "region"),
)


# What a create refers to and is not there is a fault of the request:
# "The resource 'projects/p/regions/r/subnetworks/s' was not found"
_REFERRED = {
    "subnetworks": "subnet_id",
    "networks": "subnet_id",
    "machineTypes": "instance_type",
    "images": "image",
    "zones": "zone",
    "regions": "region",
}


def request_fault(error: NovaCronError) -> NovaCronError:
    """A NotFound of what a create names, as the InvalidSpec that it is; others as they are."""
    if not isinstance(error, NotFound):
        return error
    match = re.search(r"/(\w+)/(?:family/)?[^/' ]+' was not found", error.detail)
    return InvalidSpec(error.detail, field=_REFERRED.get(match[1]) if match else None)


def reason_of(error: GoogleAPICallError) -> str:
    """The first reason of an answer, "" where it has none."""
    for one in error.errors or []:
        if isinstance(one, dict) and one.get("reason"):
            return str(one["reason"])
    return ""


def of_reason(reason: str, status: int, detail: str, retry_after: float = 1.0) -> NovaCronError:
    """Our error for a reason or an operation's code."""
    known = TABLE.get(_letters(f"{reason}:{status}")) or TABLE.get(_letters(reason))
    kind = known or _STATUSES.get(status, ProviderUnavailable)
    if status == 429:
        kind = QuotaExceeded if kind is QuotaExceeded else Throttled
    if kind is Throttled:
        return Throttled(detail, retry_after=retry_after)
    return kind(detail, field=_field(detail) if kind is InvalidSpec else None)


def translate(error: Exception) -> NovaCronError:
    """Our error for one of google.api_core, google.auth or requests."""
    from google.api_core.exceptions import GoogleAPICallError
    from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError

    if isinstance(error, GoogleAPICallError):
        status = int(error.code or 0)
        reason = reason_of(error)
        detail = f"Google: {reason or status}: {_REQUEST.sub('', str(error.message))}"
        return of_reason(reason, status, detail, retry_after(error.response))
    if isinstance(error, TransportError) or (isinstance(error, RefreshError) and error.retryable):
        return ProviderUnavailable(f"Google gave no token: {_first(error)}")
    if isinstance(error, GoogleAuthError):
        return AuthenticationFailed(f"Google does not take the credential: {_first(error)}")
    # Connection, TLS, timeout, half an answer: nothing that the caller could mend.
    return ProviderUnavailable(f"Google did not answer: {error}")


def blamed(method: Callable[P, R]) -> Callable[P, R]:
    """A create: what it names and is not there is a fault of the request."""

    @functools.wraps(method)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return translated(method)(*args, **kwargs)
        except NotFound as error:
            raise request_fault(error) from error

    return wrapped


def translated(method: Callable[P, R]) -> Callable[P, R]:
    """A method whose SDK errors come out as ours."""

    @functools.wraps(method)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except NovaCronError:
            raise
        except Exception as error:
            if not _is_sdk(error):
                raise
            raise translate(error) from error

    return wrapped


def retry_after(response: Any) -> float:
    """Seconds; Google seldom says, and then 1 is what its libraries begin with."""
    headers = getattr(response, "headers", None) or {}
    try:
        return max(0.0, float(headers.get("retry-after", 1.0)))
    except ValueError:
        return 1.0


def _is_sdk(error: Exception) -> bool:
    """Whether it is one of the SDK's families; by name, so that none is imported for it."""
    homes = ("google.api_core.", "google.auth.", "requests.", "urllib3.", "google.protobuf.")
    return any(base.__module__.startswith(homes) for base in type(error).__mro__)


def _first(error: Exception) -> str:
    """The message without the token endpoint's whole answer, nor the audiences that it quotes."""
    return _QUOTED.sub("[...]", str(error.args[0])) if error.args else type(error).__name__


def _field(detail: str) -> str | None:
    match = _NAMED.search(detail)
    if match is None:
        return None
    return next((ours for theirs, ours in _FIELDS if theirs in match[1]), None)
