"""A round: export, copy out, manifest, copy in. Rounds repeat until the rest is small enough."""

from __future__ import annotations

from functools import partial

from novacron.errors import Conflict, NotFound, NotReady
from novacron.migration.context import Context, progress
from novacron.migration.leaves import SHARD_BYTES, shard_count
from novacron.migration.manifest import DiskManifest
from novacron.migration.parallel import in_parallel
from novacron.migration.pools import refuse_pools
from novacron.migration.shards import ExportJob, exporter
from novacron.migration.staff import SOURCE, staffed
from novacron.migration.stages import COPY_IN, COPY_OUT, begin_stage, finish_shard, unfinished
from novacron.migration.target import OwnDisks
from novacron.migration.transfer import copied_shard, seal_manifest, shards_to_import
from novacron.migration.where import export_shard
from novacron.models.base import Model
from novacron.models.migration import Effect, JournalEntry, Phase, Round
from novacron.models.transfer import Export, TransferState

MOST_ITEMS = 1000
"""Work items of one round: their list travels between two states, which hold 256 KiB
(https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html)."""


class WorkItem(Model):
    """Some of a disk's shards, one after another."""

    disk: int
    shards: list[int]


class StepResult(Model):
    """``next``: where the machine goes on, where there is a choice."""

    next: str = ""
    items: list[WorkItem] = []


DONE = StepResult()


def begin_round(now: Context) -> StepResult:
    """Fix the moment that this round copies. A round that has begun goes on."""
    rounds = now.migration.rounds
    final = now.migration.phase is Phase.CUTTING_OVER
    if rounds and not rounds[-1].ended:
        return DONE
    if not rounds:
        refuse_pools(now)
    tidy(now)
    number = len(rounds) + 1
    part = f"e{number}"
    now.intend(Effect.EXPORT, part, number)
    since = now.export if now.migration.exports else None
    export = exporter(now.source).begin_export(now.source_vm_id, since, now.owner(part))
    fresh = Round(number=number, export_id=export.id, final=final, started_at=now.services.now())
    kept = now.migration.exports[-1:]
    now.save(rounds=[*rounds, fresh], exports=[*kept, now.seal(export)], reason=None)
    return DONE


def await_export(now: Context) -> StepResult:
    """Raises NotReady until the export can be read, Conflict when it failed."""
    export = now.export
    found = exporter(now.source).get_export(staffed(now, SOURCE, export))
    if found.state is TransferState.ERROR:
        raise Conflict(f"The export {found.id} failed.")
    if found != export:
        now.save(exports=[*now.migration.exports[:-1], now.seal(found)])
    if found.state is not TransferState.OPEN:
        raise NotReady(f"The export {found.id} is {found.state.value}.")
    return DONE


def prepare_target(now: Context) -> StepResult:
    """Make the target's disks, as large as the source's, and wait until they can be written."""
    OwnDisks(now).open()
    return DONE


def plan_copy(now: Context) -> StepResult:
    """The shards that this round must look at."""
    export = now.export
    return staged(now, COPY_OUT, export.id, _plans(now, export))


def staged(now: Context, name: str, of: str, shards: list[list[int]]) -> StepResult:
    """The work of a stage: ``shards`` of each disk, but for those that it is done with."""
    begin_stage(now, name, of, sum(map(len, shards)))
    now.store.forget_note(now.migration.tenant, now.migration.id)
    return StepResult(items=grouped(unfinished(now, name, of, shards)))


def copy_shards(now: Context, item: WorkItem) -> StepResult:
    """Bring the item's shards into the chunk store."""
    export, applied = now.export, now.migration.applied
    for shard in item.shards:
        go_on(now)
        line = now.line(now.source_account)
        job = ExportJob(export=export, disk=item.disk, shard=shard, parent=applied, line=line)
        try:
            result = export_shard(now.services, now.source_account, job, now.until)
        except NotReady:
            _refresh_export(now, export)
            raise
        finish_shard(now, COPY_OUT, export.id, item.disk, shard, result.read_bytes)
    return DONE


def _refresh_export(now: Context, export: Export) -> None:
    """What lets it be read may have run out (Azure's signatures do): the next try has a new one."""
    if "agent" in export.access:
        return
    found = exporter(now.source).get_export(export)
    if found.access != export.access:
        now.save(exports=[*now.migration.exports[:-1], now.seal(found)])


def seal_manifests(now: Context) -> StepResult:
    """Every disk's manifest, of the parts that were copied. Raises NotFound: one is missing."""
    export, applied, chunks = now.export, now.migration.applied, now.chunks
    for disk in range(len(export.disks)):
        if _found(now, export.id, disk) is not None:
            continue
        parent = None if applied is None else chunks.get_disk(applied, disk)
        planned = chunks.get_plan(export.id, disk)
        copied = partial(copied_shard, chunks, export, disk, parent=parent)
        seal_manifest(chunks, export, disk, parent, in_parallel(copied, planned))
    return DONE


