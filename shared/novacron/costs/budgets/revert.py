"""What budgets do to VMs, and how it is undone."""

from __future__ import annotations

from collections.abc import Iterator

from novacron.audit.log import AuditLog
from novacron.errors import NovaCronError
from novacron.models.base import Tags
from novacron.models.budget import Budget, Reverted
from novacron.models.operation import OperationKind, ResourceKind, ResourceRecord
from novacron.operations.kinds import NoArguments, StopArguments
from novacron.operations.services import Services
from novacron.operations.submit import submit_change
from novacron.store.budgets import BudgetStore
from novacron.tenancy.principal import Principal


def stop_vms(
    services: Services, budget: Budget, tags: Tags, key: str, before: list[str]
) -> tuple[list[str], dict[str, str]]:
    """Stop running VMs of the budget that have ``tags``, but those of ``before``.

    Returns those whose stop has begun, and why others could not be stopped.
    """
    begun, failed = list(before), {}
    for record in _running(services, budget, tags):
        if record.id in before:
            continue
        kind, subject = OperationKind.VM_STOP, f"budget:{budget.id}"
        who = Principal(tenant=budget.tenant, subject=subject, roles=frozenset())
        try:
            submit_change(
                services, who, kind, record.id, StopArguments(), f"{key} {record.id}", budget
            )
        except NovaCronError as error:
            failed[record.id] = error.detail
            continue
        _audited(services, who, kind, record.id)
        begun.append(record.id)
    return begun, failed


def revert(services: Services, who: Principal, budget_id: str) -> Reverted:
    """Start what the budget has stopped, but what somebody else has started or stopped since.

    No budget stands against that. Raises NotFound.
    """
    store = BudgetStore(services.store.table)
    budget = store.get(who.tenant, budget_id)
    started: list[str] = []
    left: dict[str, str] = {}
    for one in store.stopped(who.tenant):
        if one.budget_id != budget.id:
            continue
        kind, key = OperationKind.VM_START, f"revert {one.operation_id}"
        try:
            submit_change(services, who, kind, one.vm_id, NoArguments(), key, budget)
        except NovaCronError as error:
            left[one.vm_id] = error.detail
            continue
        _audited(services, who, kind, one.vm_id)
        started.append(one.vm_id)
    return Reverted(started=started, left=left)


def _audited(services: Services, who: Principal, kind: OperationKind, vm_id: str) -> None:
    log = AuditLog(services.store.table, services.now)
    log.append(who.tenant, who.subject, kind.value, vm_id, "allowed")


def _running(services: Services, budget: Budget, tags: Tags) -> Iterator[ResourceRecord]:
    for record in services.store.every_resource(budget.tenant, ResourceKind.VM):
        told: Tags = record.document.get("tags") or {}
        ours = budget.scope.covers(record.account_id, told) and tags.items() <= told.items()
        if ours and record.state == "running":
            yield record
