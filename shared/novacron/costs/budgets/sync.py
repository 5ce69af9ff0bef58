"""Make reservations agree with the VMs that there are, whoever started or ended them."""

from __future__ import annotations

from novacron.costs.budgets.estimate import spec_of
from novacron.costs.budgets.guard import covering, hold
from novacron.costs.budgets.settle import bills, moving
from novacron.errors import NovaCronError
from novacron.models.base import Model
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.operations.services import Services
from novacron.store.budget_counters import BudgetCounters
from novacron.store.table import Lost


class Synced(Model):
    """VMs that are held from now on, and those that are no longer."""

    held: list[str] = []
    given_back: list[str] = []


def sync(services: Services, tenant: str) -> Synced:
    """One pass over the tenant's VMs; one that changes meanwhile is left for the next."""
    synced = Synced()
    counters = BudgetCounters(services.store.table)
    reservations = {one.vm_id: one for one in counters.reservations(tenant)}
    for record in services.store.every_resource(tenant, ResourceKind.VM):
        found = reservations.get(record.id)
        is_open = found is not None and found.open is not None
        if record.running_operation is not None or is_open == bills(record):
            continue
        try:
            if found is not None and is_open:
                services.store.table.transact(moving(services, found, found.closed(services.now())))
                synced.given_back.append(record.id)
            elif _held(services, record):
                synced.held.append(record.id)
        except (Lost, NovaCronError):
            continue
    return synced


def _held(services: Services, record: ResourceRecord) -> bool:
    """Held whatever is left: it runs already."""
    account = services.store.account(record.tenant, record.account_id)
    spec = spec_of(record)
    if not covering(services, record.tenant, account.id, spec.tags):
        return False
    writes = hold(services, account, record.id, spec, enforce=False)
    if writes:
        services.store.table.transact(writes)
    return bool(writes)
