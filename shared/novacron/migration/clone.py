"""The test clone: a VM made of what has been copied so far, beside the target's own disks.

It has disks of its own, filled from the chunk store, so that whatever becomes of it the replication
stays as it is, and nothing is read from the source. It gets no public address, not the target's
private one, and the subnet that was named for it.
"""

from __future__ import annotations

from novacron.migration.context import Context
from novacron.migration.cutover import assembly, booted, probe
from novacron.migration.roll_back import undo
from novacron.migration.rounds import DONE, StepResult, WorkItem, go_on, staged
from novacron.migration.shards import importer
from novacron.migration.stages import FILL, finish_shard
from novacron.migration.target import CloneDisks
from novacron.migration.transfer import shards_to_import
from novacron.models.migration import Clone, Effect, Phase
from novacron.models.operation import OperationError
from novacron.models.transfer import AssembleSpec, TransferState
from novacron.operations.compensate import Failure, explain


def prepare_clone(now: Context) -> StepResult:
    """Make its disks. A clone that has begun goes on; one that failed is followed by another."""
    clone = now.migration.clone
    if clone is None or clone.done:
        attempt, rounds = 1 if clone is None else clone.attempt + 1, now.migration.rounds
        fresh = Clone(attempt=attempt, manifest=rounds[-1].export_id, round=len(rounds))
        now.save(clone=fresh)
    now.save(phase=Phase.TESTING, reason=None)
    CloneDisks(now).open()
    return DONE


def plan_clone(now: Context) -> StepResult:
    """The shards that hold anything; none once a disk was sealed, as all had been written then.

    The provider is asked: a seal that was killed may have happened and not been written down.
    """
    target, chunks, manifest = importer(now.target), now.chunks, CloneDisks(now).clone.manifest
    found = [target.get_import(one) for one in CloneDisks(now).imports]
    if any(one.state is not TransferState.OPEN for one in found):
        return DONE
    disks = [chunks.get_disk(manifest, disk) for disk in range(len(now.migration.imports))]
    shards = [shards_to_import(chunks, one, None) for one in disks]
    return staged(now, FILL, CloneDisks(now).part, shards)


def fill_clone(now: Context, item: WorkItem) -> StepResult:
    """Write the item's shards to the clone's disk."""
    disks = CloneDisks(now)
    for shard in item.shards:
        go_on(now)
        written = disks.write(item.disk, shard, disks.clone.manifest, None)
        finish_shard(now, FILL, disks.part, item.disk, shard, written)
    return DONE


def boot_clone(now: Context) -> StepResult:
    """Raises NotReady until it runs and answers; Conflict, and what providers raise, when it
    will not."""
    disks = CloneDisks(now)
    if disks.clone.done:
        return DONE
    imports = disks.seal(disks.clone.manifest)
    if disks.clone.vm_id is None:
        now.intend(Effect.VM, disks.part)
        vm = importer(now.target).assemble_vm(apart(now), imports, now.owner(disks.part))
        disks.save(vm_id=vm.id, provider_operation=vm.provider_operation)
    vm = booted(now, disks.clone.vm_id or "", disks.clone.provider_operation)
    since = disks.clone.running_since or now.services.now()
    disks.save(running_since=since)
    probe(now, vm, now.migration.spec.probe, since)
    disks.save(done=True)
    return DONE


def apart(now: Context) -> AssembleSpec:
    """The target as it will be, but for its name and where it can be reached."""
    target, spec = assembly(now), now.migration.spec
    own = {
        "name": f"{target.name[:58].rstrip('-')}-test",
        "subnet_id": spec.test_subnet_id or target.subnet_id,
        "private_ip": None,
        "public_ip": False,
    }
    return target.model_copy(update=own)


def clone_failed(now: Context, failure: Failure) -> StepResult:
    end_clone(now, explain(failure))
    return DONE


def end_clone(now: Context, error: OperationError) -> None:
    """Keep why. An approval that was given before is none any more: it did not know."""
    disks = CloneDisks(now)
    if not disks.clone.done:
        migration = now.migration
        unasked = {"approved": False}
        now.store.ask(migration.tenant, migration.id, lambda one: one.model_copy(update=unasked))
        disks.save(done=True, error=error)


def remove_clone(now: Context) -> StepResult:
    """Raises NotReady until VM and disks are gone."""
    owner = now.owner(CloneDisks(now).part).operation
    undo(now, lambda entry: entry.owner == owner)
    if now.migration.phase is Phase.TESTING:
        now.save(phase=Phase.COPYING)
    return DONE
