"""A wave of VMs: a few at a time, those first that others need, by the machine's definition."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from novacron.errors import Conflict, InvalidSpec, NotFound
from novacron.migration import waves
from novacron.models.migration import MigrationSpec
from novacron.models.operation import Operation, OperationKind, OperationState, ResourceKind
from novacron.models.wave import CreateWave, Move, MoveState, WaveVerb, WaveView
from novacron.operations.reconcile import reconcile
from novacron.operations.steps import StepInput
from novacron.store.migrations import MigrationStore
from novacron.store.table import Table
from tests.fuse import Fuse, Killed
from tests.unit.migration.conftest import Move as OneMove
from tests.world import ALICE, MALLORY

DEFINITION = Path(__file__).parents[3] / "statemachines" / "migrate_many.asl.json"
W = MoveState.WAITING


@dataclass
class Fleet:
    """``vms``: in the order in which they were made. ``most``: migrations seen at once."""

    one: OneMove
    vms: list[str]
    most: int = 0
    order: list[str] = field(default_factory=list)
    migrating: bool = False

    def begin(self, after: dict[int, list[int]], at_once: int = 2, key: str = "wave") -> Operation:
        spec = MigrationSpec(account_id="acc-2", region="local")
        moves = [
            Move(vm_id=vm, spec=spec, after=[self.vms[n] for n in after.get(index, [])])
            for index, vm in enumerate(self.vms)
        ]
        asked = CreateWave(name="first", moves=moves, at_once=at_once)
        return waves.begin_wave(self.one.world.services, ALICE, asked, key)

    def view(self, operation: Operation) -> WaveView:
        return waves.view(self.one.world.services, "acme", operation.resource_id)

    def states(self, operation: Operation) -> list[MoveState]:
        return [move.state for move in self.view(operation).moves]

    def look(self, operation: Operation) -> str:
        """One round of the machine's loop."""
        machine = json.loads(DEFINITION.read_text())["States"]
        given = StepInput(tenant="acme", operation_id=operation.id)
        told = waves.advance(self.one.world.services, given)
        ways = {one["StringEquals"]: one["Next"] for one in machine["Choose"]["Choices"]}
        moving = sum(state is MoveState.MOVING for state in self.states(operation))
        self.most = max(self.most, moving)
        return str(ways.get(told.next, machine["Choose"]["Default"]))

    def migrate(self, most: int = 99) -> None:
        """Carry out what was begun."""
        waiting = self.one.world.machine.waiting
        for operation in [one for one in waiting if one.kind is OperationKind.VM_MIGRATE][:most]:
            waiting.remove(operation)
            self.migrating = True
            self.one.machine(operation).run()
            self.migrating = False
            self.order.append(operation.resource_id)

    def run(self, operation: Operation) -> str:
        state = "Wait"
        for _ in range(20):
            state = self.look(operation)
            if state != "Wait":
                break
            self.migrate()
        return state


@pytest.fixture
def fleet(move: OneMove) -> Fleet:
    made = [move.world.create_vm(f"vm-{n}", root_disk_gib=1) for n in range(3)]
    move.world.run()
    return Fleet(move, [move.vm.id, *(one.resource_id for one in made)])


def test_vms_move_a_few_at_a_time_after_those_that_they_need(fleet: Fleet) -> None:
    operation = fleet.begin({0: [3], 1: [0]})
    assert fleet.run(operation) == "Succeeded"
    done = fleet.one.world.operation(operation)
    assert (done.state, done.percent) == (OperationState.SUCCEEDED, 100)
    assert fleet.most == 2
    db, app, web = fleet.vms[3], fleet.vms[0], fleet.vms[1]
    assert fleet.order.index(db) < fleet.order.index(app) < fleet.order.index(web)
    assert fleet.view(operation).counts == {MoveState.MOVED: 4}


def test_what_waits_for_a_failure_is_skipped_and_the_others_move(fleet: Fleet) -> None:
    """vm 0 has gone from its provider, 3 stands alone."""
    store, account = fleet.one.world.services.store, fleet.one.world.account
    operation = fleet.begin({1: [0], 2: [1]})
    gone = store.resource("acme", ResourceKind.VM, fleet.vms[0])
    store.save_resource(gone.model_copy(update={"state": "lost"}), account.type)
    assert fleet.run(operation) == "Failed"
    assert fleet.states(operation) == ["failed", "skipped", "skipped", "moved"]
    told = [move.detail for move in fleet.view(operation).moves]
    assert told[1:3] == [f"{vm} did not move." for vm in fleet.vms[:2]]
    assert "no longer at its provider" in (told[0] or "")
    assert fleet.one.world.operation(operation).state is OperationState.FAILED


def test_a_paused_wave_begins_nothing_and_pauses_what_is_under_way(fleet: Fleet) -> None:
    services = fleet.one.world.services
    operation = fleet.begin({}, at_once=1)
    assert fleet.look(operation) == "Wait"
    waves.steer(services, ALICE, operation.resource_id, WaveVerb.PAUSE)
    moving = next(m for m in fleet.view(operation).moves if m.state is MoveState.MOVING)
    assert MigrationStore(services.store.table).control("acme", moving.migration_id or "").paused
    fleet.look(operation)
    assert fleet.states(operation).count(W) == 3
    waves.steer(services, ALICE, operation.resource_id, WaveVerb.RESUME)
    assert fleet.run(operation) == "Succeeded"


def test_a_cancelled_wave_undoes_what_is_under_way_and_keeps_what_has_moved(fleet: Fleet) -> None:
    services = fleet.one.world.services
    operation = fleet.begin({}, at_once=2)
    fleet.look(operation)
    fleet.migrate(1)
    waves.steer(services, ALICE, operation.resource_id, WaveVerb.CANCEL)
    assert fleet.run(operation) == "Failed"
    assert sorted(fleet.states(operation)) == ["failed", "moved", "skipped", "skipped"]
    with pytest.raises(Conflict):
        waves.steer(services, ALICE, operation.resource_id, WaveVerb.RESUME)


def test_circles_strangers_and_other_tenants_are_refused(fleet: Fleet) -> None:
    with pytest.raises(InvalidSpec, match="wait for one another"):
        fleet.begin({0: [1], 1: [0]})
    services = fleet.one.world.services
    operation = fleet.begin({})
    with pytest.raises(NotFound):
        waves.view(services, MALLORY.tenant, operation.resource_id)
    with pytest.raises(NotFound):
        waves.steer(services, MALLORY, operation.resource_id, WaveVerb.CANCEL)
    with pytest.raises(Conflict, match="another request"):
        fleet.begin({}, at_once=3)


def test_killed_at_any_edge_each_vm_moves_once(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The looks are killed, one edge after another; the reconciler starts the machine again."""
    world = fleet.one.world
    begun: list[Operation] = []
    for at in range(1, 40):
        with monkeypatch.context() as patch:
            Fuse(at, patch, [(Table, "put"), (Table, "transact")])
            try:
                operation = fleet.begin({1: [0]}, at_once=2)
                fleet.look(operation)
            except Killed:
                pass
            else:
                break
        begun = list(world.machine.waiting)
    operation = fleet.begin({1: [0]}, at_once=2)
    world.machine.waiting.clear()
    world.clock.at += 2 * world.services.grace
    reconcile(world.services)
    assert operation.id in {one.id for one in world.machine.waiting}
    assert fleet.run(operation) == "Succeeded"
    assert sorted(fleet.order) == sorted(fleet.vms)
    assert at > 4
    assert begun
