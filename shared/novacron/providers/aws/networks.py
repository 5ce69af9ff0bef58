"""Private networks: a VPC, its subnets, and one security group that carries the rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from novacron.errors import Conflict, NotFound, Unsupported
from novacron.mapping.firewall_aws import from_permissions
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.network import FirewallRule, Network, NetworkSpec, Subnet
from novacron.models.volume import ResourceFilter
from novacron.providers.aws.base import AwsBase
from novacron.providers.aws.errors import translated
from novacron.providers.aws.network_parts import Builder, remove
from novacron.providers.aws.ownership import filters, made_before, owned, owner_filters
from novacron.providers.aws.paging import page_of
from novacron.providers.base import Networks

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import (
        FilterTypeDef,
        IpPermissionOutputTypeDef,
        SecurityGroupTypeDef,
        SubnetTypeDef,
        VpcTypeDef,
    )

# EC2 takes up to 200 values in one filter:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html
FILTER_VALUES = 200


class AwsNetworks(AwsBase, Networks):
    @translated
    def create_network(self, spec: NetworkSpec, owner: Ownership) -> Network:
        """Finishes what an earlier attempt began; what fails half-way is removed.

        CreateVpc takes no ClientToken: what the operation made is found by its tags. The caller
        must not run the same operation twice at the same time.
        """
        ec2 = self.ec2(spec.region)
        builder = Builder(ec2, spec, owner)  # refuses a rule before anything is made
        found = ec2.describe_vpcs(Filters=owner_filters(owner))["Vpcs"]
        native = made_before(found, spec, owner)
        vpc_id = native["VpcId"] if native else builder.vpc()
        builder.parts(vpc_id)
        return self._described(spec.region, [self._vpc(spec.region, vpc_id)])[0]

    @translated
    def get_network(self, network_id: str) -> Network:
        region, native = self.locate(network_id)
        return self._described(region, [self._vpc(region, native)])[0]

    @translated
    def list_networks(self, where: ResourceFilter, page: PageRequest) -> Page[Network]:
        def fetch(region: str, size: int, token: str | None) -> tuple[list[Network], str | None]:
            request: dict[str, Any] = {
                "Filters": filters(where),
                "MaxResults": min(size, FILTER_VALUES),
            }
            if token:
                request["NextToken"] = token
            answer = self.ec2(region).describe_vpcs(**request)
            return self._described(region, answer["Vpcs"]), answer.get("NextToken")

        return page_of(self.regions_of(where.region), page, fetch, lambda network: network.id)

    @translated
    def delete_network(self, network_id: str) -> None:
        region, native = self.locate(network_id)
        self._vpc(region, native)
        ec2 = self.ec2(region)
        users = ec2.describe_network_interfaces(Filters=_of_vpcs([native]))["NetworkInterfaces"]
        if users:
            user = users[0].get("Attachment", {}).get("InstanceId")
            raise Conflict(
                f"{user or users[0]['NetworkInterfaceId']} is on network {network_id}; "
                "delete it first."
            )
        remove(ec2, native)

    def _vpc(self, region: str, vpc_id: str) -> VpcTypeDef:
        for vpc in self.ec2(region).describe_vpcs(VpcIds=[vpc_id])["Vpcs"]:
            return vpc
        raise NotFound(f"There is no network {vpc_id!r}.")

    def _described(self, region: str, vpcs: Sequence[VpcTypeDef]) -> list[Network]:
        """The networks with their parts, in three calls whatever their number."""
        if not vpcs:
            return []
        ec2, here = self.ec2(region), _of_vpcs([vpc["VpcId"] for vpc in vpcs])
        subnets: dict[str, list[SubnetTypeDef]] = {vpc["VpcId"]: [] for vpc in vpcs}
        for page in ec2.get_paginator("describe_subnets").paginate(Filters=here):
            for subnet in page["Subnets"]:
                subnets[subnet["VpcId"]].append(subnet)
        ours: list[FilterTypeDef] = [{"Name": "tag-key", "Values": ["novacron:operation"]}]
        groups: dict[str, SecurityGroupTypeDef] = {}
        for found in ec2.get_paginator("describe_security_groups").paginate(Filters=here + ours):
            groups |= {group["VpcId"]: group for group in found["SecurityGroups"]}
        return [
            self._network(region, vpc, subnets[vpc["VpcId"]], groups.get(vpc["VpcId"]))
            for vpc in vpcs
        ]

    def _network(
        self,
        region: str,
        vpc: VpcTypeDef,
        subnets: list[SubnetTypeDef],
        group: SecurityGroupTypeDef | None,
    ) -> Network:
        owner = owned(vpc.get("Tags", []))
        return Network(
            id=self.public_id(region, vpc["VpcId"]),
            name=owner.name,
            region=region,
            cidr=vpc["CidrBlock"],
            subnets=[
                Subnet(
                    id=self.public_id(region, subnet["SubnetId"]),
                    name=owned(subnet.get("Tags", [])).name,
                    cidr=subnet["CidrBlock"],
                    zone=subnet.get("AvailabilityZone"),
                )
                for subnet in sorted(subnets, key=lambda one: one["CidrBlock"])
            ],
            firewall_id=group and self.public_id(region, group["GroupId"]),
            firewall_rules=_rules(group) if group else [],
            tags=owner.tags,
            tenant=owner.tenant,
            operation=owner.operation,
        )


def _of_vpcs(vpc_ids: list[str]) -> list[FilterTypeDef]:
    return [{"Name": "vpc-id", "Values": vpc_ids}]


def _rules(group: SecurityGroupTypeDef) -> list[FirewallRule]:
    """The group's rules. What others added and no rule of ours can say is left out: one such
    permission must not hide every network from its tenant."""
    ingress = [p for p in group.get("IpPermissions", []) if _can_be_said(p)]
    egress = [p for p in group.get("IpPermissionsEgress", []) if _can_be_said(p)]
    return from_permissions(ingress, egress)


def _can_be_said(permission: IpPermissionOutputTypeDef) -> bool:
    try:
        from_permissions([permission], [])
    except Unsupported:
        return False
    return True
