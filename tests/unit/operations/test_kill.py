"""Kill the work before and after every write and every provider call: one VM, or none."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from novacron.errors import NoCapacity
from novacron.models.operation import OperationState, ResourceKind
from novacron.models.vm import VmFilter, VmState
from novacron.operations.reconcile import reconcile
from novacron.providers.base import iterate
from novacron.providers.memory.provider import MemoryProvider
from novacron.store.table import Table
from tests.fuse import Fuse, Killed
from tests.world import World

EFFECTS = [
    (Table, "put"),
    (Table, "transact"),
    (MemoryProvider, "create_vm"),
    (MemoryProvider, "get_vm"),
    (MemoryProvider, "delete_vm"),
]


def _killed(world: World, at: int, monkeypatch: pytest.MonkeyPatch, key: str) -> bool:
    with monkeypatch.context() as patch:
        Fuse(at, patch, EFFECTS)
        try:
            world.create_vm(key=key)
            world.run()
        except Killed:
            world.machine.waiting.clear()
            return True
    return False


def _recover(world: World) -> None:
    for _ in range(3):
        world.clock.at += timedelta(minutes=5)
        reconcile(world.services)
        world.run()


@pytest.mark.parametrize("fails", [False, True], ids=["succeeding", "failing"])
def test_killed_at_any_edge_leaves_one_vm_or_none(
    world: World, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    for at in itertools.count(1):
        key = f"edge-{at}"
        if fails:
            with world.provider.opened():
                world.provider.cloud.faults.raise_after("create_vm", NoCapacity("full"), times=9)
        was_killed = _killed(world, at, monkeypatch, key)
        with world.provider.opened():
            world.provider.cloud.faults.clear()
        _recover(world)
        operation = world.create_vm(key=key)
        world.run()
        operation = world.operation(operation)
        assert operation.state.final, at
        made = [
            vm
            for vm in iterate(world.provider.list_vms, VmFilter(operation=operation.id))
            if vm.state is not VmState.DELETED
        ]
        record = world.services.store.resource("acme", ResourceKind.VM, operation.resource_id)
        assert record.running_operation is None
        if operation.state is OperationState.SUCCEEDED:
            assert [vm.id for vm in made] == [record.provider_id], at
        else:
            assert made == [], at
            assert fails
        if not was_killed:
            break
    assert at > 5
    used = world.services.store.used("acme")["vm"]
    assert used == len(list(iterate(world.provider.list_vms, VmFilter())))
