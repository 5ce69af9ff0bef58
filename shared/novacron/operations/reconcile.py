"""Make records and clouds agree again after a crash.

Four cures: an operation whose state machine has gone is started again; a resource that carries
our tag but has no record is adopted, or deleted when its operation had failed or when it was made
with another that has gone; a record that is not as the resource is now is refreshed; a record
whose resource has gone is marked lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from novacron.errors import AlreadyExists, Conflict, NotFound, NotReady, NovaCronError
from novacron.models.base import Model, PageRequest
from novacron.models.operation import (
    Operation,
    OperationKind,
    OperationState,
    ResourceKind,
    ResourceRecord,
)
from novacron.models.provider_account import ProviderAccount
from novacron.operations.kinds import ACCESS, Found
from novacron.operations.services import Services
from novacron.operations.steps import first_seen, seen
from novacron.providers.base import CloudProvider

ENDED = frozenset({"deleted", "failed"})


class Report(Model):
    """What was found, by id."""

    restarted: list[str] = []
    adopted: list[str] = []
    deleted_orphans: list[str] = []
    refreshed: list[str] = []
    lost: list[str] = []
    unreachable: list[str] = []
    """Accounts that could not be looked at, and why; the next run tries again."""


@dataclass(frozen=True)
class Look:
    """One kind of one account's resources, listed since ``at``; of all, only ids are kept."""

    services: Services
    account: ProviderAccount
    kind: ResourceKind
    at: datetime
    seen: set[str] = field(default_factory=set)


def reconcile(services: Services) -> Report:
    """One pass over all tenants. Safe to run at any time and twice at once."""
    restarted = [op.id for op in services.store.live_operations() if _restart(services, op)]
    report = Report(restarted=restarted)
    for account in services.store.all_accounts():
        try:
            report = _account(services, account, report)
        except NovaCronError as error:
            report = _with(report, "unreachable", f"{account.id}: {error.detail}")
    return report


def _restart(services: Services, operation: Operation) -> bool:
    young = services.now() - operation.updated_at < services.grace
    if young or services.starter.running(operation):
        return False
    again = operation.model_copy(
        update={"attempt": operation.attempt + 1, "updated_at": services.now()}
    )
    try:
        services.store.save_operation(again)
    except NotReady:
        return False
    services.starter.start(again)
    return True


def _account(services: Services, account: ProviderAccount, report: Report) -> Report:
    """Look at everything, also past what is not ready: an agent answers it all for the next run."""
    provider = services.providers.of(account)
    vm_operations: set[str | None] = set()
    waiting = False
    for kind in ResourceKind:
        look = Look(services, account, kind, services.now())
        try:
            for found in ACCESS[kind].owned(provider, account.tenant, None):
                if kind is ResourceKind.VM:
                    vm_operations.add(found.operation)
                elif kind is ResourceKind.VOLUME and (waiting or found.operation in vm_operations):
                    continue  # a disk made with its VM, and deleted with it
                report = _resource(look, found, report)
        except NotReady:
            waiting = True
            continue
        report, looked = _records(look, provider, report)
        waiting = waiting or not looked
    return (
        _with(report, "unreachable", f"{account.id}: not all answered yet") if waiting else report
    )


def _resource(look: Look, found: Found, report: Report) -> Report:
    services, account, kind = look.services, look.account, look.kind
    if found.operation is None:
        return report
    resource_id = f"{kind.value}-{found.operation.removeprefix('op-')}"
    whole, _, part = found.operation.removeprefix("op-").partition("-")
    operation = services.store.find_operation(account.tenant, f"op-{whole}")
    if operation is not None and operation.kind is OperationKind.VM_MIGRATE:
        return _migrating(look, operation, bool(part), found, report)
    if operation is not None:
        part_of_another = operation.kind.resource is not kind
        if part_of_another and (not operation.state.final or _there(look, operation)):
            return report
        if part_of_another or operation.state is OperationState.FAILED:
            return _orphan(look, found, report)
    try:
        record = services.store.resource(account.tenant, kind, resource_id)
    except NotFound:
        pass
    else:
        return _refresh(look, record, found, report)
    try:
        record = first_seen(services, account, kind, resource_id, found)
        services.store.adopt(record, account.type)
    except AlreadyExists:
        return report
    look.seen.add(found.id)
    return _with(report, "adopted", resource_id)


