"""What Google Cloud's audit log says of virtual machines, by way of Eventarc.

https://cloud.google.com/eventarc/docs/cloudevents and
https://cloud.google.com/compute/docs/logging/audit-logging
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from novacron.models.account import ProviderType
from novacron.operations.events import VmTouched

_VM = re.compile(r"projects/([^/]+)/zones/([^/]+)/instances/([^/]+)")


def touched(data: dict[str, Any]) -> VmTouched | None:
    """The VM that a LogEntry is about; None for what is no VM, or has only begun."""
    payload = data.get("protoPayload", {})
    found = _VM.fullmatch(payload.get("resourceName", ""))
    # A long call is logged twice; what it did is there with the last entry.
    if found is None or not data.get("operation", {"last": True}).get("last"):
        return None
    project, zone, name = found.groups()
    return VmTouched(
        provider=ProviderType.GCP,
        provider_id=f"{zone}/{name}",
        where={"project": project},
        at=datetime.fromisoformat(data["timestamp"]),
    )
