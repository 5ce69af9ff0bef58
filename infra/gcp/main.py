"""The event function on Google Cloud Functions: Compute Engine's audit log.

NOVACRON_IDENTITY_AUDIENCE: the audience that our AWS role's trust policy asks for.
"""

from __future__ import annotations

import os

import functions_framework
from cloudevents.http import CloudEvent

from novacron.operations.events import vm_touched
from novacron.runtime import web_identity
from novacron.runtime.aws import services
from novacron.runtime.gcp import touched


def token() -> str:
    from google.auth.transport.requests import Request
    from google.oauth2.id_token import fetch_id_token

    audience = os.environ["NOVACRON_IDENTITY_AUDIENCE"]
    return str(fetch_id_token(Request(), audience))


@functions_framework.cloud_event
def vm_changed(event: CloudEvent) -> None:
    """Bring the record of the VM that ``event`` is about up to date."""
    change = touched(event.get_data() or {})
    if change is not None:
        web_identity.use(token)
        vm_touched(services(), change)
