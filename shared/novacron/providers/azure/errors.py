"""The one place where an error of the Azure SDK becomes one of ours.

Codes: https://learn.microsoft.com/en-us/azure/azure-resource-manager/troubleshooting/common-deployment-errors,
https://learn.microsoft.com/en-us/troubleshoot/azure/virtual-machines/windows/error-messages,
https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from novacron.errors import (
    Conflict,
    InvalidSpec,
    NotFound,
    NotReady,
    NovaCronError,
    ProviderUnavailable,
    QuotaExceeded,
    Throttled,
)
from novacron.providers.azure.error_codes import BY_STATUS, FIELDS, REFERENCES, TABLE

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError, HttpResponseError

P = ParamSpec("P")
R = TypeVar("R")
# A SAS in a blob's URL, or a token, is a credential: none leaves in a message.
_SECRET = re.compile(r"(?i)\b(sig|se|sp|sv|client_secret|client_assertion)=[^\s&\"']+")
_COSTS = "x-ms-ratelimit-microsoft.costmanagement"
# https://learn.microsoft.com/en-us/azure/cost-management-billing/costs/manage-automation
_LATER = ["Retry-After"] + [
    f"{_COSTS}-{of}-retry-after" for of in ("qpu", "entity", "tenant", "clienttype")
]
_AADSTS = re.compile(r"AADSTS\d+")


def translated(method: Callable[P, R]) -> Callable[P, R]:
    """A method whose SDK errors come out as ours."""

    @functools.wraps(method)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except NovaCronError:
            raise
        except Exception as error:
            # Only a call that reached the SDK can have raised its errors: it is imported now.
            from azure.core.exceptions import AzureError

            if not isinstance(error, AzureError):
                raise
            raise translate(error) from error

    return wrapped


def translate(error: AzureError) -> NovaCronError:
    """Our error for the SDK's. Its detail is Azure's message, without what grants access."""
    from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

    answered = isinstance(error, HttpResponseError) and error.response is not None
    if isinstance(error, ClientAuthenticationError) and not answered:
        return _unauthenticated(error)
    if isinstance(error, HttpResponseError) and answered:
        if _AADSTS.search(str(error)):
            return _unauthenticated(error)
        return _answered(error)
    # Name, TLS, timeout, half an answer: nothing that the caller could mend.
    return ProviderUnavailable(f"Azure did not answer: {_clean(str(error))}")


def code_of(error: HttpResponseError) -> str:
    return _body(error)[0]


def failure(
    code: str, message: str, target: str = "", *, status: int = 0, retry_after: float = 1.0
) -> NovaCronError:
    """Our error for a code of ARM, answered now (with ``status``) or told by an operation."""
    detail = f"Azure: {code}: {_clean(message)}"
    field = FIELDS.get(target.rpartition(".")[2].lower()) or FIELDS.get(code.lower())
    kind = TABLE.get(code.lower()) or BY_STATUS.get(status)
    if code.lower() == "operationnotallowed" and "quota" in message.lower():
        kind = QuotaExceeded  # https://learn.microsoft.com/en-us/azure/azure-resource-manager/troubleshooting/error-resource-quota
    if kind in (NotFound, Conflict) and code.lower() in FIELDS:
        kind = InvalidSpec  # what the request names, not what the call is about
    if kind is None:
        return ProviderUnavailable(detail)
    if kind is Throttled:
        return Throttled(detail, retry_after=retry_after)
    return kind(detail, field=field if kind in (InvalidSpec, QuotaExceeded) else None)


def _answered(error: HttpResponseError) -> NovaCronError:
    code, message, target = _body(error)
    status = error.status_code or 0
    if status == 412:
        # Someone changed it between our look and our change.
        return NotReady(f"Azure: {code}: it was changed at the same time; try again.")
    if field := _referenced(error, code, message):
        return InvalidSpec(f"Azure: {code}: {_clean(message)}", field=field)
    found = failure(code, message, target, status=status, retry_after=_retry_after(error))
    if found.field == "size_gib" and "/virtualmachines/" in _asked(error):
        found.field = "root_disk_gib"
    return found


def _referenced(error: HttpResponseError, code: str, message: str) -> str | None:
    """The field of what a request refers to and Azure does not find."""
    if TABLE.get(code.lower()) is not NotFound and code != "InvalidResourceReference":
        return None
    asked, told = _asked(error), message.lower()
    return next((f for part, f in REFERENCES if part in told and part not in asked), None)


def _asked(error: HttpResponseError) -> str:
    answer: Any = error.response
    return str(answer.request.url).lower() if answer is not None else ""


def _body(error: HttpResponseError) -> tuple[str, str, str]:
    """(code, message, target) of ARM's error body; a code of its details if that says more."""
    answer: Any = error.response
    try:
        told = answer.json() if answer is not None else {}
    except ValueError:
        told = {}
    inner = told.get("error", told) if isinstance(told, dict) else {}
    if not isinstance(inner, dict):
        inner = {}
    details = [one for one in inner.get("details") or [] if isinstance(one, dict)]
    code = str(inner.get("code") or "")
    better = next((d for d in details if str(d.get("code", "")).lower() in TABLE), None)
    if better is not None and code.lower() not in TABLE:
        inner = better
    code = str(inner.get("code") or error.reason or "")
    return code, str(inner.get("message") or error.message), str(inner.get("target") or "")


def _unauthenticated(error: AzureError) -> NovaCronError:
    """Refused by the authority. 429 and 5xx of it come without an AADSTS code of our making."""
    from novacron.errors import AuthenticationFailed

    text = _clean(str(error)).partition("Trace ID")[0].strip()
    status = getattr(error, "status_code", None) or 0
    if status == 429:
        return Throttled(f"Azure's authority: {text}")
    if status >= 500:
        return ProviderUnavailable(f"Azure's authority: {text}")
    return AuthenticationFailed(f"Azure does not accept the credential: {text}")


def _clean(text: str) -> str:
    return _SECRET.sub(lambda found: f"{found[1]}=...", text)


def _retry_after(error: HttpResponseError) -> float:
    """Seconds; ARM sends Retry-After with every 429, Cost Management headers of its own, and 1
    stands in for one that is missing."""
    answer: Any = error.response
    try:
        told = [float(answer.headers[one]) for one in _LATER if one in answer.headers]
    except ValueError:
        return 1.0
    return max(0.0, *told) if told else 1.0
