"""Google did it and we never heard, or said yes and failed: nothing twice, nothing left."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from novacron.errors import (
    Conflict,
    NoCapacity,
    NotFound,
    NotReady,
    NovaCronError,
    ProviderUnavailable,
    QuotaExceeded,
    Throttled,
)
from novacron.models.base import Ownership
from novacron.models.image import ImageSpec
from novacron.models.network import Direction, FirewallRule, NetworkSpec, Protocol, SubnetSpec
from novacron.models.vm import VmFilter, VmState
from novacron.models.volume import ResourceFilter, SnapshotSpec, VolumeSpec
from novacron.providers.base import iterate
from novacron.providers.gcp.provider import GcpProvider
from tests.unit.providers_gcp.conftest import REGION, ZONE, World

LOST: dict[str, Any] = {"http_status": 500, "when": "after"}


def _network() -> NetworkSpec:
    out = FirewallRule(
        name="web-out", direction=Direction.EGRESS, protocol=Protocol.TCP, cidr="0.0.0.0/0"
    )
    subnets = [SubnetSpec(name=n, cidr=f"10.9.{i}.0/24") for i, n in enumerate("ab")]
    return NetworkSpec(
        name="net", region=REGION, cidr="10.9.0.0/16", subnets=subnets, firewall_rules=[out]
    )


def _volume(provider: GcpProvider, owner: Ownership) -> str:
    spec = VolumeSpec(name="data", region=REGION, zone=ZONE, size_gib=1)
    return provider.create_volume(spec, owner).id


def _done(call: Callable[[], Any]) -> Any:
    for _ in range(5):
        try:
            return call()
        except NotReady:
            continue
    return call()


def _operation(owner: Ownership) -> ResourceFilter:
    return ResourceFilter(operation=owner.operation)


def test_a_lost_insert(world: World, provider: GcpProvider) -> None:
    spec, owner = world.spec(), world.owner()
    world.fault("instances.insert", "internalError", **LOST)
    with pytest.raises(ProviderUnavailable):
        provider.create_vm(spec, owner)
    made = provider.create_vm(spec, owner)
    found = list(iterate(provider.list_vms, VmFilter(operation=owner.operation)))
    assert [vm.id for vm in found] == [made.id]
    with pytest.raises(Conflict):
        provider.create_vm(spec.model_copy(update={"public_ip": True}), owner)
    provider.delete_vm(made.id)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"code": "rateLimitExceeded", "http_status": 429, "retry_after": 4}, Throttled),
        ({"code": "internalError", "http_status": 500}, ProviderUnavailable),
        ({"code": "backendError", "http_status": 503}, ProviderUnavailable),
        ({"code": "quotaExceeded", "http_status": 403}, QuotaExceeded),
        ({"code": "CONNECTION_RESET"}, ProviderUnavailable),
    ],
)
def test_a_refused_insert_leaves_nothing_and_can_be_tried_again(
    world: World, provider: GcpProvider, fault: dict[str, Any], kind: type[NovaCronError]
) -> None:
    spec, owner, before = world.spec(), world.owner(), world.disks
    world.fault("instances.insert", **fault)
    with pytest.raises(kind) as failed:
        provider.create_vm(spec, owner)
    if isinstance(failed.value, Throttled):
        assert failed.value.retry_after == 4
    assert not list(iterate(provider.list_vms, VmFilter(operation=owner.operation)))
    assert world.disks == before
    made = provider.create_vm(spec, owner)
    provider.delete_vm(made.id)
    assert world.disks == before


def test_a_slow_answer_ends_in_time(
    world: World, provider: GcpProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.authenticate()
    monkeypatch.setattr("novacron.providers.gcp.base.TIMEOUT", 0.2)
    world.fault("regions.get", "SLOW_REPLY", retry_after=1)
    with pytest.raises(ProviderUnavailable):
        provider.get_quota(REGION)


def test_a_vm_that_google_has_no_room_for(world: World, provider: GcpProvider) -> None:
    """The insert is accepted, its operation fails: that is told, and the next try is a new one,
    though its request id would for an hour only be answered with the failure."""
    world.server.project.switches.transition_describes = 2
    spec, owner, before = world.spec(), world.owner(), world.disks
    world.late("instances.insert", "ZONE_RESOURCE_POOL_EXHAUSTED", http_status=503)
    made = provider.create_vm(spec, owner)
    assert (made.state, made.bills_compute) == (VmState.PENDING, True)
    assert made.provider_operation is not None
    with pytest.raises(NotReady):
        provider.check_operation(made.provider_operation)
    with pytest.raises(NoCapacity):
        _done(lambda: provider.check_operation(str(made.provider_operation)))
    with pytest.raises(NotFound):
        provider.get_vm(made.id)
    assert world.disks == before
    again = provider.create_vm(spec, owner)
    assert again.provider_operation != made.provider_operation
    _done(lambda: provider.check_operation(str(again.provider_operation)))
    assert provider.get_vm(again.id).state is VmState.RUNNING
    provider.delete_vm(again.id)


def test_an_operation_that_google_forgot_is_over(provider: GcpProvider) -> None:
    provider.check_operation(f"zones/{ZONE}/operations/operation-1-2-3")
    provider.check_operation("global/operations/operation-1-2-3")
    provider.check_operation("nonsense")


@pytest.mark.parametrize("lost", ["disks.insert", "snapshots.insert", "images.insert"])
def test_lost_storage(world: World, provider: GcpProvider, lost: str) -> None:
    spec = SnapshotSpec(name="snap", volume_id=_volume(provider, world.owner()))
    snapshot = provider.create_snapshot(spec, world.owner())
    image = ImageSpec(name="golden", region=REGION, snapshot_id=snapshot.id)
    attempts: dict[str, Callable[[Ownership], str]] = {
        "disks.insert": lambda owner: _volume(provider, owner),
        "snapshots.insert": lambda owner: provider.create_snapshot(spec, owner).id,
        "images.insert": lambda owner: provider.import_image(image, owner).id,
    }
    lists: dict[str, Any] = {
        "disks.insert": provider.list_volumes,
        "snapshots.insert": provider.list_snapshots,
        "images.insert": provider.list_images,
    }
    owner = world.owner()
    world.fault(lost, "internalError", **LOST)
    with pytest.raises(ProviderUnavailable):
        attempts[lost](owner)
    made = attempts[lost](owner)
    assert [one.id for one in iterate(lists[lost], _operation(owner))] == [made]


@pytest.mark.parametrize("lost", ["networks.insert", "subnetworks.insert", "firewalls.insert"])
def test_a_lost_part_of_a_network(world: World, provider: GcpProvider, lost: str) -> None:
    spec, owner = _network(), world.owner()
    world.fault(lost, "internalError", **LOST)
    with pytest.raises(ProviderUnavailable):
        _done(lambda: provider.create_network(spec, owner))
    made = _done(lambda: provider.create_network(spec, owner))
    assert [n.id for n in iterate(provider.list_networks, _operation(owner))] == [made.id]
    assert [subnet.name for subnet in made.subnets] == ["a", "b"]
    assert made.firewall_rules == spec.firewall_rules
    with pytest.raises(Conflict):
        provider.create_network(spec.model_copy(update={"name": "other"}), owner)
    _done(lambda: provider.delete_network(made.id))
    with pytest.raises(NotFound):
        provider.get_network(made.id)


def test_a_network_that_is_refused_half_way_is_taken_back(
    world: World, provider: GcpProvider
) -> None:
    owner = world.owner()
    world.fault("firewalls.insert", "quotaExceeded", http_status=403)
    with pytest.raises(QuotaExceeded):
        _done(lambda: provider.create_network(_network(), owner))
    for one in iterate(provider.list_networks, _operation(owner)):
        assert one.subnets == []
        assert one.firewall_rules == []
        _done(partial(provider.delete_network, one.id))
    assert not list(iterate(provider.list_networks, _operation(owner)))


def test_a_network_with_a_vm_on_it_stays(world: World, provider: GcpProvider) -> None:
    owner = world.owner()
    made = _done(lambda: provider.create_network(_network(), owner))
    firewall, subnet = made.firewall_id, made.subnets[0].id
    vm = provider.create_vm(world.spec(subnet_id=subnet, firewall_ids=[firewall]), world.owner())
    with pytest.raises(Conflict):
        provider.delete_network(made.id)
    assert provider.get_network(made.id) == made
    provider.delete_vm(vm.id)
    _done(lambda: provider.delete_network(made.id))
