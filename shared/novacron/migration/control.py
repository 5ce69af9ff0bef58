"""What callers ask of migrations: begin one, look at it, pause, resume, limit, cut over, cancel."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from novacron.errors import Conflict, InvalidSpec
from novacron.migration.assess.sovereignty import enforce
from novacron.migration.context import migration_id
from novacron.migration.shards import exporter, importer
from novacron.migration.stages import stage_view
from novacron.models.bandwidth import Bandwidth
from novacron.models.base import PageRequest
from novacron.models.migration import (
    CloneView,
    CreateMigration,
    Migration,
    Migrations,
    MigrationView,
    Phase,
    Return,
    RollBack,
)
from novacron.models.operation import Operation, OperationKind, ResourceKind
from novacron.operations.services import Services
from novacron.operations.submit import again, new_operation, operation_id, refuse_ended
from novacron.store.bandwidth import BandwidthStore
from novacron.store.migrations import MigrationStore
from novacron.tenancy.principal import Principal

_CLONE = CloneView.model_fields


def begin(
    services: Services, who: Principal, asked: CreateMigration, key: str, api_url: str = ""
) -> Operation:
    """Begin to move a VM; the operation's ``resource_id`` is the VM's, which is locked.

    ``api_url``: what workers dial.

    ``key`` as in ``submit_create``. Raises NotFound (VM, account), Unsupported (a provider that
    cannot), InvalidSpec, Conflict, PermissionDenied (a rule of sovereignty).
    """
    record = services.store.resource(who.tenant, ResourceKind.VM, asked.vm_id)
    source = services.store.account(who.tenant, record.account_id)
    target = services.store.account(who.tenant, asked.spec.account_id)
    kind, digest = OperationKind.VM_MIGRATE, operation_id(who.tenant, key)
    operation = new_operation(services, who, kind, digest, record.id, source.id, asked.spec)
    found = again(services, operation)
    if found is not None:
        return found
    refuse_ended(record, operation)
    if record.provider_id is None:
        raise Conflict(f"{record.id} has not been made yet.")
    if (source.id, record.region) == (target.id, asked.spec.region) and not asked.spec.zone:
        raise InvalidSpec("The VM is there already.", field="spec.region")
    enforce(services, source, record.region, target, asked.spec.region)
    exporter(services.providers.of(source))
    importer(services.providers.of(target))
    migration = Migration(
        id=migration_id(operation.id),
        tenant=who.tenant,
        operation_id=operation.id,
        vm_id=record.id,
        source_account_id=source.id,
        spec=asked.spec,
        api_url=api_url,
        created_at=operation.created_at,
        updated_at=operation.updated_at,
    )
    # The record first: an operation without one could not be carried out.
    MigrationStore(services.store.table).begin(migration)
    if asked.spec.max_mbit_per_second is not None:
        wanted = Bandwidth(max_mbit_per_second=asked.spec.max_mbit_per_second)
        BandwidthStore(services.store.table).keep(who.tenant, migration.id, wanted)
    services.store.begin_change(operation, record, source.type)
    services.starter.start(operation)
    return operation


def view(services: Services, tenant: str, migration: str) -> MigrationView:
    """Raises NotFound."""
    store = MigrationStore(services.store.table)
    return _view(services, store, store.get(tenant, migration))


def listed(services: Services, tenant: str, page: PageRequest) -> Migrations:
    store = MigrationStore(services.store.table)
    found = store.page(tenant, page)
    shown = [_view(services, store, one) for one in found.items]
    return Migrations(items=shown, next_cursor=found.next_cursor)


def pause(services: Services, who: Principal, migration: str) -> MigrationView:
    """Copy nothing more until it is resumed. A cutover that has begun is not paused."""
    return _ask(services, who, migration, paused=True)


def resume(services: Services, who: Principal, migration: str) -> MigrationView:
    """Go on copying; what failed, a test clone or preparing the guest, is tried again."""
    found = MigrationStore(services.store.table).get(who.tenant, migration)
    retest, prepare = (
        one.attempt if one is not None and one.error is not None else 0
        for one in (found.clone, found.guest)
    )
    return _ask(services, who, migration, paused=False, retest=retest, prepare=prepare)


def cut_over(services: Services, who: Principal, migration: str) -> MigrationView:
    """Cut over as soon as the round that is under way has ended; ends a pause."""
    return _ask(services, who, migration, paused=False, approved=True)


def cancel(services: Services, who: Principal, migration: str) -> MigrationView:
    """Undo it: the source goes on. Conflict once the target has taken over."""
    return _ask(services, who, migration, cancelled=True)


def limit(services: Services, who: Principal, migration: str, asked: Bandwidth) -> MigrationView:
    """Limit its bandwidth anew, or no more; the final copy's too."""
    _steerable(services, who, migration)
    BandwidthStore(services.store.table).keep(who.tenant, migration, asked)
    return view(services, who.tenant, migration)


