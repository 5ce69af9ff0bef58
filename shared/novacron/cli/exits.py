"""Exit codes: stable, so that scripts can branch on them."""

from __future__ import annotations

EXIT_CODES = (
    "Exit codes: 0 done; 1 failed; 2 wrong usage; 3 not signed in; 4 not allowed; 5 not found; "
    "6 conflict; 7 quota, budget or capacity; 8 try again later; 9 the API cannot be reached."
)
FAILED = 1
NOT_SIGNED_IN = 3
NOT_FOUND = 5
UNREACHABLE = 9

BY_CODE: dict[str, int] = {
    "authentication_failed": NOT_SIGNED_IN,
    "permission_denied": 4,
    "not_found": NOT_FOUND,
    "already_exists": 6,
    "conflict": 6,
    "quota_exceeded": 7,
    "budget_exceeded": 7,
    "no_capacity": 7,
    "throttled": 8,
    "not_ready": 8,
    "provider_unavailable": 8,
    "agent_silent": 8,
}

REMEDIES: dict[int, str] = {
    FAILED: "Look at the command's --help; quote the correlation id when you report it.",
    NOT_SIGNED_IN: "Run `novacron login` with a new token.",
    4: "Ask an administrator of your tenant for a role that may do this.",
    5: "Look for the right id with the noun's `list`.",
    6: "See what is under way with `novacron operation list`, then try again.",
    7: "Delete what you do not need, choose another size or region, or ask for a higher quota.",
    8: "Try again in a moment, with the same --idempotency-key.",
}
"""What to do where the API's own answer does not say."""


class CliError(Exception):
    """Shown on standard error as text, without a traceback; the process ends with ``exit_code``."""

    def __init__(self, message: str, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code
