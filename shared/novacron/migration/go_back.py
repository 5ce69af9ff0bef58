"""Back to the source after the commit: the target stops, then the source starts as it was left.

An operation of its own, carried out by the migration's machine. Nothing is copied: what the target
accepted since the cutover stays on the target's disks. Names that followed the VM lead back, and
the source is in its load balancers again.
"""

from __future__ import annotations

from novacron.errors import NotFound, NotReady
from novacron.migration.balancers import put_back, take_out
from novacron.migration.context import Context, progress
from novacron.migration.cutover import ORDERLY
from novacron.migration.names import restore_names
from novacron.migration.rounds import DONE, StepResult
from novacron.models.migration import Phase
from novacron.models.operation import OperationState, ResourceKind
from novacron.models.vm import Vm, VmState
from novacron.operations.compensate import Failure, explain
from novacron.operations.steps import seen
from novacron.providers.base import CloudProvider

_OFF = (VmState.STOPPED, VmState.DELETED)


def go_back(now: Context) -> StepResult:
    """Raises NotReady until the target is off and the source runs, and what providers raise."""
    if now.operation.state.final:
        return DONE
    progress(now, 20)
    _stopped(now, now.target, now.migration.target_vm_id or "")
    vm = _running(now.source, now.source_vm_id)
    restore_names(now)
    take_out(now)
    put_back(now)
    if now.migration.phase is not Phase.RETURNED:
        now.save(phase=Phase.RETURNED)
    _end(now, OperationState.SUCCEEDED, vm, None)
    return DONE


def stay(now: Context, failure: Failure) -> StepResult:
    """It failed: the target goes on, unless the source has started already."""
    if now.operation.state.final:
        return DONE
    source = now.source.get_vm(now.source_vm_id)
    if source.state in (VmState.RUNNING, VmState.PENDING):
        return go_back(now)
    _running(now.target, now.migration.target_vm_id or "")
    _end(now, OperationState.FAILED, source, failure)
    return DONE


def _stopped(now: Context, provider: CloudProvider, vm_id: str) -> None:
    """One that is gone is off."""
    try:
        vm = provider.get_vm(vm_id)
        if vm.state not in _OFF:
            late = now.services.now() - now.operation.created_at > ORDERLY
            provider.stop_vm(vm_id, force=late)
            vm = provider.get_vm(vm_id)
    except NotFound:
        return
    if vm.state not in _OFF:
        raise NotReady(f"The target is {vm.state.value}.")


def _running(provider: CloudProvider, vm_id: str) -> Vm:
    vm = provider.get_vm(vm_id)
    if vm.state is VmState.STOPPED:
        provider.start_vm(vm_id)
        vm = provider.get_vm(vm_id)
    if vm.state is not VmState.RUNNING:
        raise NotReady(f"{vm_id} is {vm.state.value}.")
    return vm


def _end(now: Context, state: OperationState, source: Vm, failure: Failure | None) -> None:
    _look_at_target(now)
    told = {
        "state": state,
        "percent": 100 if failure is None else now.operation.percent,
        "error": None if failure is None else explain(failure),
        "updated_at": now.services.now(),
    }
    kept = seen(now.services, now.record, source)
    operation = now.operation.model_copy(update=told)
    now.services.store.end(operation, kept, now.source_account.type, gone=False)


def _look_at_target(now: Context) -> None:
    """Its record says that it was switched off, or is on again."""
    services, target_id = now.services, now.migration.new_vm_id or ""
    try:
        vm = now.target.get_vm(now.migration.target_vm_id or "")
        record = services.store.resource(now.migration.tenant, ResourceKind.VM, target_id)
    except NotFound:
        return  # deleted meanwhile, which the reconciler sees
    services.store.save_resource(seen(services, record, vm), now.target_account.type)