def roll_back(
    services: Services, who: Principal, migration: str, body: RollBack, key: str
) -> MigrationView:
    """Before the commit as ``cancel``; after it the source is started again, the target stopped.

    ``key`` as in ``begin``. Raises NotFound, also when the source is gone; Conflict when the
    target's writes would be lost and nobody said so, or either VM is busy.
    """
    store = MigrationStore(services.store.table)
    found = store.get(who.tenant, migration)
    if "committed" not in found.marks:
        return cancel(services, who, migration)
    if not body.lose_writes:
        raise Conflict(
            "What the target has written since the cutover would be lost.",
            field="lose_writes",
            remedy=f"Say lose_writes, or migrate {found.new_vm_id} back, which keeps it.",
        )
    kind, digest = OperationKind.VM_ROLL_BACK, operation_id(who.tenant, key)
    asked, account_id = Return(migration_id=found.id), found.source_account_id
    operation = new_operation(services, who, kind, digest, found.vm_id, account_id, asked)
    if again(services, operation) is None:
        if found.phase is Phase.RETURNED:
            raise Conflict(f"{found.id} is returned.")
        record = services.store.resource(who.tenant, ResourceKind.VM, found.vm_id)
        target = services.store.resource(who.tenant, ResourceKind.VM, found.new_vm_id or "")
        refuse_ended(record, operation)
        if target.running_operation is not None:
            raise Conflict(f"Operation {target.running_operation} is running on {target.id}.")
        account = services.store.account(who.tenant, account_id)
        services.store.begin_change(operation, record, account.type)
        services.starter.start(operation)
    if found.return_operation_id != operation.id:
        store.save(found.model_copy(update={"return_operation_id": operation.id}))
    return view(services, who.tenant, migration)


def _ask(services: Services, who: Principal, migration: str, **wanted: Any) -> MigrationView:
    store = _steerable(services, who, migration)
    control = store.ask(who.tenant, migration, lambda now: now.model_copy(update=wanted))
    if control.token is not None and not control.paused:
        services.starter.go_on(control.token)
    return view(services, who.tenant, migration)


def _steerable(services: Services, who: Principal, migration: str) -> MigrationStore:
    """Raises Conflict once the target has taken over, or it has ended."""
    store = MigrationStore(services.store.table)
    found = store.get(who.tenant, migration)
    if found.phase.taken_over or found.phase.final:
        raise Conflict(f"{found.id} is {found.phase.value}.")
    return store


def _view(services: Services, store: MigrationStore, migration: Migration) -> MigrationView:
    shown = MigrationView.model_fields.keys() & Migration.model_fields.keys()
    told = {name: getattr(migration, name) for name in shown}
    control = store.control(migration.tenant, migration.id)
    clone = migration.clone
    tried = None if clone is None else CloneView(**clone.model_dump(include=set(_CLONE)))
    told |= {"paused": control.paused, "test_clone": tried}
    kept = BandwidthStore(services.store.table).limit(migration.tenant, migration.id)
    told["max_mbit_per_second"] = kept.max_mbit_per_second
    told["stage"] = stage_view(store, migration, services.now())
    told["point_of_no_return"] = migration.marks.get("committed")
    return MigrationView(**told, downtime_seconds=downtime(migration))


def downtime(migration: Migration) -> dict[str, float]:
    """Each term of the cutover, from the source's stop to the target's answer, and their sum.

    Empty until the target has answered. Where load balancers or names follow the VM, until it was
    in their pools and the names were switched.
    """
    marks = list(migration.marks.items())
    names = [name for name, _ in marks]
    if "answered" not in names:
        return {}
    upto = marks[: names.index("answered") + 1]
    terms = {name: (after - at).total_seconds() for (name, at), (_, after) in pairwise(upto)}
    at = migration.marks["answered"]
    followed = (("pools", migration.pools, "joined"), ("names", migration.names, "committed"))
    for name, any_of, mark in followed:
        if any_of and mark in names:
            terms[name] = (migration.marks[mark] - at).total_seconds()
            at = migration.marks[mark]
    return {**terms, "total": sum(terms.values())}
