"""EC2's notifications, as EventBridge delivers them, reach the record they are about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.events import ec2_state_change
from novacron.models.account import ProviderType
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.runtime import jobs
from tests.api import CONTEXT
from tests.roles import role_of
from tests.world import World


@pytest.mark.parametrize("provider_id", ["i-0123456789abcdef0", "eu-west-1/i-0123456789abcdef0"])
def test_an_instance_of_any_region_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch, provider_id: str
) -> None:
    monkeypatch.setattr(jobs, "services", lambda: world.services)
    now = world.clock()
    record = ResourceRecord(
        id="vm-1",
        tenant="acme",
        kind=ResourceKind.VM,
        account_id="acc-1",
        provider_id=provider_id,
        name="web",
        region="eu-west-1",
        state="running",
        observed_at=now,
        created_at=now,
    )
    world.services.store.adopt(record, ProviderType.AWS)
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html
    event = {
        "source": "aws.ec2",
        "detail-type": "EC2 Instance State-change Notification",
        "region": "eu-west-1",
        "time": (now + timedelta(seconds=5)).isoformat(),
        "detail": {"instance-id": "i-0123456789abcdef0", "state": "stopped"},
    }
    with role_of("functions.events.ec2_state_change"):
        assert ec2_state_change.lambda_handler(event, CONTEXT) == {"records": 1}
        assert ec2_state_change.lambda_handler(event, CONTEXT) == {"records": 0}
    assert world.services.store.resource("acme", ResourceKind.VM, "vm-1").state == "stopped"
