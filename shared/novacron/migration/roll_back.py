"""Undo a migration that did not reach its commit: the target goes first, then the source goes on.

The journal is walked backwards. What an entry's effect made is found by its owner, so that an
entry is undone whether or not its effect had happened, and any number of times.
"""

from __future__ import annotations

from collections.abc import Callable

from novacron.errors import NotFound, NotReady
from novacron.migration.context import Context
from novacron.migration.cutover import finish
from novacron.migration.names import restore_names
from novacron.migration.prepare import undo_guest
from novacron.migration.rounds import DONE, StepResult
from novacron.migration.shards import exporter, importer
from novacron.migration.staff import dismissed
from novacron.migration.target import OWN, CloneDisks, OwnDisks, import_spec
from novacron.models.base import Ownership
from novacron.models.migration import Effect, JournalEntry, Phase
from novacron.models.operation import OperationState
from novacron.models.vm import VmFilter, VmState
from novacron.operations.compensate import Failure, explain
from novacron.providers.base import iterate
from novacron.providers.transfer import Fencing


def roll_back(now: Context, failure: Failure) -> StepResult:
    """Raises what the providers raise: the machine tries again until all is undone.

    Past the commit the target is the VM, and what failed is finished instead.
    """
    if now.operation.state.final:
        return DONE
    if now.migration.phase.taken_over:
        return finish(now)
    error = now.migration.error or explain(failure)
    now.save(error=error)
    undo(now, lambda _: True)
    ended = {"state": OperationState.FAILED, "error": error, "updated_at": now.services.now()}
    if now.migration.phase is not Phase.ROLLED_BACK:
        now.save(phase=Phase.ROLLED_BACK, exports=[], imports=[], clone=None, reason=None)
    operation = now.operation.model_copy(update=ended)
    now.services.store.end(operation, now.record, now.source_account.type, gone=False)
    return DONE


def undo(now: Context, which: Callable[[JournalEntry], bool]) -> None:
    """Undo these entries, the last one first. Raises what the providers raise."""
    for index in reversed(range(len(now.migration.journal))):
        entry = now.migration.journal[index]
        if not entry.undone and which(entry):
            UNDO[entry.effect](now, entry)
            journal = list(now.migration.journal)
            journal[index] = entry.model_copy(update={"undone": True})
            now.save(journal=journal)


def _vm(now: Context, entry: JournalEntry) -> None:
    """Its disks go with it."""
    where = VmFilter(tenant=now.operation.tenant, operation=entry.owner)
    for vm in iterate(now.target.list_vms, where):
        now.target.delete_vm(vm.id)
    left = [vm for vm in iterate(now.target.list_vms, where) if vm.state is not VmState.DELETED]
    if left:
        raise NotReady(f"{left[0].id} is being deleted.")


def _fence(now: Context, _: JournalEntry) -> None:
    """The source goes on as if nothing had happened, or starts again."""
    provider, vm_id = now.source, now.source_vm_id
    vm = provider.get_vm(vm_id)
    if isinstance(provider, Fencing) and vm.state is VmState.SUSPENDED:
        provider.release_vm(vm_id)
    elif vm.state is not VmState.RUNNING:
        if vm.state is VmState.STOPPING:
            raise NotReady(f"{vm_id} is stopping.")
        vm = provider.start_vm(vm_id)
    if provider.get_vm(vm_id).state is not VmState.RUNNING:
        raise NotReady(f"{vm_id} is not running yet.")


def _import(now: Context, entry: JournalEntry) -> None:
    """One that was only intended is begun once more, to have something to delete."""
    target, part = importer(now.target), entry.owner.rpartition("-")[2]
    known = (OwnDisks(now) if part == OWN else CloneDisks(now)).imports
    if entry.index < len(known):
        made = known[entry.index]
    else:
        made = target.begin_import(import_spec(now, entry.index, part), _owner(now, entry))
    target.delete_import(made)


def _export(now: Context, entry: JournalEntry) -> None:
    """As with an import."""
    source = exporter(now.source)
    ids = {one.export_id for one in now.migration.rounds if one.number == entry.index}
    known = [one for one in now.migration.exports if one.id in ids]
    try:
        made = (
            now.open(known[0])
            if known
            else source.begin_export(now.source_vm_id, None, _owner(now, entry))
        )
    except NotFound:
        return  # the VM is gone, and what was never recorded of it with it
    source.delete_export(made)


def _owner(now: Context, entry: JournalEntry) -> Ownership:
    return Ownership(tenant=now.operation.tenant, operation=entry.owner)


def _worker(now: Context, entry: JournalEntry) -> None:
    dismissed(now, entry.owner.rpartition("-")[2])


UNDO = {
    Effect.NAMES: lambda now, _: restore_names(now),
    Effect.GUEST: undo_guest,
    Effect.VM: _vm,
    Effect.FENCE: _fence,
    Effect.IMPORT: _import,
    Effect.EXPORT: _export,
    Effect.WORKER: _worker,
}
