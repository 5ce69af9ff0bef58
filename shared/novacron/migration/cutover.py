"""From the source's last instruction to the target's first answer, and what follows."""

from __future__ import annotations

import socket
from datetime import datetime, timedelta

from novacron.errors import Conflict, NotFound, NotReady
from novacron.migration.context import Context, progress
from novacron.migration.converge import converged, predicted_downtime
from novacron.migration.names import address_map, check_names
from novacron.migration.prepare import asked_again, carries_guest, failed_guest, wants_guest
from novacron.migration.rounds import DONE, StepResult, tidy
from novacron.migration.shards import exporter, importer
from novacron.migration.staff import SOURCE, TARGET, dismissed
from novacron.migration.target import OwnDisks
from novacron.models.migration import AddressChange, Control, Cutover, Effect, Phase, Probe
from novacron.models.operation import OperationState, ResourceKind
from novacron.models.transfer import AssembleSpec
from novacron.models.vm import Vm, VmState
from novacron.operations.steps import first_seen, seen
from novacron.providers.transfer import Fencing

ORDERLY = timedelta(seconds=60)
"""How long a guest may take to shut down before it is switched off: from then on it is downtime."""
PROBE_SECONDS = 1.0

ROUND, CLONE, HOLD, FENCE, SEAL = "round", "clone", "hold", "fence", "seal"
FINISH, ROLL_BACK, GO_BACK = "finish", "roll_back", "go_back"
REMOVE_CLONE, PREPARE = "remove_clone", "prepare_guest"
PAUSED = "paused"


def decide(now: Context) -> StepResult:
    """Where to go on, at the start, after a crash and after each round."""
    migration = now.migration
    if migration.phase.taken_over:
        return StepResult(next=FINISH)
    if migration.error is not None:
        return StepResult(next=ROLL_BACK)
    if migration.in_round:
        return StepResult(next=ROUND if migration.rounds or not wants_guest(now) else PREPARE)
    if migration.phase is Phase.CUTTING_OVER:
        return StepResult(next=SEAL if migration.rounds[-1].final else FENCE)
    if migration.phase is Phase.TESTING and migration.clone and migration.clone.done:
        return StepResult(next=REMOVE_CLONE)  # it was killed before that
    return _between_rounds(now)


def _between_rounds(now: Context) -> StepResult:
    """Another round, a halt, or the cutover."""
    tidy(now)
    if now.control.paused:
        return _hold(now, PAUSED)
    if wants_guest(now):
        return StepResult(next=PREPARE)
    if carries_guest(now):
        return _another(now)
    return _once_prepared(now)


def _once_prepared(now: Context) -> StepResult:
    """As before, when nothing is to be done in the guest now."""
    spec, rounds, clone = now.migration.spec, now.migration.rounds, now.migration.clone
    why = converged(rounds, spec.max_rounds, spec.max_downtime_seconds)
    if why is not None and (unprepared := failed_guest(now)):
        return _hold(now, unprepared)
    if _wants_clone(now) and (why is not None or now.control.approved):
        return StepResult(next=CLONE)
    if clone is not None and clone.error is None and clone.round == len(rounds):
        return _another(now)  # so that what changed while it ran is no downtime
    if now.control.approved:
        return StepResult(next=FENCE)
    if clone is not None and clone.error is not None:
        told = f"the test clone failed: {clone.error.detail}"
        return _hold(now, f"{told} Resume to try another, cut over all the same, or cancel")
    if why is None:
        return _another(now)
    if spec.cutover is Cutover.APPROVED:
        return _hold(now, f"waiting for approval: {why}")
    seconds, most = predicted_downtime(rounds), spec.max_downtime_seconds
    if seconds > most:
        told = f"the downtime would be about {seconds:.0f} s, {most} s were asked for"
        return _hold(now, f"{told}: {why}; approve it or cancel")
    return StepResult(next=FENCE)


def _wants_clone(now: Context) -> bool:
    """Whether one is to be tried, or has begun."""
    clone = now.migration.clone
    if clone is None:
        return now.migration.spec.test_clone
    return not clone.done or _retested(now, now.control)


def _another(now: Context) -> StepResult:
    if now.migration.phase is not Phase.COPYING:
        now.save(phase=Phase.COPYING)
    return StepResult(next=ROUND)


def _hold(now: Context, reason: str) -> StepResult:
    now.save(phase=Phase.HOLDING, reason=reason)
    return StepResult(next=HOLD)


def hold(now: Context, token: str) -> StepResult:
    """Keep the token of the task that waits. Who is asked to go on reads it after having written
    what is wanted, and this reads what is wanted after having written it: no word is missed."""
    control = now.store.ask(
        now.migration.tenant,
        now.migration.id,
        lambda one: one.model_copy(update={"token": token}),
    )
    waits = control.paused or not control.approved
    retried = _retested(now, control) or asked_again(now, control)
    resumed = not control.paused and (now.migration.reason == PAUSED or retried)
    if control.cancelled or resumed or not waits:
        now.services.starter.go_on(token)
    return DONE


def _retested(now: Context, control: Control) -> bool:
    clone = now.migration.clone
    return clone is not None and clone.error is not None and control.retest == clone.attempt


def after_hold(now: Context) -> StepResult:
    """It has held for long: bring the target up to date, unless it is paused."""
    if now.control.paused and not now.control.cancelled:
        return StepResult(next=HOLD)
    return _another(now)


