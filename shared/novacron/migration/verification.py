"""States that compare the target's disks with what was sent: all of them after the first round,
while the source runs, and after every other round what it wrote."""

from __future__ import annotations

import logging

from novacron.migration.context import Context
from novacron.migration.rounds import (
    DONE,
    StepResult,
    WorkItem,
    go_on,
    staged,
)
from novacron.migration.shards import importer
from novacron.migration.stages import COMPARE, finish_shard
from novacron.migration.target import OwnDisks
from novacron.migration.verify import shards_to_verify

log = logging.getLogger("novacron.migration")


def plan_verify(now: Context) -> StepResult:
    """The shards to read back; none where an open import cannot be read: its seal is checked."""
    if importer(now.target).unreadable is not None:
        return DONE
    export_id, chunks = now.migration.rounds[-1].export_id, now.chunks
    shards = [
        shards_to_verify(chunks, chunks.get_disk(export_id, disk), now.migration.applied)
        for disk in range(len(now.migration.imports))
    ]
    return staged(now, COMPARE, export_id, shards)


def verify_shards(now: Context, item: WorkItem) -> StepResult:
    """Compare the item's shards. Raises Corrupted, with disk and leaf."""
    migration, disks = now.migration, OwnDisks(now)
    export_id = migration.rounds[-1].export_id
    for shard in item.shards:
        go_on(now)
        found = disks.verify(item.disk, shard, export_id, migration.applied)
        finish_shard(now, COMPARE, export_id, item.disk, shard, found.read_bytes)
        if found.resent:
            where = f"disk {item.disk}, shard {shard}, leaves {found.resent}"
            log.warning("%s: sent again: %s", migration.id, where)
            counter, count = f"{export_id}#resent", len(found.resent)
            now.store.count(migration.tenant, migration.id, counter, count)
    return DONE
