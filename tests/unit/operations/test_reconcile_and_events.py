"""What the reconciler cures, and what a late notification may not do."""

from __future__ import annotations

from datetime import timedelta

from novacron.models.account import ProviderType
from novacron.models.base import Ownership
from novacron.models.operation import ResourceKind
from novacron.models.vm import VmSpec, VmState
from novacron.operations.events import VmStateChanged, vm_state_changed
from novacron.operations.reconcile import reconcile
from tests.world import World


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
            at=record.observed_at + timedelta(seconds=seconds),
        )
        return vm_state_changed(world.services, event)

    assert tell(VmState.STOPPED, -60) == 0
    assert tell(VmState.STOPPED, 60) == 1
    assert tell(VmState.STOPPED, 60) == 0
    assert tell(VmState.STOPPING, 30) == 0
    now = world.services.store.resource("acme", ResourceKind.VM, made.resource_id)
    assert (now.state, now.document["state"]) == ("stopped", "stopped")
    assert tell(VmState.DELETED, 90) == 1
    now = world.services.store.resource("acme", ResourceKind.VM, made.resource_id)
    assert now.state == "lost"
