"""The steps of a state machine. Each may run any number of times, and stop anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from novacron.costs.budgets.settle import settle
from novacron.errors import Conflict, NotFound, NotReady, QuotaExceeded
from novacron.models.base import Model, Ownership
from novacron.models.operation import Operation, OperationState, ResourceKind, ResourceRecord
from novacron.models.provider_account import ProviderAccount
from novacron.models.vm import VmSpec
from novacron.operations.kinds import ACCESS, WORK, Access, Call, Found, Work
from novacron.operations.services import Providers, Services
from novacron.providers.base import CloudProvider

DEADLINE = timedelta(minutes=60)
"""After this an operation that has not settled fails: EC2 volumes may optimise for hours, but
they are usable; nothing that we wait for takes longer in regular service."""

HOPELESS = frozenset({"error", "deleted"})
"""States that nothing leaves. A create finds "deleted" when it was killed while being undone."""


class StepInput(Model):
    """All that travels between states."""

    tenant: str
    operation_id: str


class StepOutput(Model):
    """``wait_seconds``: when to look again, where it is not ``done``."""

    done: bool
    wait_seconds: int = 0


@dataclass(frozen=True)
class Loaded:
    """An operation with everything that a step needs of it."""

    operation: Operation
    record: ResourceRecord
    account: ProviderAccount
    providers: Providers
    work: Work
    access: Access

    @property
    def provider(self) -> CloudProvider:
        """Made on first use: a step that does not call the cloud reads no credential."""
        return self.providers.of(self.account)

    @property
    def owner(self) -> Ownership:
        return Ownership(tenant=self.operation.tenant, operation=self.operation.id)


def load(services: Services, step: StepInput) -> Loaded:
    """Raises NotFound for an operation that was never recorded."""
    operation = services.store.operation(step.tenant, step.operation_id)
    kind = operation.kind
    account = services.store.account(step.tenant, operation.account_id)
    return Loaded(
        operation=operation,
        record=services.store.resource(step.tenant, kind.resource, operation.resource_id),
        account=account,
        providers=services.providers,
        work=WORK[kind],
        access=ACCESS[kind.resource],
    )


def check_quota(services: Services, step: StepInput) -> StepOutput:
    """Refuse a VM that the provider's quota cannot hold. Where none is told, let it through."""
    now = load(services, step)
    if now.record.provider_id is not None:
        return StepOutput(done=True)
    spec = VmSpec.model_validate(now.operation.request)
    quota = now.provider.get_quota(spec.region)
    usage = now.provider.get_usage(spec.region)
    for name, more in (("vms", 1), ("vcpus", spec.vcpus), ("memory_mib", spec.memory_mib)):
        limit, used = getattr(quota, name), getattr(usage, name)
        if limit is not None and used + more > limit:
            raise QuotaExceeded(
                f"The account's quota in {spec.region} is {limit} {name}, {used} are used.",
                field=name,
            )
    return StepOutput(done=True)


def perform(services: Services, step: StepInput) -> StepOutput:
    """Make the provider call and write down at once what it made."""
    now = load(services, step)
    if now.operation.state.final or (now.work.creates and now.record.provider_id is not None):
        return StepOutput(done=True)
    call = Call(
        provider=now.provider,
        id=now.record.provider_id or "",
        body=now.work.body.model_validate(_provider_ids(services, now.operation)),
        owner=now.owner,
    )
    try:
        answered = now.work.perform(call)
    except NotFound:
        if not now.work.deletes:
            raise
        answered = None
    if answered is not None:
        services.store.save_resource(seen(services, now.record, answered), now.account.type)
    _progress(services, now.operation, 40)
    return StepOutput(done=True)


def observe(services: Services, step: StepInput) -> StepOutput:
    """Look once. Raises Conflict when it ended in error or took too long."""
    now = load(services, step)
    if now.operation.state.final:
        return StepOutput(done=True)
    if now.record.provider_id is None:
        if now.work.deletes:
            return StepOutput(done=True)
        raise Conflict(f"{now.record.id} has not been made.")
    try:
        found = _look(now, now.record.provider_id)
    except NotFound:
        if now.work.deletes:
            return StepOutput(done=True)
        raise
    state, age = now.record.state, services.now() - now.operation.created_at
    if found is not None:
        services.store.save_resource(seen(services, now.record, found), now.account.type)
        if now.work.settled(found):
            return StepOutput(done=True)
        state = str(getattr(found, "state", ""))
    hopeless = state in HOPELESS and not now.work.deletes
    if hopeless or age > DEADLINE:
        raise Conflict(f"{now.record.id} is {state} and will not settle.")
    _progress(services, now.operation, min(90, now.operation.percent + 10))
    return StepOutput(done=False, wait_seconds=patience(age))


def patience(age: timedelta) -> int:
    """Seconds until the next look: a quarter of what it has taken so far, between 1 and 30. What
    is quick is seen at once, and what takes an hour is not looked at 3,600 times."""
    return max(1, min(30, int(age.total_seconds() / 4)))


def _look(now: Loaded, provider_id: str) -> Found | None:
    """The resource; None while the provider's own operation runs. Raises what stopped that."""
    under_way = now.record.document.get("provider_operation")
    if under_way is not None:
        try:
            now.provider.check_operation(under_way)
        except NotReady:
            return None
    return now.access.get(now.provider, provider_id)


def record(services: Services, step: StepInput) -> StepOutput:
    """The operation has succeeded."""
    now = load(services, step)
    if now.operation.state.final:
        return StepOutput(done=True)
    ended = now.operation.model_copy(
        update={
            "state": OperationState.SUCCEEDED,
            "percent": 100,
            "updated_at": services.now(),
        }
    )
    kept = now.record
    if now.work.deletes:
        kept = kept.model_copy(update={"state": "deleted", "observed_at": services.now()})
    along = settle(services, ended, kept)
    services.store.end(ended, kept, now.account.type, gone=now.work.deletes, along=along)
    return StepOutput(done=True)


def _provider_ids(services: Services, operation: Operation) -> dict[str, object]:
    """The request with our ids of other resources replaced by the provider's.

    Anything else passes through: a provider's own id is accepted where ours is.
    """
    request = dict(operation.request)
    for field, kind in _REFERENCES.items():
        given = request.get(field)
        if isinstance(given, str) and given.startswith(f"{kind.value}-"):
            try:
                other = services.store.resource(operation.tenant, kind, given)
            except NotFound:
                continue
            if other.account_id != operation.account_id or other.provider_id is None:
                raise Conflict(f"{given} is not in account {operation.account_id}.", field=field)
            request[field] = other.provider_id
    return request


_REFERENCES = {
    "vm_id": ResourceKind.VM,
    "volume_id": ResourceKind.VOLUME,
    "snapshot_id": ResourceKind.SNAPSHOT,
    "image": ResourceKind.IMAGE,
}


def seen(services: Services, record: ResourceRecord, found: Found) -> ResourceRecord:
    """The record with what the provider has just said."""
    return record.model_copy(
        update={
            "provider_id": found.id,
            "region": found.region,
            "state": str(getattr(found, "state", "ready")),
            "document": found.model_dump(mode="json"),
            "observed_at": services.now(),
        }
    )


def first_seen(
    services: Services, account: ProviderAccount, kind: ResourceKind, resource_id: str, found: Found
) -> ResourceRecord:
    """A record of what the provider has and we had none of."""
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


def _progress(services: Services, operation: Operation, percent: int) -> None:
    moved = {
        "state": OperationState.RUNNING,
        "percent": max(percent, operation.percent),
        "updated_at": services.now(),
    }
    services.store.save_operation(operation.model_copy(update=moved))
