"""Exit codes: stable, so that scripts can branch on them.

0 done; 1 failed; 2 wrong usage (Typer's own); 3 not signed in; 4 not allowed; 5 not found;
6 conflict; 7 quota or capacity; 8 try again later; 9 the API cannot be reached.
"""

from __future__ import annotations

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
    "no_capacity": 7,
    "throttled": 8,
    "not_ready": 8,
    "provider_unavailable": 8,
}


class CliError(Exception):
    """Shown on standard error as text, without a traceback; the process ends with ``exit_code``."""

    def __init__(self, message: str, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code
