"""Accept a change: record it, take the lock, count the quota, start the state machine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from novacron.costs.budgets.estimate import spec_of
from novacron.costs.budgets.guard import hold
from novacron.errors import Conflict, NotFound, NotReady
from novacron.models.base import Model
from novacron.models.budget import Budget
from novacron.models.firing import Stopped
from novacron.models.operation import Operation, OperationKind, ResourceKind, ResourceRecord
from novacron.models.provider_account import ProviderAccount
from novacron.models.vm import VmSpec
from novacron.operations.kinds import WORK
from novacron.operations.services import Services
from novacron.store.budgets import BudgetStore
from novacron.store.table import Item
from novacron.tenancy.principal import Principal

TRIES = 5


def submit_create(
    services: Services,
    who: Principal,
    kind: OperationKind,
    account_id: str,
    spec: Model,
    key: str,
) -> Operation:
    """Begin a create in ``account_id``.

    ``key`` is the caller's Idempotency-Key: repeated with the same spec it gives the same
    operation, with another spec Conflict. Raises NotFound (account), QuotaExceeded.
    """
    account = services.store.account(who.tenant, account_id)
    digest = operation_id(who.tenant, key)
    resource = f"{kind.resource.value}-{digest.removeprefix('op-')}"
    operation = _operation(services, who, kind, digest, resource, account_id, spec)
    found = again(services, operation)
    if found is not None:
        return found
    record = ResourceRecord(
        id=resource,
        tenant=who.tenant,
        kind=kind.resource,
        account_id=account_id,
        name=str(operation.request["name"]),
        region=str(operation.request.get("region") or ""),
        state="pending",
        document=operation.request,
        running_operation=operation.id,
        observed_at=operation.created_at,
        created_at=operation.created_at,
    )
    limit = services.quotas[kind.resource.value]

    def begin() -> None:
        held = hold(services, account, resource, spec) if isinstance(spec, VmSpec) else []
        services.store.begin_create(operation, record, account.type, limit, along=held)

    _retried(begin)
    services.starter.start(operation)
    return operation


def submit_change(
    services: Services,
    who: Principal,
    kind: OperationKind,
    resource_id: str,
    body: Model,
    key: str,
    budget: Budget | None = None,
) -> Operation:
    """Begin a change of a resource that exists; its account comes from its record.

    ``budget``: it is that budget's doing, so that no budget stands against it and the budget can
    undo it until somebody else changes the VM. Raises NotFound, Conflict that names the operation
    that is running on it, BudgetExceeded (a start).
    """
    record = services.store.resource(who.tenant, kind.resource, resource_id)
    account = services.store.account(who.tenant, record.account_id)
    digest = operation_id(who.tenant, key)
    operation = _operation(services, who, kind, digest, resource_id, account.id, body)
    found = again(services, operation)
    if found is not None:
        return found
    refuse_ended(record, operation)

    def begin() -> None:
        along = _along(services, operation, record, account, budget)
        services.store.begin_change(operation, record, account.type, along=along)

    _retried(begin)
    services.starter.start(operation)
    return operation


def _along(
    services: Services,
    operation: Operation,
    record: ResourceRecord,
    account: ProviderAccount,
    budget: Budget | None,
) -> list[Item]:
    """What budgets have to do with the change of a VM."""
    if record.kind is not ResourceKind.VM:
        return []
    store = BudgetStore(services.store.table)
    if operation.kind is OperationKind.VM_STOP and budget is not None:
        return [store.marking(_stopped(operation, budget))]
    held = []
    if operation.kind is OperationKind.VM_START:
        enforce = budget is None
        held = hold(services, account, record.id, spec_of(record), enforce=enforce)
    return [store.unmarking(operation.tenant, record.id), *held]


def _stopped(operation: Operation, budget: Budget) -> Stopped:
    return Stopped(
        tenant=operation.tenant,
        vm_id=operation.resource_id,
        budget_id=budget.id,
        operation_id=operation.id,
    )


def _retried(begin: Callable[[], None]) -> None:
    """Again when a budget was taken from or counted since it was read."""
    for left in reversed(range(TRIES)):
        try:
            begin()
        except NotReady:
            if not left:
                raise
        else:
            return


def refuse_ended(record: ResourceRecord, operation: Operation) -> None:
    """A resource that has ended gave its quota back; a lost one does when it is deleted."""
    if record.running_operation is not None:
        return  # begin_change says which
    if record.state in ("deleted", "failed"):
        raise NotFound(f"{record.id} is {record.state}; there is nothing to change.")
    work = WORK.get(operation.kind)
    if record.state == "lost" and not (work and work.deletes):
        raise Conflict(
            f"{record.id} is no longer at its provider.",
            remedy="Delete it, so that it no longer counts against the quota.",
        )


def operation_id(tenant: str, key: str) -> str:
    """The operation that an Idempotency-Key names: the same wherever it is asked for.

    80 bits of the digest: short enough to be read out, and a billion operations of one tenant
    share one with a chance of one in two million.
    """
    return "op-" + hashlib.sha256(f"{tenant}\n{key}".encode()).hexdigest()[:20]


def _operation(
    services: Services,
    who: Principal,
    kind: OperationKind,
    digest: str,
    resource: str,
    account_id: str,
    body: Model,
) -> Operation:
    expected = WORK[kind].body
    if not isinstance(body, expected):
        raise TypeError(f"{kind.value} takes {expected.__name__}, not {type(body).__name__}")
    return new_operation(services, who, kind, digest, resource, account_id, body)


def new_operation(
    services: Services,
    who: Principal,
    kind: OperationKind,
    digest: str,
    resource: str,
    account_id: str,
    body: Model,
) -> Operation:
    """An operation that nothing has begun yet; ``digest`` is its ``operation_id``."""
    now = services.now()
    request: dict[str, Any] = body.model_dump(mode="json")
    return Operation(
        id=digest,
        tenant=who.tenant,
        subject=who.subject,
        kind=kind,
        resource_id=resource,
        account_id=account_id,
        request=request,
        created_at=now,
        updated_at=now,
    )


def again(services: Services, wanted: Operation) -> Operation | None:
    """The operation that this key began before; started again in case the start was lost."""
    found = services.store.find_operation(wanted.tenant, wanted.id)
    if found is None:
        return None
    same = ("kind", "resource_id", "account_id", "request")
    if any(getattr(found, name) != getattr(wanted, name) for name in same):
        raise Conflict(
            "This Idempotency-Key was used for another request.",
            field="Idempotency-Key",
            remedy="Use a new key for a new request.",
        )
    if not found.state.final:
        services.starter.start(found)
    return found
