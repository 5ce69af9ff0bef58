"""Kill the machine before and after every effect of every state: exactly one side runs the VM,
nothing is orphaned, no chunk is lost, and going on from there completes."""

from __future__ import annotations

import itertools
import os
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from novacron.errors import Conflict
from novacron.migration.objects import ObjectStore
from novacron.models.dns import DnsRecord, DnsType
from novacron.models.guest import GuestResult
from novacron.models.migration import Migration, Phase
from novacron.models.operation import OperationState
from novacron.operations.reconcile import reconcile
from novacron.providers.memory.provider import MemoryProvider
from novacron.store.table import Table
from tests.fuse import Fuse, Killed
from tests.unit.migration.conftest import Move, in_process, make_move
from tests.world import World, aws, create_table, make_world

STRIDE = int(os.environ.get("NOVACRON_KILL_STRIDE", "11"))
"""1 kills at each of some 300 edges, as `make proof NAME=migration-kill` does."""
NAME = {"account_id": "acc-1", "zone": "example.org", "name": "web.example.org", "public": False}
BEFORE = DnsRecord(zone="example.org", name="web.example.org", values=["192.0.2.1"])
EFFECTS = [
    (Table, "put"),
    (Table, "transact"),
    (Table, "count"),
    (Table, "put_many"),
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
            "delete_vm",
            "fence_vm",
            "release_vm",
            "stop_vm",
            "put_record",
            "run_in_guest",
            "forget_guest_run",
        )
    ),
]


def _one_up(move: Move, told: Migration, at: int) -> None:
    """Between the source's stop and the target's start none may run, and never both."""
    running = move.running()
    if told.phase in (Phase.COPYING, Phase.HOLDING, Phase.TESTING):
        assert running == ["source"], at
    elif told.phase.final or told.phase is Phase.COMMITTED:
        assert running == [("source" if told.phase is Phase.ROLLED_BACK else "target")], at
    else:
        assert len(running) <= 1, at


def _recovered(move: Move) -> None:
    """What the reconciler does: it starts the machine of an operation without an execution."""
    move.world.clock.at += timedelta(minutes=5)
    reconcile(move.world.services)
    for operation in list(move.world.machine.waiting):
        move.machine(operation).run()
    move.world.machine.waiting.clear()


@pytest.mark.parametrize("fails", [False, True], ids=["succeeding", "failing"])
def test_killed_at_any_edge_one_side_runs_and_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fails: bool
) -> None:
    with aws(monkeypatch) as client:
        for at in itertools.count(1, STRIDE):
            move = make_move(_fresh(client, tmp_path, monkeypatch), root_gib=1)
            if not _edge(move, at, monkeypatch, fails):
                break
    assert at > 100
    print(f"killed at {at // STRIDE} edges")


def _fresh(client: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world without records: hundreds are made."""
    client.delete_table(TableName="novacron")
    create_table("novacron")
    return in_process(make_world(client, folder, monkeypatch), monkeypatch)


def _edge(move: Move, at: int, monkeypatch: pytest.MonkeyPatch, fails: bool) -> bool:
    """Kill at effect number ``at`` and see; False: there are not so many."""
    if fails:
        with move.target.opened():
            move.target.cloud.faults.raise_on("assemble_vm", Conflict("no"), times=9)
    move.source.put_record(BEFORE)
    prepared: set[str] = set()
    move.source.shell = partial(_guest, prepared)
    killed = False
    with monkeypatch.context() as patch:
        Fuse(at, patch, EFFECTS)
        try:
            operation = move.begin(names=[NAME], test_clone=not fails, prepare_guest=True)
            move.machine(operation).run()
        except Killed:
            killed = True
    move.world.machine.waiting.clear()
    operation = move.begin(names=[NAME], test_clone=not fails, prepare_guest=True)
    _one_up(move, move.migration(operation), at)
    move.world.machine.waiting.clear()
    for _ in range(3):
        _recovered(move)
    done, told = move.world.operation(operation), move.migration(operation)
    wanted = OperationState.FAILED if fails else OperationState.SUCCEEDED
    assert done.state is wanted, (at, done)
    _one_up(move, told, at)
    _nothing_left(move, told, at)
    assert prepared == (set() if fails else {move.vm.provider_id}), at
    return killed


def _guest(prepared: set[str], vm_id: str, script: str) -> GuestResult:
    """One that keeps whether it is prepared, and knows that it was for this migration alone."""
    (prepared.discard if " undo --owner " in script else prepared.add)(vm_id)
    return GuestResult(exit_code=0)


def _nothing_left(move: Move, told: Migration, at: int) -> None:
    name = move.source.get_record(BEFORE.zone, BEFORE.name, DnsType.A)
    with move.source.opened():
        assert not [name for name in move.source.cloud.blocks if name.startswith("exp-")], at
    with move.target.opened():
        volumes = set(move.target.cloud.volumes)
    if told.phase is Phase.ROLLED_BACK:
        assert not volumes, at
        assert name == BEFORE, at
        return
    arrived = move.target.get_vm(told.target_vm_id or "")
    assert name is not None, at
    assert name.values == arrived.private_ips, at
    there = arrived.volume_ids
    assert volumes == set(there), at
    for old, new in zip(move.volumes(), there, strict=True):
        held = move.content(move.source, old)
        assert held
        assert held == move.content(move.target, new), at
