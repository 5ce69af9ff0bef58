"""How far a round is, how fast and for how long, while its shards are moved."""

from __future__ import annotations

from datetime import timedelta

import pytest

from novacron.migration import control, rounds
from novacron.migration.context import Context
from novacron.migration.rounds import StepResult, WorkItem
from novacron.migration.steps import WORK, Step
from novacron.models.migration import StageView
from tests.unit.migration.conftest import Move


def test_a_stage_is_told_shard_by_shard(move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two shards hold anything, of two disks; each takes ten seconds."""
    operation = move.begin()
    migration_id, seen = move.migration(operation).id, list[StageView | None]()

    def slow(now: Context, item: WorkItem) -> StepResult:
        move.world.clock.at += timedelta(seconds=10)
        done = rounds.apply_shards(now, item)
        if len(now.migration.rounds) == 1:
            seen.append(control.view(move.world.services, "acme", migration_id).stage)
        return done

    monkeypatch.setitem(WORK, Step.APPLY_SHARDS, slow)
    assert move.machine(operation).run() == "Succeeded"
    first = seen[0]
    assert first is not None
    assert (first.name, first.shards_done, first.shards) == ("copy in", 1, len(seen))
    assert first.bytes_moved > 0
    assert first.bytes_per_second == pytest.approx(first.bytes_moved / 10, rel=0.01)
    assert first.eta_seconds == pytest.approx(10 * (len(seen) - 1), abs=1)
    assert seen[-1] is None
    assert control.view(move.world.services, "acme", migration_id).stage is None
