"""Notifications of a cloud: what happened there, told late, twice or out of order."""

from __future__ import annotations

from datetime import datetime

from novacron.errors import NotReady
from novacron.models.account import ProviderType
from novacron.models.base import Model
from novacron.models.vm import VmState
from novacron.operations.services import Services

TRIES = 5


class VmStateChanged(Model):
    """A VM of ``provider`` was in ``state`` at ``at``."""

    provider: ProviderType
    provider_id: str
    state: VmState
    at: datetime


def vm_state_changed(services: Services, event: VmStateChanged) -> int:
    """Bring the VM's record up to date; returns how many records moved.

    A record never moves backwards: what was observed at or after ``event.at`` stands. A VM that
    is gone without a delete of ours is "lost": it counts until its record is deleted.
    """
    for _ in range(TRIES):
        try:
            return _once(services, event)
        except NotReady:
            continue
    raise NotReady(f"The record of {event.provider_id} changes too often.")


def _once(services: Services, event: VmStateChanged) -> int:
    moved = 0
    for found in services.store.by_provider_id(event.provider, event.provider_id):
        record = services.store.resource(found.tenant, found.kind, found.id)
        if record.observed_at >= event.at or record.state == "deleted":
            continue
        state = "lost" if event.state is VmState.DELETED else event.state.value
        services.store.save_resource(
            record.model_copy(
                update={
                    "state": state,
                    "document": {**record.document, "state": event.state.value},
                    "observed_at": event.at,
                }
            ),
            event.provider,
        )
        moved += 1
    return moved
