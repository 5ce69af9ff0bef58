"""What the reconciler cures, and what a late notification may not do."""

from __future__ import annotations

from datetime import timedelta
from typing import NoReturn

import pytest

from novacron.errors import NotReady
from novacron.models.account import ProviderType
from novacron.models.base import Ownership, Page
from novacron.models.operation import (
    Operation,
    OperationKind,
    ResourceKind,
    ResourceRecord,
)
from novacron.models.vm import VmSpec, VmState
from novacron.operations.events import VmStateChanged, vm_state_changed
from novacron.operations.kinds import NoArguments
from novacron.operations.reconcile import reconcile
from novacron.operations.submit import submit_change
from tests.world import ALICE, World


def test_a_tagged_vm_without_a_record_is_adopted_once(world: World) -> None:
    spec = VmSpec(name="stray", region="local", image="debian-12")
    stray = world.provider.create_vm(spec, Ownership(tenant="acme", operation="op-" + "a" * 32))
    report = reconcile(world.services)
    assert report.adopted == ["vm-" + "a" * 32]
    assert reconcile(world.services).adopted == []
    record = world.services.store.resource("acme", ResourceKind.VM, report.adopted[0])
    assert (record.provider_id, record.name) == (stray.id, "stray")


def test_another_tenants_tag_is_left_alone(world: World) -> None:
    spec = VmSpec(name="other", region="local", image="debian-12")
    world.provider.create_vm(spec, Ownership(tenant="someone", operation="op-x"))
    assert reconcile(world.services).adopted == []


def test_a_record_that_lost_its_vm_says_so(world: World) -> None:
    made = world.create_vm()
    world.run()
    record = world.services.store.resource("acme", ResourceKind.VM, made.resource_id)
    assert record.provider_id is not None
    world.provider.delete_vm(record.provider_id)
    assert reconcile(world.services).lost == [made.resource_id]
    assert reconcile(world.services).lost == []


def _record(world: World, made: Operation) -> ResourceRecord:
    return world.services.store.resource("acme", ResourceKind.VM, made.resource_id)


def test_a_guest_that_shut_itself_down_is_seen_without_asking_for_each_vm(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [world.create_vm(name=f"vm-{n}") for n in range(3)]
    world.run()
    reconcile(world.services)
    assert reconcile(world.services).refreshed == []
    with world.provider.opened():
        vms = world.provider.cloud.vms
        name = str(_record(world, made[1]).provider_id)
        vms[name] = vms[name].model_copy(update={"state": VmState.STOPPED})
    monkeypatch.setattr(type(world.provider), "get_vm", lambda *_: pytest.fail("asked for one"))
    assert reconcile(world.services).refreshed == [made[1].resource_id]
    now = _record(world, made[1])
    assert (now.state, now.document["state"]) == ("stopped", "stopped")
    assert reconcile(world.services).refreshed == []


def test_a_record_under_an_operation_or_seen_later_is_left_alone(world: World) -> None:
    made = world.create_vm()
    world.run()
    reconcile(world.services)
    record = _record(world, made)
    with world.provider.opened():
        vms = world.provider.cloud.vms
        name = str(record.provider_id)
        vms[name] = vms[name].model_copy(update={"state": VmState.STOPPED})
    later = record.model_copy(update={"observed_at": world.clock() + timedelta(hours=1)})
    later = world.services.store.save_resource(later, ProviderType.MEMORY)
    assert reconcile(world.services).refreshed == []
    world.services.store.save_resource(
        record.model_copy(update={"version": later.version}), ProviderType.MEMORY
    )
    delete = (OperationKind.VM_DELETE, made.resource_id, NoArguments())
    submit_change(world.services, ALICE, *delete, key="delete")
    assert reconcile(world.services).refreshed == []


def test_what_was_lost_and_is_found_again_is_no_longer_lost(world: World) -> None:
    made = world.create_vm()
    world.run()
    with world.provider.opened():
        hidden = world.provider.cloud.vms.pop(str(_record(world, made).provider_id))
    assert reconcile(world.services).lost == [made.resource_id]
    with world.provider.opened():
        world.provider.cloud.vms[hidden.id] = hidden
    assert reconcile(world.services).refreshed == [made.resource_id]
    assert _record(world, made).state == "running"


def test_a_disk_is_left_alone_until_the_vm_that_it_was_made_with_is_seen_to_be_gone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world.create_vm()
    world.run()
    cloud = type(world.provider)
    with world.provider.opened():
        [disk] = world.provider.cloud.volumes
    world.provider.detach_volume(disk)  # an attached one no provider deletes

    def not_ready(*_: object) -> NoReturn:
        raise NotReady("Ask again.")

    with monkeypatch.context() as patch:
        # Listings may lag: https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
        patch.setattr(cloud, "list_vms", lambda *_: Page(items=[]))
        report = reconcile(world.services)
        assert (report.deleted_orphans, report.unreachable) == ([], [])
        patch.setattr(cloud, "get_vm", not_ready)
        report = reconcile(world.services)
        assert (report.deleted_orphans, len(report.unreachable)) == ([], 1)
    with world.provider.opened():
        del world.provider.cloud.vms[str(_record(world, made).provider_id)]
    report = reconcile(world.services)
    assert (report.lost, report.deleted_orphans) == ([made.resource_id], [disk])


def test_a_lost_execution_is_started_again_only_when_it_is_old(world: World) -> None:
    made = world.create_vm()
    world.machine.waiting.clear()
    assert reconcile(world.services).restarted == []
    world.clock.at += timedelta(minutes=2)
    assert reconcile(world.services).restarted == [made.id]
    world.run()
    assert world.operation(made).state.value == "succeeded"


def test_notifications_never_move_a_record_backwards(world: World) -> None:
    made = world.create_vm()
    world.run()
    record = world.services.store.resource("acme", ResourceKind.VM, made.resource_id)

    def tell(state: VmState, seconds: float) -> int:
        event = VmStateChanged(
            provider=ProviderType.MEMORY,
            provider_id=str(record.provider_id),
            state=state,
            bills_compute=state is VmState.RUNNING,
            at=record.observed_at + timedelta(seconds=seconds),
        )
        return vm_state_changed(world.services, event)

    assert tell(VmState.STOPPED, -60) == 0
    assert tell(VmState.STOPPED, 60) == 1
    assert tell(VmState.STOPPED, 60) == 0
    assert tell(VmState.STOPPING, 30) == 0
    now = world.services.store.resource("acme", ResourceKind.VM, made.resource_id)
    assert (now.state, now.document["state"]) == ("stopped", "stopped")
    assert now.document["bills_compute"] is False
    assert tell(VmState.DELETED, 90) == 1
    now = world.services.store.resource("acme", ResourceKind.VM, made.resource_id)
    assert now.state == "lost"
