"""Errors in Google's JSON shape.

https://cloud.google.com/apis/design/errors#http_mapping and, for Compute Engine's reasons,
https://cloud.google.com/compute/docs/troubleshooting/troubleshooting-http-errors.
"""

from __future__ import annotations

from typing import Any

_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}
_USAGE_LIMITS = ("rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded")


class GoogleError(Exception):
    """An answer that is not 2xx. ``code`` is the HTTP status."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.retry_after: float | None = None

    def body(self) -> dict[str, Any]:
        domain = "usageLimits" if self.reason in _USAGE_LIMITS else "global"
        detail = {"message": self.message, "domain": domain, "reason": self.reason}
        return {
            "error": {
                "code": self.code,
                "message": self.message,
                "errors": [detail],
                "status": _STATUS.get(self.code, "UNKNOWN"),
            }
        }


def invalid(field: str, value: object, why: str) -> GoogleError:
    return GoogleError(400, "invalid", f"Invalid value for field '{field}': '{value}'. {why}")


def required(field: str) -> GoogleError:
    return GoogleError(400, "required", f"Required field '{field}' not specified")


def not_found(path: str) -> GoogleError:
    return GoogleError(404, "notFound", f"The resource '{path}' was not found")


def exists(path: str) -> GoogleError:
    return GoogleError(409, "alreadyExists", f"The resource '{path}' already exists")


def not_ready(path: str) -> GoogleError:
    return GoogleError(400, "resourceNotReady", f"The resource '{path}' is not ready")


def in_use(kind: str, path: str, by: str) -> GoogleError:
    return GoogleError(
        400,
        "resourceInUseByAnotherResource",
        f"The {kind} resource '{path}' is already being used by '{by}'",
    )


def condition_not_met(what: str) -> GoogleError:
    return GoogleError(
        412, "conditionNotMet", f"{what} fingerprint either invalid or does not match"
    )