def _migrating(
    look: Look, operation: Operation, part: bool, found: Found, report: Report
) -> Report:
    """What a migration makes is its own affair until it ends; of one that failed nothing stays.

    ``part``: made on the way, as the target's disks are; else it is the VM that it was all for.
    """
    if not operation.state.final:
        return report
    if operation.state is OperationState.FAILED:
        return _orphan(look, found, report)
    if part:
        return report
    record_id = f"vm-{operation.id.removeprefix('op-')}"
    record = look.services.store.resource(operation.tenant, ResourceKind.VM, record_id)
    return _refresh(look, record, found, report)


def _there(look: Look, operation: Operation) -> bool:
    """Whether what the operation made is there, as its part is: a listing may miss it.

    NotReady ends the look at this kind; the next run has the answer.
    """
    services, kind = look.services, operation.kind.resource
    record = services.store.resource(operation.tenant, kind, operation.resource_id)
    if record.provider_id is None:
        return False
    try:
        found = ACCESS[kind].get(services.providers.of(look.account), record.provider_id)
    except NotFound:
        return False
    return str(getattr(found, "state", "")) != "deleted"


def _orphan(look: Look, found: Found, report: Report) -> Report:
    provider = look.services.providers.of(look.account)
    try:
        ACCESS[look.kind].delete(provider, found.id)
    except NotFound:
        pass
    except Conflict:  # in use after all, by what the listing did not show yet
        return report
    return _with(report, "deleted_orphans", found.id)


def _refresh(look: Look, record: ResourceRecord, found: Found, report: Report) -> Report:
    """The record as ``found``, unless an operation or a later look is to say how it is."""
    if record.provider_id != found.id:
        return report
    look.seen.add(found.id)
    now = seen(look.services, record, found).model_copy(update={"observed_at": look.at})
    same = (now.state, now.document) == (record.state, record.document)
    if same or record.observed_at >= look.at or not _settled(record):
        return report
    try:
        look.services.store.save_resource(now, look.account.type)
    except NotReady:
        return report
    return _with(report, "refreshed", record.id)


def _records(look: Look, provider: CloudProvider, report: Report) -> tuple[Report, bool]:
    """Look one by one at what the listing did not have; False when not all could be seen."""
    page, looked = PageRequest(limit=1000), True
    while True:
        records = look.services.store.resources(look.account.tenant, look.kind, page)
        for record in records.items:
            if record.account_id == look.account.id and record.provider_id not in look.seen:
                try:
                    report = _record(look, provider, record, report)
                except NotReady:
                    looked = False
        if records.next_cursor is None:
            return report, looked
        page = PageRequest(limit=1000, cursor=records.next_cursor)


def _record(look: Look, provider: CloudProvider, record: ResourceRecord, report: Report) -> Report:
    if not _settled(record) or record.state == "lost" or record.provider_id is None:
        return report
    try:
        found = ACCESS[record.kind].get(provider, record.provider_id)
    except NotFound:
        return _lose(look.services, look.account, record, report)
    if str(getattr(found, "state", "")) == "deleted":
        return _lose(look.services, look.account, record, report)
    return _refresh(look, record, found, report)


def _settled(record: ResourceRecord) -> bool:
    return record.running_operation is None and record.state not in ENDED


def _lose(
    services: Services, account: ProviderAccount, record: ResourceRecord, report: Report
) -> Report:
    lost = record.model_copy(update={"state": "lost", "observed_at": services.now()})
    try:
        services.store.save_resource(lost, account.type)
    except NotReady:
        return report
    return _with(report, "lost", record.id)


def _with(report: Report, field: str, found: str) -> Report:
    return report.model_copy(update={field: [*getattr(report, field), found]})