def fence(now: Context) -> StepResult:
    """The source writes nothing any more. Its disks stay as they are until the end."""
    if now.migration.phase is not Phase.CUTTING_OVER:
        now.intend(Effect.FENCE)
        now.save(phase=Phase.CUTTING_OVER, marks=now.mark("fence"), reason=None)
        progress(now, 85)
    provider, vm_id = now.source, now.source_vm_id
    if isinstance(provider, Fencing):
        vm: Vm = provider.fence_vm(vm_id)
    else:
        late = now.services.now() - now.migration.marks["fence"] > ORDERLY
        vm = provider.stop_vm(vm_id, force=late)
    if vm.state not in (VmState.STOPPED, VmState.SUSPENDED):
        vm = provider.get_vm(vm_id)
    if vm.state not in (VmState.STOPPED, VmState.SUSPENDED):
        raise NotReady(f"{now.record.id} is {vm.state.value}.")
    now.save(marks=now.mark("final copy"))
    return DONE


def seal(now: Context) -> StepResult:
    """The target's disks are complete; wait until a VM can use them."""
    if now.migration.applied is None:
        raise Conflict("Nothing has been copied yet.")
    now.save(marks=now.mark("seal"))
    OwnDisks(now).seal(now.migration.applied)
    return DONE


def boot(now: Context) -> StepResult:
    """Make the VM at the target and wait until it runs and answers."""
    now.save(marks=now.mark("boot"))
    if now.migration.target_vm_id is None:
        now.intend(Effect.VM)
        vm = importer(now.target).assemble_vm(assembly(now), now.imports, now.owner())
        now.save(target_vm_id=vm.id, target_operation=vm.provider_operation)
    vm = booted(now, now.migration.target_vm_id or "", now.migration.target_operation)
    now.save(marks=now.mark("probe"))
    probe(now, vm, now.migration.spec.probe, now.migration.marks["probe"])
    now.save(marks=now.mark("answered"))
    return DONE


def booted(now: Context, vm_id: str, made_by: str | None) -> Vm:
    """The VM at the target, running; ``made_by`` is the provider's operation that makes it.

    Raises NotReady until it runs, Conflict when it will not, and what ended ``made_by``.
    """
    if made_by is not None:
        now.target.check_operation(made_by)
    vm = now.target.get_vm(vm_id)
    if vm.state in (VmState.ERROR, VmState.DELETED):
        raise Conflict(f"The target is {vm.state.value}.")
    if vm.state is not VmState.RUNNING:
        raise NotReady(f"The target is {vm.state.value}.")
    return vm


def probe(now: Context, vm: Vm, wanted: Probe | None, since: datetime) -> None:
    """Raises NotReady while it does not answer, Conflict when it has had its time since then."""
    if wanted is None:
        return
    for address in [*vm.private_ips, *vm.public_ips]:
        try:
            socket.create_connection((address, wanted.port), PROBE_SECONDS).close()
        except OSError:
            continue
        return
    waited = now.services.now() - since
    if waited > timedelta(seconds=wanted.timeout_seconds):
        raise Conflict(f"The target did not answer on port {wanted.port} in {waited.seconds} s.")
    raise NotReady(f"The target does not answer on port {wanted.port} yet.")


def assembly(now: Context) -> AssembleSpec:
    """The target VM: what was asked for, and what is left out as it is at the source."""
    spec, document = now.migration.spec, now.record.document
    return AssembleSpec(
        name=spec.name or now.record.name,
        region=spec.region,
        zone=spec.zone,
        vcpus=spec.vcpus or document.get("vcpus") or 1,
        memory_mib=spec.memory_mib or document.get("memory_mib") or 1024,
        boot_mode=spec.boot_mode,
        instance_type=spec.instance_type,
        subnet_id=spec.subnet_id,
        private_ip=spec.private_ip,
        public_ip=spec.public_ip,
        firewall_ids=spec.firewall_ids,
        tags=document.get("tags", {}) if spec.tags is None else spec.tags,
    )


def commit(now: Context) -> StepResult:
    """From here on the target is the VM: it is recorded, and nothing goes back by itself."""
    if now.migration.phase is Phase.CUTTING_OVER:
        now.save(
            phase=Phase.COMMITTED,
            new_vm_id=_adopt(now),
            addresses=_addresses(now),
            marks=now.mark("committed"),
        )
    progress(now, 95)
    return DONE


def _addresses(now: Context) -> list[AddressChange]:
    source = now.source.get_vm(now.source_vm_id)
    return address_map(source, now.target.get_vm(now.migration.target_vm_id or ""))


def _adopt(now: Context) -> str:
    found = now.target.get_vm(now.migration.target_vm_id or "")
    services, record_id = now.services, f"vm-{now.operation.id.removeprefix('op-')}"
    record = first_seen(services, now.target_account, ResourceKind.VM, record_id, found)
    store = services.store
    try:
        store.resource(record.tenant, record.kind, record.id)
    except NotFound:
        store.adopt(record, now.target_account.type)
    return record.id


def finish(now: Context) -> StepResult:
    """Remove what only the move needed; the source stays, switched off, for its owner to delete."""
    if now.operation.state.final:
        return DONE
    for export in now.migration.exports:
        exporter(now.source).delete_export(now.open(export))
    for side in (SOURCE, TARGET):
        dismissed(now, side)
    check_names(now)
    vm = now.source.stop_vm(now.source_vm_id, force=True)
    ended = {"state": OperationState.SUCCEEDED, "percent": 100, "updated_at": now.services.now()}
    kept = seen(now.services, now.record, vm)
    if now.migration.phase is not Phase.COMPLETED:
        now.save(phase=Phase.COMPLETED, exports=[])
    operation = now.operation.model_copy(update=ended)
    now.services.store.end(operation, kept, now.source_account.type, gone=False)
    return DONE
