"""Kill the machine before and after every effect of every state: exactly one side runs the VM,
nothing is orphaned, no chunk is lost, and going on from there completes."""

from __future__ import annotations

import itertools
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from novacron.migration.objects import ObjectStore
from novacron.models.migration import Phase
from novacron.models.operation import Operation, OperationState
from novacron.operations.reconcile import reconcile
from novacron.providers.memory.provider import MemoryProvider
from novacron.store.table import Table
from tests.fuse import Fuse, Killed
from tests.unit.migration.conftest import Move, in_process, make_move
from tests.unit.migration.scenarios import SCENARIOS, Returning, Succeeding
from tests.unit.migration.test_migrate_many import Fleet
from tests.world import World, aws, create_table, make_world

STRIDE = int(os.environ.get("NOVACRON_KILL_STRIDE", "23"))
"""1 kills at each of some 700 edges, as `make proof NAME=migration-kill` does."""
RECORDS = [(Table, name) for name in ("put", "transact", "count", "put_many", "delete")]
EFFECTS = [
    *RECORDS,
    (ObjectStore, "put"),
    *(
        (MemoryProvider, name)
        for name in (
            "begin_export",
            "end_export",
            "delete_export",
            "begin_import",
            "write",
            "seal_import",
            "delete_import",
            "assemble_vm",
            "create_vm",
            "delete_vm",
            "fence_vm",
            "release_vm",
            "start_vm",
            "stop_vm",
            "put_record",
            "add_member",
            "remove_member",
            "run_in_guest",
            "forget_guest_run",
        )
    ),
]


def _one_up(move: Move, operation: Operation, ended: bool, at: int) -> None:
    """Never both, and none only between the one's stop and the other's start."""
    running, phase = move.running(), move.migration(operation).phase
    if not operation.kind.moves:
        return
    if phase in (Phase.COPYING, Phase.HOLDING, Phase.TESTING):
        assert running == ["source"], at
    elif ended:
        back = phase in (Phase.ROLLED_BACK, Phase.RETURNED)
        assert running == ["source" if back else "target"], at
    else:
        assert len(running) <= 1, at


@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("kind", SCENARIOS)
def test_killed_at_any_edge_one_side_runs_and_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: type[Succeeding], half: int
) -> None:
    """``half`` of the edges, so that two processes can share them."""
    states: set[str] = set()
    with aws(monkeypatch, at_once=True) as client:
        for at in itertools.count(1 + half * STRIDE, 2 * STRIDE):
            with monkeypatch.context() as patch:
                move = make_move(_fresh(client, tmp_path, patch), root_gib=1)
                scenario = kind()
                scenario.arrange(move, patch)
                killed = _edge(move, scenario, at)
            if killed is None:
                break
            states.add(killed)
    assert at > 2 * STRIDE or half
    print(f"killed at {at // (2 * STRIDE)} edges in {','.join(sorted(states))}.")


def _fresh(client: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world without records: hundreds are made."""
    client.delete_table(TableName="novacron")
    create_table("novacron")
    return in_process(make_world(client, folder, monkeypatch), monkeypatch)


def _edge(move: Move, scenario: Succeeding, at: int) -> str | None:
    """Kill at effect number ``at`` and see; the state that it was in, None: there are not so
    many."""
    killed = None
    with pytest.MonkeyPatch.context() as patch:
        Fuse(at, patch, EFFECTS).armed = scenario.armed
        try:
            scenario.run(move, scenario.begin(move))
        except Killed:
            killed = scenario.entered[-1] if scenario.entered else "Start"
    move.world.machine.waiting.clear()
    operation = scenario.begin(move)
    moved = scenario.moved if isinstance(scenario, Returning) else operation
    _one_up(move, moved, move.world.operation(operation).state.final, at)
    move.world.machine.waiting.clear()
    for _ in range(3):  # as the reconciler does for an operation without an execution
        move.world.clock.at += timedelta(minutes=5)
        reconcile(move.world.services)
        for waiting in list(move.world.machine.waiting):
            scenario.run(move, waiting)
        move.world.machine.waiting.clear()
    done = move.world.operation(operation)
    assert done.state is scenario.ended, (at, done)
    _one_up(move, moved, True, at)
    scenario.check(move, operation)
    return killed


def test_a_wave_killed_at_any_edge_moves_each_vm_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its migrations, whose own kills are above, are let through."""
    with aws(monkeypatch, at_once=True) as client:
        for at in itertools.count(1, STRIDE):
            move = make_move(_fresh(client, tmp_path, monkeypatch), root_gib=1)
            other = move.world.create_vm("other", root_disk_gib=1)
            move.world.run()
            if not _wave_edge(Fleet(move, [move.vm.id, other.resource_id]), at):
                break
    assert at > STRIDE
    print(f"killed at {at // STRIDE} edges in waves.")


def _wave_edge(fleet: Fleet, at: int) -> bool:
    world, killed = fleet.one.world, False
    with pytest.MonkeyPatch.context() as patch:
        fuse = Fuse(at, patch, RECORDS)
        fuse.armed = lambda: not fleet.migrating
        try:
            fleet.run(fleet.begin({1: [0]}, at_once=1))
        except Killed:
            killed = True
    operation = fleet.begin({1: [0]}, at_once=1)
    world.machine.waiting.clear()
    world.clock.at += 2 * world.services.grace
    reconcile(world.services)
    assert fleet.run(operation) == "Succeeded", at
    assert world.operation(operation).state is OperationState.SUCCEEDED
    assert sorted(fleet.order) == sorted(fleet.vms), at
    assert {vm.name: vm.state.value for vm in fleet.one.target.cloud.vms.values()} == {
        "web": "running",
        "other": "running",
    }, at
    assert {vm.state.value for vm in fleet.one.source.cloud.vms.values()} == {"stopped"}, at
    return killed
