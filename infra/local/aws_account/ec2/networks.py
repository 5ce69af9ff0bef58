"""What a network's parts refuse: DependencyViolation, as the deletes document it.

https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from .base import LocalBase, refuse


class Networks(LocalBase):
    def delete_vpc(self) -> ActionResult:
        vpc_id = self._get_param("VpcId")
        self.ec2_backend.get_vpc(vpc_id)
        groups = self.ec2_backend.groups.get(vpc_id, {}).values()
        gateways = self.ec2_backend.internet_gateways.values()
        if any(group.name != "default" for group in groups):
            raise _in_use("vpc", vpc_id)
        if any(g.vpc is not None and g.vpc.id == vpc_id for g in gateways):
            raise _in_use("vpc", vpc_id)
        return super().delete_vpc()

    def delete_subnet(self) -> ActionResult:
        subnet_id = self._get_param("SubnetId")
        self.ec2_backend.get_subnet(subnet_id)
        if any(eni.subnet.id == subnet_id for eni in self.ec2_backend.enis.values()):
            raise _in_use("subnet", subnet_id)
        return super().delete_subnet()

    def delete_security_group(self) -> ActionResult:
        group_id = self._get_param("GroupId")
        for eni in self.ec2_backend.enis.values():
            if group_id in {group.id for group in eni.group_set}:
                raise refuse("DependencyViolation", f"resource {group_id} has a dependent object")
        return super().delete_security_group()

    def detach_internet_gateway(self) -> ActionResult:
        """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachInternetGateway.html"""
        vpc_id = self._get_param("VpcId")
        for eni in self.ec2_backend.enis.values():
            if eni.subnet.vpc_id == vpc_id and eni.public_ip:
                raise refuse(
                    "DependencyViolation",
                    f"Network {vpc_id} has some mapped public address(es). Please unmap those "
                    "public address(es) before detaching the gateway.",
                )
        return super().detach_internet_gateway()


def _in_use(kind: str, resource_id: str) -> Any:
    return refuse(
        "DependencyViolation",
        f"The {kind} '{resource_id}' has dependencies and cannot be deleted.",
    )
