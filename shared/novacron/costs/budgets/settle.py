"""Give back what a VM does not use: written with the end of the operation that says so."""

from __future__ import annotations

from novacron.costs.budgets.guard import covering
from novacron.models.operation import Operation, OperationKind, ResourceKind, ResourceRecord
from novacron.models.reservation import Reservation
from novacron.operations.services import Services
from novacron.store.budget_counters import BudgetCounters
from novacron.store.table import Item

ENDED = frozenset({"deleted", "failed", "lost"})


def settle(
    services: Services, operation: Operation, record: ResourceRecord, *, failed: bool = False
) -> list[Item]:
    """What to write with the end of ``operation``, which leaves the VM as ``record`` says.

    A VM that came of nothing gives all back; one that ran, what is left of the period.
    """
    if record.kind is not ResourceKind.VM:
        return []
    before = BudgetCounters(services.store.table).reservation(record.tenant, record.id)
    if before is None or before.open is None or bills(record):
        return []
    begins = operation.kind in (OperationKind.VM_CREATE, OperationKind.VM_START)
    after = before.dropped() if failed and begins else before.closed(services.now())
    return moving(services, before, after)


def bills(record: ResourceRecord) -> bool:
    """Whether its compute is paid for; what no provider has said anything of yet is."""
    return record.state not in ENDED and record.document.get("bills_compute", True) is not False


def moving(services: Services, before: Reservation, after: Reservation) -> list[Item]:
    """The reservation as ``after``, and the difference from every budget that covers it."""
    counters = BudgetCounters(services.store.table)
    known = counters.counters(before.tenant)
    writes = [counters.reserving(after)]
    for budget in covering(services, before.tenant, before.account_id, before.tags):
        counter = known.get(budget.id)
        if counter is not None:
            more = after.share(counter.window) - before.share(counter.window)
            writes.append(counters.taking(counter, more, most=False))
    return writes
