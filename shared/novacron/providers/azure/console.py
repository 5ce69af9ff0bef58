"""The serial console of a VM: a blob that boot diagnostics write.

https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/retrieve-boot-diagnostics-data
"""

from __future__ import annotations

from typing import Any

from novacron.errors import ProviderUnavailable
from novacron.providers.azure.errors import translated
from novacron.providers.azure.machines import Machines
from novacron.providers.azure.states import power_of

CONSOLE_BYTES = 64 * 1024
_MINUTES = 5


class AzureConsole(Machines):
    @translated
    def console_output(self, vm_id: str) -> str:
        if power_of(self.live_vm(vm_id)) is None:
            return ""  # not placed yet
        answer: Any = self.compute.virtual_machines.retrieve_boot_diagnostics_data(
            self.account.resource_group,
            vm_id,
            sas_uri_expiration_time_in_minutes=_MINUTES,
            cls=lambda response, _model, _headers: response.http_response.json(),
        )
        url = answer.get("serialConsoleLogBlobUri")
        return self._tail(url).decode(errors="replace") if url else ""

    def _tail(self, url: str) -> bytes:
        """The blob's end, holding no more than that: Blob storage takes no range from the end.

        The URL is a credential: it goes without our token, and is in no error.
        """
        from azure.core import PipelineClient
        from azure.core.exceptions import AzureError
        from azure.core.rest import HttpRequest

        client: PipelineClient[Any, Any] = PipelineClient(
            base_url=self.account.endpoint,
            policies=[self.limit_policy()],
            **self.account.transport(),
        )
        kept = b""
        try:
            with client, client.send_request(HttpRequest("GET", url), stream=True) as blob:
                if blob.status_code == 404:
                    return b""
                if blob.status_code != 200:
                    raise ProviderUnavailable(f"The console's blob answers {blob.status_code}.")
                for chunk in blob.iter_bytes():
                    kept = (kept + chunk)[-CONSOLE_BYTES:]
        except AzureError as error:
            kind = type(error).__name__
            raise ProviderUnavailable(f"The console's blob did not answer ({kind}).") from None
        return kept
