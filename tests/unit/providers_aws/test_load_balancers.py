from __future__ import annotations

from typing import Any

import pytest

from novacron.errors import Conflict, InvalidSpec, Unsupported
from novacron.models.load_balancer import LoadBalancer, MemberHealth, PoolMember
from novacron.models.vm import VmState
from novacron.providers.base import iterate
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


def _balancer(world: World, name: str, default: dict[str, Any]) -> tuple[str, str]:
    """(its ARN, its listener's)"""
    provider = world.provider()
    elb = provider.client("elbv2", REGION)
    subnets = [one["SubnetId"] for one in provider.ec2(REGION).describe_subnets()["Subnets"][:2]]
    tags = [{"Key": "owner", "Value": "ada"}]
    made = elb.create_load_balancer(Name=name, Subnets=subnets, Tags=tags)["LoadBalancers"][0]
    arn = str(made["LoadBalancerArn"])
    listener = elb.create_listener(
        LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=[default]
    )
    return arn, str(listener["Listeners"][0]["ListenerArn"])


def _listed(world: World, arn: str) -> LoadBalancer:
    (found,) = [one for one in iterate(world.provider().list_load_balancers, None) if one.id == arn]
    return found


def _page(code: str) -> dict[str, Any]:
    return {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": code}}


def test_one_that_answers_by_itself_is_not_empty(world: World) -> None:
    arn, listener = _balancer(world, "answers", _page("404"))
    assert (_listed(world, arn).empty, _listed(world, arn).tags) == (True, {"owner": "ada"})
    away = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "StatusCode": "HTTP_301"}}
    made = (
        world.provider()
        .client("elbv2", REGION)
        .create_rule(
            ListenerArn=listener,
            Priority=1,
            Conditions=[{"Field": "path-pattern", "Values": ["/old*"]}],
            Actions=[away],
        )
    )
    assert made["Rules"]
    assert not _listed(world, arn).empty
    page, _ = _balancer(world, "page", _page("200"))
    assert not _listed(world, page).empty


def test_any_type_of_target_counts(world: World) -> None:
    group = _group(world, "by-address", TargetType="ip")
    arn, _ = _balancer(world, "addresses", {"Type": "forward", "TargetGroupArn": group})
    assert _listed(world, arn).empty
    world.provider().add_member(group, PoolMember(address="172.31.0.78"))
    assert not _listed(world, arn).empty
