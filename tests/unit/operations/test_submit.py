"""What a request leaves behind, whatever races with it."""

from __future__ import annotations

import pytest

from novacron.errors import Conflict, NoCapacity, NotFound, QuotaExceeded
from novacron.models.base import PageRequest
from novacron.models.operation import OperationKind, OperationState, ResourceKind
from novacron.models.vm import VmFilter
from novacron.operations.kinds import NoArguments, StopArguments
from novacron.operations.reconcile import reconcile
from novacron.operations.submit import submit_change
from novacron.providers.base import iterate
from tests.world import ALICE, MALLORY, World


def _vms(world: World) -> list[str]:
    return [vm.id for vm in iterate(world.provider.list_vms, VmFilter())]


def test_a_create_ends_with_a_recorded_running_vm(world: World) -> None:
    operation = world.create_vm(tags={"team": "core"})
    assert operation.state is OperationState.PENDING
    world.run()
    assert world.operation(operation).state is OperationState.SUCCEEDED
    assert world.operation(operation).percent == 100
    record = world.services.store.resource("acme", ResourceKind.VM, operation.resource_id)
    assert (record.state, record.running_operation) == ("running", None)
    assert [record.provider_id] == _vms(world)


def test_what_fails_after_it_was_accepted_is_told_and_leaves_nothing(world: World) -> None:
    with world.provider.opened():
        world.provider.cloud.faults.fail_later("create_vm", NoCapacity("The zone is full."))
    made = world.create_vm()
    world.run()
    ended = world.operation(made)
    assert (ended.state, ended.error and ended.error.code) == (OperationState.FAILED, "no_capacity")
    assert _vms(world) == []


def test_a_change_that_fails_later_leaves_the_record_as_the_vm_is(world: World) -> None:
    made = world.create_vm()
    world.run()
    stop = (OperationKind.VM_STOP, made.resource_id, StopArguments())
    submit_change(world.services, ALICE, *stop, key="stop")
    world.run()
    with world.provider.opened():
        world.provider.cloud.faults.fail_later("start_vm", NoCapacity("The zone is full."))
    start = (OperationKind.VM_START, made.resource_id, NoArguments())
    started = submit_change(world.services, ALICE, *start, key="start")
    world.run()
    assert world.operation(started).state is OperationState.FAILED
    record = world.services.store.resource("acme", ResourceKind.VM, made.resource_id)
    assert (record.state, record.running_operation) == ("stopped", None)


def test_the_same_key_is_one_vm(world: World) -> None:
    first = world.create_vm(key="once")
    world.run()
    assert world.create_vm(key="once").id == first.id
    world.run()
    assert len(_vms(world)) == 1
    with pytest.raises(Conflict, match="another request"):
        world.create_vm(name="other", key="once")


def test_two_changes_of_one_vm_one_wins(world: World) -> None:
    made = world.create_vm()
    world.run()
    arguments = (OperationKind.VM_STOP, made.resource_id, StopArguments())
    first = submit_change(world.services, ALICE, *arguments, key="a")
    with pytest.raises(Conflict, match=first.id):
        submit_change(world.services, ALICE, *arguments, key="b")
    world.run()
    assert submit_change(world.services, ALICE, *arguments, key="c").id != first.id


def test_quota_is_per_tenant_and_given_back(world: World) -> None:
    world.services.quotas["vm"] = 1
    made = world.create_vm()
    with pytest.raises(QuotaExceeded):
        world.create_vm()
    assert len(world.services.store.operations("acme", PageRequest()).items) == 1
    world.run()
    delete = (OperationKind.VM_DELETE, made.resource_id, NoArguments())
    submit_change(world.services, ALICE, *delete, key="delete")
    world.run()
    assert _vms(world) == []
    with pytest.raises(NotFound):
        submit_change(world.services, ALICE, *delete, key="again")
    world.create_vm()
    with pytest.raises(QuotaExceeded):
        world.create_vm()


def test_a_lost_vm_counts_until_it_is_deleted(world: World) -> None:
    world.services.quotas["vm"] = 1
    made = world.create_vm()
    world.run()
    world.provider.delete_vm(_vms(world)[0])
    reconcile(world.services)
    start = (OperationKind.VM_START, made.resource_id, NoArguments())
    with pytest.raises(Conflict, match="no longer"):
        submit_change(world.services, ALICE, *start, key="start")
    delete = (OperationKind.VM_DELETE, made.resource_id, NoArguments())
    submit_change(world.services, ALICE, *delete, key="delete")
    world.run()
    world.create_vm()


def test_another_tenant_sees_and_touches_nothing(world: World) -> None:
    made = world.create_vm()
    world.run()
    with pytest.raises(NotFound):
        submit_change(
            world.services,
            MALLORY,
            OperationKind.VM_DELETE,
            made.resource_id,
            NoArguments(),
            key="k",
        )
    assert world.services.store.resources("umbrella", ResourceKind.VM, PageRequest()).items == []
    assert len(_vms(world)) == 1