def plan_apply(now: Context) -> StepResult:
    """The shards that the target does not have yet."""
    export, chunks = now.export, now.chunks
    shards = [
        shards_to_import(chunks, chunks.get_disk(export.id, disk), now.migration.applied)
        for disk in range(len(export.disks))
    ]
    return staged(now, COPY_IN, export.id, shards)


def apply_shards(now: Context, item: WorkItem) -> StepResult:
    """Write the item's shards to the target's disk."""
    disks, since = OwnDisks(now), now.migration.applied
    manifest = now.migration.rounds[-1].export_id
    for shard in item.shards:
        go_on(now)
        written = disks.write(item.disk, shard, manifest, since)
        if finish_shard(now, COPY_IN, manifest, item.disk, shard, written):
            now.store.count(now.migration.tenant, now.migration.id, manifest, written)
    return DONE


def end_round(now: Context) -> StepResult:
    """The target has it all, and what it has was compared."""
    last = now.migration.rounds[-1]
    if last.ended:
        return DONE
    export_id = last.export_id
    moved = now.store.counted(now.migration.tenant, now.migration.id, export_id)
    took = max(0.001, (now.services.now() - last.started_at).total_seconds())
    resent = now.store.counted(now.migration.tenant, now.migration.id, f"{export_id}#resent")
    told = {"changed_bytes": moved, "seconds": took, "resent_leaves": resent}
    ended = last.model_copy(update=told)
    now.save(rounds=[*now.migration.rounds[:-1], ended], applied=export_id, resumed=0)
    progress(now, min(80, 20 + 10 * last.number))
    return DONE


def tidy(now: Context) -> None:
    """After a round: close its export, and remove the one that it was told against.

    Not before the round's end is written down: until then both may be read again.
    """
    source, journal = exporter(now.source), now.migration.journal
    if now.migration.in_round or not now.migration.exports:
        return
    *earlier, last = now.migration.exports
    if last.state is not TransferState.ENDED:
        source.end_export(now.open(last))
        last = last.model_copy(update={"state": TransferState.ENDED})
        now.save(exports=[*earlier, last])
    for one in earlier:
        source.delete_export(now.open(one))
    if earlier:
        journal = [_undone(one, now.migration.rounds[-1].number) for one in journal]
        now.save(exports=[last], journal=journal)


def _undone(entry: JournalEntry, number: int) -> JournalEntry:
    """Of an earlier round's export, which has been deleted."""
    earlier = entry.effect is Effect.EXPORT and entry.index < number
    return entry.model_copy(update={"undone": True}) if earlier else entry


def go_on(now: Context) -> None:
    """Raises NotReady while the migration is paused, Conflict when it was cancelled."""
    tenant, migration_id = now.migration.tenant, now.migration.id
    control = now.store.control(tenant, migration_id)
    now.obey(control)
    if now.store.halts(tenant, migration_id, control):
        raise NotReady("The migration is paused.")


def grouped(shards: list[list[int]]) -> list[WorkItem]:
    """``shards`` of each disk as at most about MOST_ITEMS items."""
    each = -(-sum(map(len, shards)) // MOST_ITEMS) or 1
    return [
        WorkItem(disk=disk, shards=mine[start : start + each])
        for disk, mine in enumerate(shards)
        for start in range(0, len(mine), each)
    ]


def _plans(now: Context, export: Export) -> list[list[int]]:
    """Each disk's shards. Asked of the provider once, then kept: the last round asks while the
    source is down."""
    disks = range(len(export.disks))
    try:
        return [now.chunks.get_plan(export.id, disk) for disk in disks]
    except NotFound:
        plans = _shards(now, export)
    for disk in disks:
        now.chunks.put_plan(export.id, disk, plans[disk])
    return plans


def _shards(now: Context, export: Export) -> list[list[int]]:
    """Where the provider can tell what changed, only those; else all: what a disk no longer has
    may be where nothing is told of it."""
    told = exporter(now.source).touched(export, SHARD_BYTES)
    plans = []
    for disk, bits in zip(export.disks, told, strict=True):
        untold = now.migration.applied is not None and disk.since_id is None
        every = range(shard_count(disk.size_bytes))
        plans.append([one for one in every if untold or int(bits, 16) >> one & 1])
    return plans


def _found(now: Context, manifest_id: str, disk: int) -> DiskManifest | None:
    try:
        return now.chunks.get_disk(manifest_id, disk)
    except NotFound:
        return None
