"""How far the shards of a round, or of a test clone, are: they are moved by many functions at once.

A shard that is done is written down, so that a stage that begins anew leaves it out. It is counted
after that: of one that a crash cut off in between the figures know nothing.
"""

from __future__ import annotations

from datetime import datetime

from novacron.migration.context import Context
from novacron.models.migration import Migration, Phase, Stage, StageView
from novacron.store.migrations import MigrationStore

COPY_OUT, COPY_IN, COMPARE = "copy out", "copy in", "compare"
FILL = "fill the test clone"


def begin_stage(now: Context, name: str, of: str, shards: int) -> None:
    """Once for each ``of``: a stage that is planned again goes on."""
    fresh = Stage(name=name, of=of, shards=shards, started_at=now.services.now())
    known = now.migration.stage
    if known is None or known.key != fresh.key:
        now.save(stage=fresh)


def finish_shard(now: Context, name: str, of: str, disk: int, shard: int, moved: int) -> bool:
    """One shard is done, for which so many bytes were moved; False: it was done before."""
    tenant, migration_id, key = now.migration.tenant, now.migration.id, f"{of}#{name}"
    if not now.store.finish(tenant, migration_id, key, disk, shard, now.services.now()):
        return False
    now.store.count(tenant, migration_id, f"{key}#shards", 1)
    now.store.count(tenant, migration_id, f"{key}#bytes", moved)
    return True


def unfinished(now: Context, name: str, of: str, shards: list[list[int]]) -> list[list[int]]:
    """Of ``shards`` of each disk those that the stage is not done with."""
    done = now.store.finished(now.migration.tenant, now.migration.id, f"{of}#{name}")
    return [
        [shard for shard in mine if (disk, shard) not in done] for disk, mine in enumerate(shards)
    ]


def stage_view(store: MigrationStore, migration: Migration, at: datetime) -> StageView | None:
    """None between stages."""
    stage = migration.stage
    testing = migration.phase is Phase.TESTING
    if stage is None or migration.phase.final or not (migration.in_round or testing):
        return None
    counted = [
        store.counted(migration.tenant, migration.id, f"{stage.key}#{what}")
        for what in ("shards", "bytes")
    ]
    done, moved = min(counted[0], stage.shards), counted[1]
    if done == stage.shards:
        return None
    seconds = max(0.001, (at - stage.started_at).total_seconds())
    return StageView(
        name=stage.name,
        shards=stage.shards,
        shards_done=done,
        bytes_moved=moved,
        bytes_per_second=round(moved / seconds),
        eta_seconds=round(seconds * (stage.shards - done) / done) if done else None,
    )
