"""EventBridge: an EC2 instance changed its state.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from novacron.models.account import ProviderType
from novacron.models.base import Model
from novacron.operations.events import VmStateChanged, vm_state_changed
from novacron.operations.services import Services
from novacron.providers.aws.states import INSTANCE, meaning
from novacron.runtime.jobs import job
from novacron.runtime.permissions import GET, PUT, QUERY_INDEX


class Moved(Model):
    records: int


def run(services: Services, event: dict[str, Any]) -> Moved:
    native, region = event["detail"]["instance-id"], event["region"]
    now = meaning(INSTANCE, event["detail"]["state"])
    moved = 0
    # An account's home region stands in no id; which region is home, its settings say alone.
    for provider_id in (native, f"{region}/{native}"):
        change = VmStateChanged(
            provider=ProviderType.AWS,
            provider_id=provider_id,
            state=now.state,
            bills_compute=now.bills_compute,
            at=datetime.fromisoformat(event["time"]),
        )
        moved += vm_state_changed(services, change)
    return Moved(records=moved)


REQUIRES = frozenset({GET, PUT, QUERY_INDEX})
PATTERN = {"source": ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"]}

lambda_handler = job(run)
