"""Notifications of a cloud: what happened there, told late, twice or out of order.

A record never moves backwards: what was observed at or after the event stands. A VM that is gone
without a delete of ours is "lost": it counts until its record is deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from novacron.errors import NotFound, NotReady
from novacron.models.account import ProviderType
from novacron.models.base import Model
from novacron.models.operation import ResourceRecord
from novacron.models.vm import VmState
from novacron.operations.services import Services
from novacron.operations.steps import seen

TRIES = 5
Look = Callable[[ResourceRecord], ResourceRecord | None]
"""The record as it is to be; None when the event is not about it."""


class VmStateChanged(Model):
    """A VM of ``provider`` was in ``state`` at ``at``, and its CPU and memory charged or not."""

    provider: ProviderType
    provider_id: str
    state: VmState
    bills_compute: bool
    at: datetime


class VmTouched(Model):
    """Something was done to a VM at ``at``; what it is now has to be looked up.

    ``where``: settings by which its account is known, as some ids are unique in an account alone.
    """

    provider: ProviderType
    provider_id: str
    where: dict[str, str]
    at: datetime


def vm_state_changed(services: Services, event: VmStateChanged) -> int:
    """Bring the VM's records up to date; returns how many moved."""

    def look(record: ResourceRecord) -> ResourceRecord:
        state = "lost" if event.state is VmState.DELETED else event.state.value
        now = {"state": event.state.value, "bills_compute": event.bills_compute}
        document = {**record.document, **now}
        told = {"state": state, "document": document, "observed_at": event.at}
        return record.model_copy(update=told)

    return _moved(services, event, look)


def vm_touched(services: Services, event: VmTouched) -> int:
    """Look at the VM, bring its records up to date; returns how many moved."""

    def look(record: ResourceRecord) -> ResourceRecord | None:
        account = services.store.account(record.tenant, record.account_id)
        given = account.settings
        if any(given.get(k, "").casefold() != v.casefold() for k, v in event.where.items()):
            return None
        try:
            return seen(services, record, services.providers.of(account).get_vm(event.provider_id))
        except NotFound:
            gone = {"state": "lost", "observed_at": services.now()}
            return record.model_copy(update=gone)

    return _moved(services, event, look)


def _moved(services: Services, event: VmStateChanged | VmTouched, look: Look) -> int:
    for _ in range(TRIES):
        try:
            return _once(services, event, look)
        except NotReady:
            continue
    raise NotReady(f"The record of {event.provider_id} changes too often.")


def _once(services: Services, event: VmStateChanged | VmTouched, look: Look) -> int:
    moved = 0
    for found in services.store.by_provider_id(event.provider, event.provider_id):
        record = services.store.resource(found.tenant, found.kind, found.id)
        if record.observed_at >= event.at or record.state == "deleted":
            continue
        now = look(record)
        if now is not None:
            services.store.save_resource(now, event.provider)
            moved += 1
    return moved
