"""One look at a change that Azure accepted and carries out later.

https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/async-operations
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from novacron.errors import Conflict, NotFound, NotReady, NovaCronError
from novacron.providers.azure.base import AzureBase
from novacron.providers.azure.errors import failure, translated
from novacron.providers.azure.ownership import Json

SUCCEEDED, FAILED, CANCELED = "Succeeded", "Failed", "Canceled"


class AzureOperations(AzureBase):
    def check_operation(self, provider_operation: str) -> None:
        """``provider_operation`` is the URL that Azure gave; NotFound for one of another account,
        to which our token must not go."""
        self.outcome(provider_operation)

    @translated
    def outcome(self, provider_operation: str) -> Json:
        """What Azure tells of a change that has ended; nothing of one that it has forgotten.
        Raises as ``check_operation``."""
        from azure.core.exceptions import HttpResponseError
        from azure.core.rest import HttpRequest

        ours = f"{self.account.endpoint}{self.account.root}/providers/".lower()
        told = unquote(provider_operation).lower()
        if not told.startswith(ours) or "/.." in told:
            raise NotFound("That is no operation of this account.")
        answer = self.compute.send_request(HttpRequest("GET", provider_operation))
        if answer.status_code == 404:
            return {}
        if answer.status_code == 202:
            raise NotReady("Azure is still at it.")
        if answer.status_code >= 400:
            raise HttpResponseError(response=answer)
        body: Any = answer.json() if answer.content else {}
        # Without a status it is the result itself, where Azure gave a Location alone.
        status = body.get("status", SUCCEEDED) if isinstance(body, dict) else SUCCEEDED
        if status in (FAILED, CANCELED):
            error = body.get("error") or {}
            raise _final(
                failure(
                    str(error.get("code") or f"Operation{status}"),
                    str(error.get("message") or "no reason is told"),
                    str(error.get("target") or ""),
                )
            )
        if status != SUCCEEDED:
            raise NotReady(f"Azure says {status}.")
        return body if isinstance(body, dict) else {}


def _final(error: NovaCronError) -> NovaCronError:
    """NotReady would say that it goes on: another change has taken its place, and it has ended."""
    return Conflict(error.detail) if isinstance(error, NotReady) else error
