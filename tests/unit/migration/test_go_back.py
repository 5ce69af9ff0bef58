"""A roll-back: before the commit it undoes, after it the source runs again as it was left."""

from __future__ import annotations

import itertools

import pytest

from novacron.errors import Conflict, NotFound
from novacron.migration import control
from novacron.models.migration import MigrationView, Phase, RollBack
from novacron.models.operation import Operation, OperationState, ResourceKind
from novacron.operations.reconcile import reconcile
from novacron.providers.memory.provider import MemoryProvider
from novacron.store.table import Table
from tests.fuse import Fuse, Killed
from tests.machine import Held
from tests.unit.migration.conftest import Move
from tests.world import ALICE, MALLORY

EFFECTS = [
    (Table, "put"),
    (Table, "transact"),
    (MemoryProvider, "stop_vm"),
    (MemoryProvider, "start_vm"),
]


def _moved(move: Move, key: str = "move") -> Operation:
    operation = move.begin(key)
    assert move.machine(operation).run() == "Succeeded"
    return operation


def _back(move: Move, operation: Operation, key: str = "back") -> MigrationView:
    migration_id, body = move.migration(operation).id, RollBack(lose_writes=True)
    return control.roll_back(move.world.services, ALICE, migration_id, body, key)


def _run(move: Move, told: MigrationView) -> str:
    store = move.world.services.store
    return move.machine(store.operation("acme", told.return_operation_id or "")).run()


def test_before_the_commit_it_undoes(move: Move) -> None:
    operation = move.begin(cutover="approved")
    with pytest.raises(Held):
        move.machine(operation).run()
    control.roll_back(move.world.services, ALICE, move.migration(operation).id, RollBack(), "k")
    assert move.machine(operation).run() == "Failed"
    assert move.migration(operation).phase is Phase.ROLLED_BACK
    assert move.running() == ["source"]


def test_after_the_commit_the_source_runs_again_and_the_target_is_off(move: Move) -> None:
    operation = _moved(move)
    told = _back(move, operation)
    assert told.point_of_no_return == move.migration(operation).marks["committed"]
    assert _run(move, told) == "Succeeded"
    assert move.running() == ["source"]
    assert move.migration(operation).phase is Phase.RETURNED
    store = move.world.services.store
    states = {
        vm_id: store.resource("acme", ResourceKind.VM, vm_id).state
        for vm_id in (move.vm.id, told.new_vm_id or "")
    }
    assert states == {move.vm.id: "running", told.new_vm_id: "stopped"}
    assert store.resource("acme", ResourceKind.VM, move.vm.id).running_operation is None


def test_writes_are_lost_only_when_somebody_says_so(move: Move) -> None:
    operation = _moved(move)
    migration_id = move.migration(operation).id
    with pytest.raises(Conflict, match="would be lost"):
        control.roll_back(move.world.services, ALICE, migration_id, RollBack(), "k")
    with pytest.raises(NotFound):
        control.roll_back(
            move.world.services, MALLORY, migration_id, RollBack(lose_writes=True), "k"
        )
    assert move.running() == ["target"]


def test_a_source_that_does_not_start_leaves_the_target_as_the_vm(move: Move) -> None:
    operation = _moved(move)
    with move.source.opened():
        move.source.cloud.faults.raise_on("start_vm", Conflict("no host"), times=1)
    told = _back(move, operation)
    assert _run(move, told) == "Failed"
    assert move.running() == ["target"]
    done = move.world.services.store.operation("acme", told.return_operation_id or "")
    assert done.state is OperationState.FAILED
    assert move.migration(operation).phase is Phase.COMPLETED
    assert _run(move, _back(move, operation, "again")) == "Succeeded"
    assert move.running() == ["source"]


def test_a_source_that_was_deleted_is_not_found(move: Move) -> None:
    operation = _moved(move)
    store = move.world.services.store
    source = store.resource("acme", ResourceKind.VM, move.vm.id)
    store.save_resource(source.model_copy(update={"state": "deleted"}), move.world.account.type)
    with pytest.raises(NotFound):
        _back(move, operation)


def test_killed_at_any_edge_never_both_run(move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    """There and back again, each way back killed at another edge."""
    operation = _moved(move)
    for at in itertools.count(1):
        with monkeypatch.context() as patch:
            Fuse(at, patch, EFFECTS)
            try:
                told = _back(move, operation, f"back-{at}")
                _run(move, told)
            except Killed:
                killed = True
            else:
                killed = False
        assert len(move.running()) <= 1, at
        move.world.machine.waiting.clear()
        told = _back(move, operation, f"back-{at}")
        move.world.machine.waiting.clear()
        move.world.clock.at += 2 * move.world.services.grace
        reconcile(move.world.services)
        for waiting in move.world.machine.waiting:
            move.machine(waiting).run()
        assert move.running() == ["source"], at
        assert move.migration(operation).phase is Phase.RETURNED
        if not killed:
            break
        operation = _forth(move, at)
    assert at > 8


def _forth(move: Move, at: int) -> Operation:
    """The same VM moves once more; the target of before makes room."""
    with move.target.opened():
        move.target.cloud.vms.clear()
    return _moved(move, f"move-{at}")
