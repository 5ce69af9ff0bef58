"""The event function on Azure Functions: Event Grid's virtual machine events.

NOVACRON_IDENTITY_SCOPE: the application whose tokens our AWS role trusts, "api://<id>/.default".
"""

from __future__ import annotations

import os

import azure.functions as func

from novacron.operations.events import vm_touched
from novacron.runtime import web_identity
from novacron.runtime.aws import services
from novacron.runtime.azure import touched

app = func.FunctionApp()


def token() -> str:
    from azure.identity import ManagedIdentityCredential

    found = ManagedIdentityCredential().get_token(os.environ["NOVACRON_IDENTITY_SCOPE"])
    return str(found.token)


@app.event_grid_trigger(arg_name="event")
def vm_changed(event: func.EventGridEvent) -> None:
    """Bring the record of the VM that ``event`` is about up to date."""
    change = touched(event.subject, event.event_time) if event.event_time else None
    if change is not None:
        web_identity.use(token)
        vm_touched(services(), change)
