"""How each transition ends.

Instance states: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends

from ...common.lifecycle import Key
from ..account import LocalAccount

STATE_CODES = {
    "pending": 0,
    "running": 16,
    "shutting-down": 32,
    "terminated": 48,
    "stopping": 64,
    "stopped": 80,
}


def set_state(account: LocalAccount, instance: Any, name: str) -> None:
    """Change the state and tell the event bus."""
    instance._state.name = name  # noqa: SLF001 - moto has no setter
    instance._state.code = STATE_CODES[name]  # noqa: SLF001
    account.dirty = True
    if account.events:
        region = instance.ec2_backend.region_name
        arn = f"arn:aws:ec2:{region}:{account.account_id}:instance/{instance.id}"
        account.events.state_changed(arn, instance.id, name)


def finish(account: LocalAccount, backend: Any, key: Key, target: str) -> None:
    """Put the resource in its final state; one that is gone by now needs nothing."""
    account.dirty = True
    if key.resource_id.startswith("vol-"):
        if volume := backend.volumes.get(key.resource_id):
            volume.creating = False
    elif key.resource_id.startswith("snap-"):
        if snapshot := backend.snapshots.get(key.resource_id):
            snapshot.status = target
    elif key.resource_id.startswith("ami-"):
        if image := backend.amis.get(key.resource_id):
            image.state = target
    else:
        _finish_instance(account, backend.get_instance(key.resource_id), target)


def _finish_instance(account: LocalAccount, instance: Any, target: str) -> None:
    if target == "running":
        instance.start()
    elif target == "stopped":
        instance.stop()
    else:
        volumes = set(instance.ec2_backend.volumes)
        instance.terminate()
        for gone in volumes - set(instance.ec2_backend.volumes):
            account.maps.drop(gone)
    set_state(account, instance, target)


def finish_due(account: LocalAccount) -> None:
    """End what virtual time has brought to its end."""
    for key, target in account.lifecycle.due():
        finish(account, ec2_backends[account.account_id][key.region], key, target)
