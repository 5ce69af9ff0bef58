"""Keep power schedules and hold VMs to them: by operations, once at each change of theirs."""

from __future__ import annotations

from novacron.costs.advice.hours import TAG, is_on, parse
from novacron.errors import Conflict, InvalidSpec, NotFound, NovaCronError
from novacron.models.base import Model, PageRequest
from novacron.models.operation import OperationKind, ResourceKind, ResourceRecord
from novacron.models.power import PowerRecord, PowerSchedule
from novacron.operations.kinds import NoArguments, StopArguments
from novacron.operations.services import Services
from novacron.operations.submit import submit_change
from novacron.store.power import PowerStore
from novacron.tenancy.principal import Principal

OPERATION = "power.schedule"
"""Of an ``Action``: it makes or removes a schedule, which is a record of ours."""
SUBJECT = "power-schedule"


class Enforced(Model):
    """Ids of VMs; ``failed``: why not, tried again at the next run."""

    started: list[str] = []
    stopped: list[str] = []
    failed: dict[str, str] = {}


def keep(services: Services, who: Principal, vm_id: str, schedule: PowerSchedule) -> None:
    """The VM is held to it from the next run on. Raises NotFound."""
    services.store.resource(who.tenant, ResourceKind.VM, vm_id)
    record = PowerRecord(tenant=who.tenant, vm_id=vm_id, schedule=schedule)
    PowerStore(services.store.table).save(record)


def remove(services: Services, who: Principal, vm_id: str, version: int) -> None:
    """And start the VM if it is the schedule that stopped it. Raises NotFound, Conflict."""
    store = PowerStore(services.store.table)
    record = store.get(who.tenant, vm_id)
    vm = services.store.resource(who.tenant, ResourceKind.VM, vm_id)
    if record is not None and record.wanted is False and vm.state == "stopped":
        key = f"{SUBJECT}.{vm_id}.removed.{version}"
        submit_change(services, who, OperationKind.VM_START, vm_id, NoArguments(), key)
    store.delete(who.tenant, vm_id)


def enforce(services: Services) -> Enforced:
    """One pass over all tenants' schedules. Safe to run at any time and twice at once."""
    report = Enforced()
    for record in list(PowerStore(services.store.table).all()):
        try:
            report = _enforce(services, record, report)
        except NovaCronError as error:
            report.failed[record.vm_id] = error.detail
    return report


def _enforce(services: Services, record: PowerRecord, report: Enforced) -> Enforced:
    """Only what the schedule wants anew is done: a start by hand since its last change stays."""
    store, now = PowerStore(services.store.table), services.now()
    try:
        vm = services.store.resource(record.tenant, ResourceKind.VM, record.vm_id)
    except NotFound:
        store.delete(record.tenant, record.vm_id)
        return report
    if vm.state in ("deleted", "failed", "lost"):
        store.delete(record.tenant, record.vm_id)
        return report
    wanted = is_on(record.schedule, now)
    if wanted == record.wanted:
        return report
    changed = _change(services, record, vm, wanted)
    store.save(record.model_copy(update={"wanted": wanted, "changed_at": now}))
    if changed:
        (report.started if wanted else report.stopped).append(vm.id)
    return report


def _change(services: Services, record: PowerRecord, vm: ResourceRecord, wanted: bool) -> bool:
    """Whether there was anything to do. The change before is in its key: it is begun once."""
    if vm.state == ("running" if wanted else "stopped"):
        return False
    if vm.state not in ("running", "stopped"):
        raise Conflict(f"{vm.id} is {vm.state}.")
    who = Principal(tenant=record.tenant, subject=SUBJECT, roles=frozenset())
    before = record.changed_at.isoformat() if record.changed_at else "first"
    key = f"{SUBJECT}.{vm.id}.{'on' if wanted else 'off'}.{before}"
    if wanted:
        submit_change(services, who, OperationKind.VM_START, vm.id, NoArguments(), key)
    else:
        submit_change(services, who, OperationKind.VM_STOP, vm.id, StopArguments(), key)
    return True


def adopt_tags(services: Services, tenant: str) -> dict[str, str]:
    """Schedules as the VMs' tags say; returns why a tag is none, by VM."""
    store, wrong = PowerStore(services.store.table), {}
    page: PageRequest | None = PageRequest(limit=1000)
    while page is not None:
        found = services.store.resources(tenant, ResourceKind.VM, page)
        for vm in found.items:
            try:
                _adopt(store, vm)
            except InvalidSpec as error:
                wrong[vm.id] = error.detail
        more = found.next_cursor
        page = PageRequest(limit=1000, cursor=more) if more else None
    return wrong


def _adopt(store: PowerStore, vm: ResourceRecord) -> None:
    text, record = vm.document.get("tags", {}).get(TAG), store.get(vm.tenant, vm.id)
    if vm.state in ("deleted", "failed", "lost"):
        return
    if text is None:
        if record is not None and record.tagged:
            store.delete(vm.tenant, vm.id)
        return
    schedule = parse(text)
    if record is None or record.schedule != schedule:
        store.save(PowerRecord(tenant=vm.tenant, vm_id=vm.id, schedule=schedule, tagged=True))
