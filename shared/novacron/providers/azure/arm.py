"""Calls of Azure Resource Manager for what no SDK of ours knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from novacron.providers.azure.base import AzureBase
from novacron.providers.azure.ownership import Json

if TYPE_CHECKING:
    from azure.mgmt.core import ARMPipelineClient


class AzureArm(AzureBase):
    def arm_call(self, method: str, url: str, body: Json | None = None) -> Json:
        """One call, without retries. Raises HttpResponseError."""
        from azure.core.exceptions import HttpResponseError
        from azure.core.rest import HttpRequest

        def make(_credential: object, told: dict[str, Any]) -> ARMPipelineClient[Any, Any]:
            from azure.mgmt.core import ARMPipelineClient

            return ARMPipelineClient(**told)

        client: ARMPipelineClient[Any, Any] = self._client("Microsoft.Resources", make)
        answer = client.send_request(HttpRequest(method, url, json=body))
        if answer.status_code >= 400:
            raise HttpResponseError(response=answer)
        found: Json = answer.json()
        return found
