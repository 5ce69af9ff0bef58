"""Azure did it and we never heard, or failed half-way: a repeat finds it, nothing bills unseen."""

from __future__ import annotations

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
from novacron.models.image import ImageSpec
from novacron.models.network import NetworkSpec, SubnetSpec
from novacron.models.vm import DiskSpec, VmFilter, VmState
from novacron.models.volume import ResourceFilter, SnapshotSpec, VolumeSpec
from novacron.providers.azure.provider import AzureProvider
from novacron.providers.base import iterate
from tests.unit.providers_azure.conftest import REGION, World

LOST: dict[str, Any] = {"http_status": 500, "when": "after"}
VM_PUT = "VirtualMachines_CreateOrUpdate"


def _network() -> NetworkSpec:
    subnets = [SubnetSpec(name=n, cidr=f"10.9.{i}.0/24") for i, n in enumerate("ab")]
    return NetworkSpec(name="net", region=REGION, cidr="10.9.0.0/16", subnets=subnets)


def _volume() -> VolumeSpec:
    return VolumeSpec(name="data", region=REGION, size_gib=1)


def test_a_lost_create_is_found_again(world: World, provider: AzureProvider) -> None:
    spec, owner = world.spec(), world.owner()
    world.fault(VM_PUT, "InternalServerError", **LOST)
    with pytest.raises(ProviderUnavailable):
        provider.create_vm(spec, owner)
    made = provider.create_vm(spec, owner)
    found = list(iterate(provider.list_vms, VmFilter(operation=owner.operation)))
    assert [vm.id for vm in found] == [made.id]
    with pytest.raises(Conflict):
        provider.create_vm(spec.model_copy(update={"name": "other"}), owner)
    provider.delete_vm(made.id)


def test_a_connection_that_breaks_is_an_outage_and_loses_nothing(
    world: World, provider: AzureProvider
) -> None:
    spec, owner = world.spec(), world.owner()
    world.fault(VM_PUT, "reset", kind="reset", when="after")
    with pytest.raises(ProviderUnavailable):
        provider.create_vm(spec, owner)
    provider.delete_vm(provider.create_vm(spec, owner).id)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AllocationFailed", NoCapacity),
        ("ZonalAllocationFailed", NoCapacity),
        ("OverconstrainedAllocationRequest", NoCapacity),
        ("OSProvisioningTimedOut", ProviderUnavailable),
    ],
)
def test_a_vm_that_fails_half_way_tells_why_and_goes_with_all_its_parts(
    world: World, provider: AzureProvider, code: str, kind: type[NovaCronError]
) -> None:
    before = world.kinds()
    world.fault(VM_PUT, code, when="async", message="no room")
    disks = [DiskSpec(name="d", size_gib=4)]
    vm = provider.create_vm(world.spec(public_ip=True, disks=disks), world.owner())
    assert vm.provider_operation is not None
    with pytest.raises(kind, match="no room"):
        provider.check_operation(vm.provider_operation)
    failed = provider.get_vm(vm.id)
    assert (failed.state, failed.bills_compute) == (VmState.ERROR, False)
    assert len(failed.volume_ids) == 2
    provider.delete_vm(vm.id)
    assert world.kinds() == before


@pytest.mark.parametrize("code", ["SkuNotAvailable", "OperationNotAllowed"])
def test_a_refused_vm_leaves_nothing(world: World, provider: AzureProvider, code: str) -> None:
    before = world.kinds()
    switches = world.server.account.switches
    switches.restricted_sizes = ["Standard_B2s"] if code == "SkuNotAvailable" else []
    switches.quotas = {"cores": 1} if code == "OperationNotAllowed" else {}
    with pytest.raises(NoCapacity if code == "SkuNotAvailable" else QuotaExceeded):
        provider.create_vm(world.spec(public_ip=True), world.owner())
    assert world.kinds() == before


@pytest.mark.parametrize(
    "lost", ["VirtualNetworks_CreateOrUpdate", "NetworkSecurityGroups_CreateOrUpdate"]
)
def test_a_lost_part_of_a_network(world: World, provider: AzureProvider, lost: str) -> None:
    spec, owner = _network(), world.owner()
    world.fault(lost, "InternalServerError", **LOST)
    with pytest.raises((ProviderUnavailable, NotReady)):
        provider.create_network(spec, owner)
    made = provider.create_network(spec, owner)
    where = ResourceFilter(operation=owner.operation)
    assert [one.id for one in iterate(provider.list_networks, where)] == [made.id]
    assert [subnet.name for subnet in made.subnets] == ["a", "b"]
    assert made.firewall_id == made.id
    provider.delete_network(made.id)
    with pytest.raises(NotFound):
        provider.delete_network(made.id)


