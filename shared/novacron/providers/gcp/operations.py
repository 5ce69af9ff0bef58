"""Changes that Google accepts and carries out later.

https://cloud.google.com/compute/docs/api/how-tos/api-requests-responses#handling_api_responses
"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid5

from novacron.errors import AlreadyExists, Conflict, NotFound, NotReady, NovaCronError
from novacron.providers.gcp.base import GcpBase
from novacron.providers.gcp.errors import of_reason, translate, translated

NAMESPACE = UUID("5a0f6f0e-6b1f-5b55-9d8e-3c5f0f6f7f11")
"""Of the request ids, which are the same for the same step whoever sends it."""
_PATH = re.compile(r"(?:(zones|regions)/([a-z0-9-]+)|global)/operations/([a-z0-9-]+)")
_SERVICES = {"zones": "zone_operations", "regions": "region_operations"}
ATTEMPTS = 5


class Operations(GcpBase):
    def change(self, service: str, method: str, step: str | None, **request: Any) -> str | None:
        """Send a change; the path of its operation, None when it is done already.

        ``step`` names the change for the request id: the same for a repeat, another for the next
        change of that kind. None where two cannot be told apart: it is sent without an id.

        Google answers a request id that it has seen within the hour with the operation that it
        began, also where that has failed: https://cloud.google.com/compute/docs/api/how-tos/requestid
        (so a second try would only be told of the first one's end). Then the step is sent under
        an id that follows from the failed operation's.
        """
        operation: Any = None
        for _ in range(ATTEMPTS):
            told = {} if step is None else {"request_id": str(uuid5(NAMESPACE, step))}
            operation = self.call(service, method, **told, **request)
            if failure(operation) is None:
                return None if is_done(operation) else path_of(operation)
            step = f"{step or ''}/{operation.name}"
        raise failure(operation) or NotReady("The change has not begun.")

    def insert(self, service: str, step: str | None, **request: Any) -> str | None:
        """``change`` by an insert. None also where the name is there: the caller sees whose."""
        try:
            return self.change(service, "insert_unary", step, **request)
        except Exception as error:
            if isinstance(translate(error), AlreadyExists):
                return None
            raise

    def made(self, service: str, operation: str | None, **request: Any) -> Any:
        """What a change has just made. NotReady: it was accepted and cannot be seen yet."""
        try:
            return self.call(service, "get", **request)
        except Exception as error:
            if operation is None or not is_missing(error):
                raise
            raise NotReady(f"{service} {request}: {operation} is under way.") from error

    @translated
    def check_operation(self, provider_operation: str) -> None:
        match = _PATH.fullmatch(provider_operation)
        if match is None:
            return
        scope, place, name = match.groups()
        request = {"operation": name}
        if scope:
            request[scope.removesuffix("s")] = place
        try:
            found = self.call(_SERVICES.get(scope, "global_operations"), "get", **request)
        except Exception as error:
            if is_missing(error):
                return  # forgotten, some weeks after it ended
            raise
        if (failed := failure(found)) is not None:
            raise failed
        if not is_done(found):
            raise NotReady(f"{found.operation_type} is {found.progress}% done.")


def is_done(operation: Any) -> bool:
    """Unlike an instance's, an operation's status is an enumeration's member."""
    return bool(operation.status.name == "DONE")


def path_of(operation: Any) -> str:
    """ "zones/<zone>/operations/<name>", "regions/...", "global/..."."""
    for scope in ("zone", "region"):
        if link := getattr(operation, scope):
            return f"{scope}s/{link.rpartition('/')[2]}/operations/{operation.name}"
    return f"global/operations/{operation.name}"


def failure(operation: Any) -> NovaCronError | None:
    """What stopped an operation that has ended; None for one that runs or has succeeded."""
    if not is_done(operation):
        return None
    for one in operation.error.errors:
        status = int(operation.http_error_status_code or 0)
        found = of_reason(one.code, status, f"Google: {one.code}: {one.message}")
        if isinstance(found, NotFound | NotReady):
            # Said of another resource than the one that was asked for, and it is over.
            return Conflict(found.detail)
        return found
    return None


def is_missing(error: Exception) -> bool:
    """Whether the SDK's error says that there is no such thing."""
    return isinstance(translate(error), NotFound)
