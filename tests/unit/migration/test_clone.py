"""A test clone boots before the cutover; one that fails changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from novacron.errors import Conflict
from novacron.migration import control
from novacron.models.migration import Phase
from novacron.models.operation import Operation
from novacron.models.transfer import AssembleSpec
from novacron.providers.memory.provider import MemoryProvider
from tests.machine import Held
from tests.unit.migration.conftest import Move
from tests.world import ALICE


@pytest.fixture
def assembled(monkeypatch: pytest.MonkeyPatch) -> list[AssembleSpec]:
    """What was asked for, in order."""
    asked: list[AssembleSpec] = []
    assemble = MemoryProvider.assemble_vm

    def noting(self: MemoryProvider, spec: AssembleSpec, *given: object) -> object:
        asked.append(spec)
        return assemble(self, spec, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(MemoryProvider, "assemble_vm", noting)
    return asked


def _held(move: Move, operation: Operation) -> str:
    with pytest.raises(Held):
        move.machine(operation).run()
    told = move.migration(operation)
    assert told.phase is Phase.HOLDING
    return told.reason or ""


def _fails(move: Move, times: int = 1) -> None:
    with move.target.opened():
        move.target.cloud.faults.raise_on("assemble_vm", Conflict("no kernel"), times=times)


def _packs(move: Move) -> set[str]:
    return set(move.world.services.chunks("acme").objects.list("acme/packs"))


def test_a_clone_boots_apart_and_goes_before_the_cutover(
    move: Move, assembled: list[AssembleSpec]
) -> None:
    operation = move.begin(
        test_clone=True, test_subnet_id="sub-test", subnet_id="sub-1", private_ip="10.9.9.9"
    )
    machine = move.machine(operation)
    assert machine.run() == "Succeeded"
    clone, target = assembled
    assert (clone.name, clone.subnet_id) == ("web-test", "sub-test")
    assert (clone.private_ip, clone.public_ip) == (None, False)
    assert (target.name, target.subnet_id, target.private_ip) == ("web", "sub-1", "10.9.9.9")
    after = machine.states[machine.states.index("RemoveClone") :]
    assert after.index("BeginRound") < after.index("Fence"), "what it took is not downtime"
    told = control.view(move.world.services, "acme", move.migration(operation).id)
    assert told.test_clone is not None
    assert (told.test_clone.done, told.test_clone.error) == (True, None)
    with move.target.opened():
        assert len(move.target.cloud.volumes) == 2


def test_a_clone_that_fails_tells_why_and_leaves_the_copy_as_it_is(move: Move) -> None:
    operation = move.begin(test_clone=True)
    _fails(move)
    assert "no kernel" in _held(move, operation)
    assert move.running() == ["source"]
    before, packs = move.migration(operation), _packs(move)
    with move.target.opened():
        assert set(move.target.cloud.volumes) == {one.id for one in before.imports}
    control.resume(move.world.services, ALICE, before.id)
    machine = move.machine(operation)
    assert machine.run() == "Succeeded"
    assert machine.states[1:3] == ["Choose", "PrepareClone"]
    assert _packs(move) == packs, "a test that failed forces no copy"
    assert [one.changed_bytes for one in move.migration(operation).rounds[2:]] == [0, 0]


def test_an_approval_from_before_the_failure_does_not_cut_over(move: Move) -> None:
    operation = move.begin(test_clone=True)
    migration_id = move.migration(operation).id
    control.cut_over(move.world.services, ALICE, migration_id)
    _fails(move)
    assert "no kernel" in _held(move, operation)
    control.cut_over(move.world.services, ALICE, migration_id)
    machine = move.machine(operation)
    assert machine.run() == "Succeeded"
    assert "PrepareClone" not in machine.states


def _cancels(move: Move, operation: Operation) -> Callable[[MemoryProvider, str], object]:
    get_vm = MemoryProvider.get_vm

    def cancelling(self: MemoryProvider, vm_id: str) -> object:
        vm = get_vm(self, vm_id)
        if vm.name.endswith("-test"):
            control.cancel(move.world.services, ALICE, move.migration(operation).id)
        return vm

    return cancelling


def test_a_cancel_during_the_test_removes_the_clone(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = move.begin(test_clone=True)
    monkeypatch.setattr(MemoryProvider, "get_vm", _cancels(move, operation))
    assert move.machine(operation).run() == "Failed"
    told = move.migration(operation)
    assert told.error is not None
    assert "cancelled" in told.error.detail
    assert move.running() == ["source"]
    with move.target.opened():
        assert not move.target.cloud.volumes
        assert not [vm for vm in move.target.cloud.vms.values() if vm.state.value == "running"]
