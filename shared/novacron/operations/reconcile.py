"""Make records and clouds agree again after a crash.

Three cures: an operation whose state machine has gone is started again; a resource that carries
our tag but has no record is adopted, or deleted when its operation had failed; a record whose
resource has gone is marked lost.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from novacron.errors import AlreadyExists, NotFound, NotReady, NovaCronError
from novacron.models.base import Model, PageRequest
from novacron.models.operation import Operation, OperationState, ResourceKind, ResourceRecord
from novacron.models.provider_account import ProviderAccount
from novacron.operations.kinds import ACCESS, Found
from novacron.operations.services import Services
from novacron.providers.base import CloudProvider

GRACE = timedelta(seconds=60)
"""A younger operation may be between its record and its state machine's start."""

ENDED = frozenset({"deleted", "failed", "lost"})


class Report(Model):
    """What was found, by id."""

    restarted: list[str] = []
    adopted: list[str] = []
    deleted_orphans: list[str] = []
    lost: list[str] = []
    unreachable: list[str] = []
    """Accounts that could not be looked at; the next run tries again."""


def reconcile(services: Services) -> Report:
    """One pass over all tenants. Safe to run at any time and twice at once."""
    restarted = [op.id for op in services.store.live_operations() if _restart(services, op)]
    report = Report(restarted=restarted)
    for account in services.store.all_accounts():
        try:
            report = _account(services, account, report)
        except NovaCronError:
            report = _with(report, "unreachable", account.id)
    return report


def _restart(services: Services, operation: Operation) -> bool:
    if services.now() - operation.updated_at < GRACE or services.starter.running(operation):
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
        try:
            for found in ACCESS[kind].owned(provider, account.tenant, None):
                if kind is ResourceKind.VM:
                    vm_operations.add(found.operation)
                elif kind is ResourceKind.VOLUME and (waiting or found.operation in vm_operations):
                    continue  # a disk made with its VM, and deleted with it
                report = _resource(services, account, kind, found, report)
        except NotReady:
            waiting = True
        report, looked = _records(services, account, provider, kind, report)
        waiting = waiting or not looked
    return _with(report, "unreachable", account.id) if waiting else report


def _resource(
    services: Services, account: ProviderAccount, kind: ResourceKind, found: Found, report: Report
) -> Report:
    if found.operation is None:
        return report
    resource_id = f"{kind.value}-{found.operation.removeprefix('op-')}"
    operation = services.store.find_operation(account.tenant, found.operation)
    if operation is not None:
        part_of_another = operation.kind.resource is not kind
        if part_of_another and not operation.state.final:
            return report
        if part_of_another or operation.state is OperationState.FAILED:
            return _with(report, "deleted_orphans", _delete(services, account, kind, found))
    try:
        services.store.resource(account.tenant, kind, resource_id)
        return report
    except NotFound:
        pass
    try:
        services.store.adopt(_adopted(services, account, kind, resource_id, found), account.type)
    except AlreadyExists:
        return report
    return _with(report, "adopted", resource_id)


def _delete(services: Services, account: ProviderAccount, kind: ResourceKind, found: Found) -> str:
    with suppress(NotFound):
        ACCESS[kind].delete(services.providers.of(account), found.id)
    return found.id


def _adopted(
    services: Services, account: ProviderAccount, kind: ResourceKind, resource_id: str, found: Found
) -> ResourceRecord:
    now = services.now()
    return ResourceRecord(
        id=resource_id,
        tenant=account.tenant,
        kind=kind,
        account_id=account.id,
        provider_id=found.id,
        name=found.name,
        region=found.region,
        state=str(getattr(found, "state", "ready")),
        document=found.model_dump(mode="json"),
        observed_at=now,
        created_at=now,
    )


def _records(
    services: Services,
    account: ProviderAccount,
    provider: CloudProvider,
    kind: ResourceKind,
    report: Report,
) -> tuple[Report, bool]:
    """The report, and whether every record could be compared."""
    page, looked = PageRequest(limit=1000), True
    while True:
        records = services.store.resources(account.tenant, kind, page)
        for record in records.items:
            try:
                if record.account_id == account.id and _gone(provider, record):
                    report = _lose(services, account, record, report)
            except NotReady:
                looked = False
        if records.next_cursor is None:
            return report, looked
        page = PageRequest(limit=1000, cursor=records.next_cursor)


def _gone(provider: CloudProvider, record: ResourceRecord) -> bool:
    settled = record.running_operation is None and record.state not in ENDED
    if not settled or record.provider_id is None:
        return False
    try:
        found = ACCESS[record.kind].get(provider, record.provider_id)
    except NotFound:
        return True
    return str(getattr(found, "state", "")) == "deleted"


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
