"""What Azure Event Grid says of virtual machines.

https://learn.microsoft.com/azure/event-grid/event-schema-subscriptions
"""

from __future__ import annotations

import re
from datetime import datetime

from novacron.models.account import ProviderType
from novacron.operations.events import VmTouched

_VM = re.compile(
    r"/subscriptions/([^/]+)/resourceGroups/([^/]+)"
    r"/providers/Microsoft\.Compute/virtualMachines/([^/]+)",
    re.IGNORECASE,
)


def touched(subject: str, at: datetime) -> VmTouched | None:
    """The VM that a write, action or delete was about; None for what is no VM."""
    found = _VM.fullmatch(subject)
    if found is None:
        return None
    subscription, group, name = found.groups()
    return VmTouched(
        provider=ProviderType.AZURE,
        provider_id=name.lower(),  # ours are lower case; Azure may tell them in another
        where={"subscription_id": subscription, "resource_group": group},
        at=at,
    )
