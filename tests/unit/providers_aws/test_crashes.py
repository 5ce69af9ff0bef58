"""AWS did it and we never heard: the same call again finds it, and never makes a second."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from novacron.errors import Conflict, NotReady, ProviderUnavailable, QuotaExceeded, Throttled
from novacron.models.base import Ownership
from novacron.models.image import ImageSpec
from novacron.models.network import Direction, FirewallRule, NetworkSpec, Protocol, SubnetSpec
from novacron.models.vm import VmFilter
from novacron.models.volume import ResourceFilter, SnapshotSpec, VolumeSpec
from novacron.providers.aws.provider import AwsProvider
from novacron.providers.base import iterate
from tests.unit.providers_aws.conftest import REGION, World

LOST: dict[str, Any] = {"http_status": 500, "when": "after"}


def _network() -> NetworkSpec:
    out = FirewallRule(
        name="web-out",
        direction=Direction.EGRESS,
        protocol=Protocol.TCP,
        from_port=443,
        to_port=443,
        cidr="0.0.0.0/0",
    )
    return NetworkSpec(
        name="net",
        region=REGION,
        cidr="10.9.0.0/16",
        subnets=[SubnetSpec(name=n, cidr=f"10.9.{i}.0/24") for i, n in enumerate("ab")],
        firewall_rules=[out],
    )


def _volume(provider: AwsProvider, owner: Ownership) -> str:
    spec = VolumeSpec(name="data", region=REGION, size_gib=1)
    return provider.create_volume(spec, owner).id


def _operation(owner: Ownership) -> ResourceFilter:
    return ResourceFilter(operation=owner.operation)


def test_a_lost_run_instances(world: World, provider: AwsProvider) -> None:
    spec, owner = world.spec(), world.owner()
    world.fault("RunInstances", "InternalError", **LOST)
    with pytest.raises(ProviderUnavailable):
        provider.create_vm(spec, owner)
    made = provider.create_vm(spec, owner)
    found = list(iterate(provider.list_vms, VmFilter(operation=owner.operation)))
    assert [vm.id for vm in found] == [made.id]


@pytest.mark.parametrize("lost", ["CreateVpc", "CreateSecurityGroup", "CreateSubnet"])
def test_a_lost_part_of_a_network(world: World, provider: AwsProvider, lost: str) -> None:
    spec, owner = _network(), world.owner()
    world.fault(lost, "InternalError", **LOST)
    with pytest.raises(ProviderUnavailable):
        provider.create_network(spec, owner)
    made = provider.create_network(spec, owner)
    assert [n.id for n in iterate(provider.list_networks, _operation(owner))] == [made.id]
    assert [subnet.name for subnet in made.subnets] == ["a", "b"]
    assert made.firewall_rules == spec.firewall_rules
    provider.delete_network(made.id)


def test_a_network_that_fails_half_way_leaves_nothing(world: World, provider: AwsProvider) -> None:
    owner = world.owner()
    world.fault("AuthorizeSecurityGroupEgress", "RulesPerSecurityGroupLimitExceeded")
    with pytest.raises(QuotaExceeded):
        provider.create_network(_network(), owner)
    assert not list(iterate(provider.list_networks, _operation(owner)))


def test_a_half_that_cannot_be_removed_is_finished_by_a_repeat(
    world: World, provider: AwsProvider
) -> None:
    owner = world.owner()
    world.fault("CreateSecurityGroup", "SecurityGroupLimitExceeded")
    world.fault("DeleteSubnet", "InternalError", http_status=500)
    with pytest.raises(NotReady):
        provider.create_network(_network(), owner)
    made = provider.create_network(_network(), owner)
    assert [n.id for n in iterate(provider.list_networks, _operation(owner))] == [made.id]
    assert len(made.subnets) == 2


@pytest.mark.parametrize("lost", ["CreateVolume", "CreateSnapshot", "RegisterImage"])
def test_lost_storage(world: World, provider: AwsProvider, lost: str) -> None:
    snapshot_owner = world.owner()
    spec = SnapshotSpec(name="snap", volume_id=_volume(provider, world.owner()))
    snapshot = provider.create_snapshot(spec, snapshot_owner)
    image = ImageSpec(name=f"golden-{snapshot.id[-6:]}x", region=REGION, snapshot_id=snapshot.id)
    attempts: dict[str, Callable[[Ownership], str]] = {
        "CreateVolume": lambda owner: _volume(provider, owner),
        "CreateSnapshot": lambda owner: provider.create_snapshot(spec, owner).id,
        "RegisterImage": lambda owner: provider.import_image(image, owner).id,
    }
    lists: dict[str, Any] = {
        "CreateVolume": provider.list_volumes,
        "CreateSnapshot": provider.list_snapshots,
        "RegisterImage": provider.list_images,
    }
    owner = world.owner()
    world.fault(lost, "InternalError", **LOST)
    with pytest.raises(ProviderUnavailable):
        attempts[lost](owner)
    made = attempts[lost](owner)
    assert [one.id for one in iterate(lists[lost], _operation(owner))] == [made]


def test_another_request_of_the_same_operation_is_a_conflict(
    world: World, provider: AwsProvider
) -> None:
    owner = world.owner()
    provider.create_network(_network(), owner)
    with pytest.raises(Conflict):
        provider.create_network(_network().model_copy(update={"name": "other"}), owner)


def test_throttling_says_when_to_come_back(world: World, provider: AwsProvider) -> None:
    world.fault("DescribeVolumes", "RequestLimitExceeded", http_status=503, retry_after=4)
    with pytest.raises(Throttled) as slowed:
        provider.get_volume("vol-0123456789abcdef0")
    assert slowed.value.retry_after == 4