def test_a_network_that_is_refused_half_way_leaves_nothing(
    world: World, provider: AzureProvider
) -> None:
    before = world.kinds()
    world.fault("NetworkSecurityGroups_CreateOrUpdate", "QuotaExceeded", http_status=409)
    with pytest.raises(QuotaExceeded):
        provider.create_network(_network(), world.owner())
    assert world.kinds() == before


def test_a_half_that_cannot_be_removed_is_finished_by_a_repeat(
    world: World, provider: AzureProvider
) -> None:
    owner = world.owner()
    world.fault("NetworkSecurityGroups_CreateOrUpdate", "QuotaExceeded", http_status=409)
    world.fault("VirtualNetworks_Delete", "InternalServerError", http_status=500)
    with pytest.raises(NotReady):
        provider.create_network(_network(), owner)
    made = provider.create_network(_network(), owner)
    assert made.firewall_id is not None
    provider.delete_network(made.id)


@pytest.mark.parametrize("lost", ["Disks", "Snapshots", "Images"])
def test_lost_storage(world: World, provider: AzureProvider, lost: str) -> None:
    volume = provider.create_volume(_volume(), world.owner())
    snapshot_spec = SnapshotSpec(name="snap", volume_id=volume.id)
    snapshot = provider.create_snapshot(snapshot_spec, world.owner())
    image_spec = ImageSpec(name="golden", region=REGION, snapshot_id=snapshot.id)
    attempts: dict[str, Any] = {
        "Disks": (lambda o: provider.create_volume(_volume(), o), provider.list_volumes),
        "Snapshots": (
            lambda o: provider.create_snapshot(snapshot_spec, o),
            provider.list_snapshots,
        ),
        "Images": (lambda o: provider.import_image(image_spec, o), provider.list_images),
    }
    attempt, lists = attempts[lost]
    owner = world.owner()
    world.fault(f"{lost}_CreateOrUpdate", "InternalServerError", **LOST)
    with pytest.raises(ProviderUnavailable):
        attempt(owner)
    made = attempt(owner)
    where = ResourceFilter(operation=owner.operation)
    assert [one.id for one in iterate(lists, where)] == [made.id]


def test_an_accepted_change_is_not_lost_by_a_failed_look(
    world: World, provider: AzureProvider
) -> None:
    vm = provider.create_vm(world.spec(), world.owner())
    world.fault("NetworkInterfaces_Get", "InternalServerError", http_status=500)
    stopping = provider.stop_vm(vm.id)
    assert stopping.provider_operation is not None
    provider.check_operation(stopping.provider_operation)
    assert provider.get_vm(vm.id).state is VmState.STOPPED
    provider.delete_vm(vm.id)


def test_a_change_that_another_replaced_has_ended(world: World, provider: AzureProvider) -> None:
    vm = provider.create_vm(world.spec(), world.owner())
    world.server.account.switches.transition_describes = 9
    first = provider.stop_vm(vm.id).provider_operation
    assert first is not None
    with pytest.raises(NotReady):
        provider.check_operation(first)
    second = provider.stop_vm(vm.id, force=True).provider_operation
    assert second not in (None, first)
    with pytest.raises(Conflict):
        provider.check_operation(first)
    world.server.account.switches.transition_describes = 0
    provider.delete_vm(vm.id)


@pytest.mark.parametrize(
    "operation",
    [
        "https://evil.example/subscriptions/x/providers/y",
        "{url}/subscriptions/00000000-0000-4000-8000-000000000000/providers/y",
        "{url}/subscriptions/{sub}/providers/../../../_local/state",
        "{url}/subscriptions/{sub}/providers/%2e%2e/%2e%2e/_local/state",
        "nonsense",
    ],
)
def test_our_token_goes_to_our_subscription_alone(
    world: World, provider: AzureProvider, operation: str
) -> None:
    sub = world.server.account.options.subscription_id
    with pytest.raises(NotFound):
        provider.check_operation(operation.format(url=world.server.url, sub=sub))


def test_a_forgotten_operation_is_over(world: World, provider: AzureProvider) -> None:
    account = provider.account
    place = f"{account.endpoint}{account.root}/providers/Microsoft.Compute/locations/{REGION}"
    provider.check_operation(f"{place}/operations/{account.client_id}?api-version=2026-04-01")


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (429, "TooManyRequests", Throttled),
        (500, "InternalServerError", ProviderUnavailable),
        (503, "ServerTimeout", ProviderUnavailable),
    ],
)
def test_faults_of_a_look_reach_the_caller_at_once(
    world: World, provider: AzureProvider, status: int, code: str, kind: type[NovaCronError]
) -> None:
    world.fault("Disks_Get", code, http_status=status, retry_after=4)
    with pytest.raises(kind) as told:
        provider.get_volume("nc-1")
    if isinstance(told.value, Throttled):
        assert told.value.retry_after == 4
    with pytest.raises(NotFound):  # one answer, one call: nothing was repeated
        provider.get_volume("nc-1")
