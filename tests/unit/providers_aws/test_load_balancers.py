from __future__ import annotations

from typing import Any

import pytest

from novacron.errors import Conflict, InvalidSpec, Unsupported
from novacron.models.load_balancer import MemberHealth, PoolMember
from novacron.models.vm import VmState
from tests.unit.providers_aws.conftest import REGION, World


def _group(world: World, name: str, **told: Any) -> str:
    provider = world.provider()
    elb, ec2 = provider.client("elbv2", REGION), provider.ec2(REGION)
    if told.get("TargetType") != "lambda":
        vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        told = {"Protocol": "HTTP", "Port": 80, "VpcId": vpc, **told}
    made = elb.create_target_group(Name=name, **told)
    return str(made["TargetGroups"][0]["TargetGroupArn"])


def test_a_group_of_addresses_takes_what_its_vpc_reaches(world: World) -> None:
    provider, group = world.provider(), _group(world, "addresses", TargetType="ip")
    assert provider.get_pool(group).by_address
    for address in ("172.31.0.77", "10.9.0.5"):  # in the VPC, and on-premises
        provider.add_member(group, PoolMember(vm_id="i-0", address=address, port=8080))
    found = provider.get_pool(group).members
    assert [(one.vm_id, one.address, one.port) for one in found] == [
        (None, "172.31.0.77", 8080),
        (None, "10.9.0.5", 8080),
    ]
    with pytest.raises(InvalidSpec):
        provider.add_member(group, PoolMember(address="198.51.100.7"))
    with pytest.raises(InvalidSpec):
        provider.add_member(group, PoolMember(vm_id="i-0"))
    provider.remove_member(group, PoolMember(address="10.9.0.5"))
    assert not provider.get_pool(group).places(None, ["10.9.0.5"])


def test_a_member_drains_and_may_come_back(world: World) -> None:
    provider, group = world.provider(), _group(world, "drains")
    vm = provider.create_vm(world.spec(), world.owner())
    member = PoolMember(vm_id=vm.id)
    provider.add_member(group, member)
    (there,) = provider.get_pool(group).members
    assert there.health is MemberHealth.UNUSED  # no load balancer has the group
    provider.remove_member(group, member)
    (there,) = provider.get_pool(group).members
    assert there.health is MemberHealth.DRAINING
    provider.add_member(group, member)
    assert len(provider.get_pool(group).places(vm.id, [])) == 1
    provider.remove_member(group, member)
    world.server.account.clock.advance(301)
    assert provider.get_pool(group).members == []


def test_what_does_not_run_is_not_registered(world: World) -> None:
    provider, group = world.provider(), _group(world, "running")
    vm = provider.create_vm(world.spec(), world.owner())
    provider.stop_vm(vm.id, force=True)
    assert provider.get_vm(vm.id).state is VmState.STOPPED
    with pytest.raises(Conflict, match="running state"):
        provider.add_member(group, PoolMember(vm_id=vm.id))


def test_a_group_without_vms_is_refused(world: World) -> None:
    group = _group(world, "functions", TargetType="lambda")
    with pytest.raises(Unsupported, match="lambda"):
        world.provider().get_pool(group)
