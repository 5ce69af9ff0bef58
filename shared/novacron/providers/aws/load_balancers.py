"""Elastic Load Balancing's target groups:
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Any

from novacron.errors import InvalidSpec, NotFound, Unsupported
from novacron.models.load_balancer import Pool, PoolMember
from novacron.providers.aws.base import AwsBase
from novacron.providers.aws.errors import translated
from novacron.providers.aws.states import TARGET, meaning
from novacron.providers.load_balancers import LoadBalancers

_ARN = re.compile(r"arn:aws[a-z-]*:elasticloadbalancing:([a-z0-9-]+):\d{12}:targetgroup/[\w-]+/\w+")
_INSTANCE, _IP = "instance", "ip"


class AwsLoadBalancers(AwsBase, LoadBalancers):
    """A pool is a target group's ARN, of target type "instance" or "ip". The latter takes private
    addresses of anyone whom its VPC reaches."""

    @translated
    def get_pool(self, pool_id: str) -> Pool:
        region, group = self._group(pool_id)
        by_address = group["TargetType"] == _IP
        return Pool(
            id=pool_id,
            region=region,
            network_id=None if by_address else self.public_id(region, group["VpcId"]),
            by_address=by_address,
            members=self._members(region, pool_id, by_address),
        )

    @translated
    def add_member(self, pool_id: str, member: PoolMember) -> str | None:
        region, group = self._group(pool_id)
        native, more = self._native(region, group, member), {}
        if group["TargetType"] == _IP and not self._in_vpc(region, group["VpcId"], native):
            # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetDescription.html
            more["AvailabilityZone"] = "all"
        target = {"Id": native, **({"Port": member.port} if member.port else {}), **more}
        self._elb(region).register_targets(TargetGroupArn=pool_id, Targets=[target])
        return None

    @translated
    def remove_member(self, pool_id: str, member: PoolMember) -> str | None:
        """Its connections drain for as long as the target group says."""
        region, group = self._group(pool_id)
        by_address = group["TargetType"] == _IP
        native = self._native(region, group, member)
        pool = self._members(region, pool_id, by_address)
        # Where the port was told to register it, it must be told here.
        gone = [
            {"Id": native, "Port": one.port}
            for one in pool
            if one.is_vm(member.vm_id, [native]) and member.port in (None, one.port)
        ]
        if gone:
            self._elb(region).deregister_targets(TargetGroupArn=pool_id, Targets=gone)
        return None

    def _group(self, pool_id: str) -> tuple[str, dict[str, Any]]:
        """Its region, and what AWS tells of it."""
        match = _ARN.fullmatch(pool_id)
        if match is None or match[1] not in self.account.regions:
            raise NotFound(f"There is no target group {pool_id!r} in this account's regions.")
        told = self._elb(match[1]).describe_target_groups(TargetGroupArns=[pool_id])
        group: dict[str, Any] = told["TargetGroups"][0]
        if group["TargetType"] not in (_INSTANCE, _IP):
            raise Unsupported(f"{pool_id} takes no VMs but targets of type {group['TargetType']}.")
        return match[1], group

    def _members(self, region: str, pool_id: str, by_address: bool) -> list[PoolMember]:
        told = self._elb(region).describe_target_health(TargetGroupArn=pool_id)
        return [
            PoolMember(
                vm_id=None if by_address else self.public_id(region, one["Target"]["Id"]),
                address=one["Target"]["Id"] if by_address else None,
                port=one["Target"]["Port"],
                health=meaning(TARGET, one["TargetHealth"]["State"]),
            )
            for one in told["TargetHealthDescriptions"]
        ]

    def _native(self, region: str, group: dict[str, Any], member: PoolMember) -> str:
        if group["TargetType"] == _IP:
            if member.address is None:
                raise InvalidSpec("The target group takes addresses, and none is told.")
            return member.address
        if member.vm_id is None:
            raise InvalidSpec("The target group takes instances of its own account.")
        return self.here(member.vm_id, region, "vm_id")

    def _in_vpc(self, region: str, vpc_id: str, address: str) -> bool:
        vpc = self.ec2(region).describe_vpcs(VpcIds=[vpc_id])["Vpcs"][0]
        blocks = [one["CidrBlock"] for one in vpc["CidrBlockAssociationSet"]]
        blocks += [one["Ipv6CidrBlock"] for one in vpc.get("Ipv6CidrBlockAssociationSet", [])]
        return any(ip_address(address) in ip_network(block) for block in blocks)

    def _elb(self, region: str) -> Any:
        return self.client("elbv2", region)
