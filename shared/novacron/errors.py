"""Every error that NovaCron raises on purpose, as one tree.

NovaCronError
├── AuthenticationFailed     the credential is missing, wrong or expired
├── PermissionDenied         the credential is good but may not do this
├── NotFound                 the resource does not exist (or is not this tenant's)
├── AlreadyExists            a resource of that name exists with other content
├── Conflict                 the resource's state forbids this now
├── InvalidSpec              the request cannot be carried out as written; ``field`` names the fault
├── QuotaExceeded            a limit of the account or tenant is reached
├── BudgetExceeded           a budget leaves no room for what this would cost
├── NoCapacity               the provider has no room for this type here and now
├── Throttled                too many calls; ``retry_after`` seconds
├── NotReady                 work has started; look again later
├── ProviderUnavailable      the provider failed or did not answer
│   └── AgentSilent          nobody carries out its jobs any more
├── Corrupted                bytes are not what they were when we kept them
└── Unsupported              this provider cannot express it; the detail says why

``code`` is stable and public: clients may branch on it. ``retryable`` says whether the same
call may succeed later without a change by the caller.
"""

from __future__ import annotations

from typing import ClassVar


class NovaCronError(Exception):
    """Root of the tree.

    Args:
        detail: what went wrong, for a person. Never holds a secret.
        field: JSON path of the request field at fault, when one is.
        remedy: what the caller can do about it.
    """

    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Internal error"
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str, *, field: str | None = None, remedy: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.remedy = remedy


class AuthenticationFailed(NovaCronError):
    code = "authentication_failed"
    title = "Authentication failed"


class PermissionDenied(NovaCronError):
    code = "permission_denied"
    title = "Permission denied"


class NotFound(NovaCronError):
    code = "not_found"
    title = "Not found"


class AlreadyExists(NovaCronError):
    code = "already_exists"
    title = "Already exists"


class Conflict(NovaCronError):
    code = "conflict"
    title = "Conflict with the current state"


class InvalidSpec(NovaCronError):
    code = "invalid_spec"
    title = "Invalid specification"


class QuotaExceeded(NovaCronError):
    code = "quota_exceeded"
    title = "Quota exceeded"


class BudgetExceeded(NovaCronError):
    code = "budget_exceeded"
    title = "Budget exceeded"


class NoCapacity(NovaCronError):
    code = "no_capacity"
    title = "No capacity"
    retryable = True


class Throttled(NovaCronError):
    code = "throttled"
    title = "Too many requests"
    retryable = True

    def __init__(self, detail: str, *, retry_after: float = 1.0) -> None:
        super().__init__(detail, remedy=f"Retry after {retry_after:g} seconds.")
        self.retry_after = retry_after


class NotReady(NovaCronError):
    code = "not_ready"
    title = "Not ready yet"
    retryable = True


class ProviderUnavailable(NovaCronError):
    code = "provider_unavailable"
    title = "Provider unavailable"
    retryable = True


class AgentSilent(ProviderUnavailable):
    """A migration's machine knows it by its name: it is not tried again, as a provider that failed
    is, but mended (``migration.resume``)."""

    code = "agent_silent"
    title = "Agent silent"


class Corrupted(NovaCronError):
    code = "corrupted"
    title = "Data does not match its checksum"


class Unsupported(NovaCronError):
    code = "unsupported"
    title = "Unsupported by this provider"
