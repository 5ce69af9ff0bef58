"""Making and removing the parts of a network, each found again by its tags."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from novacron.errors import NotReady
from novacron.mapping.firewall_aws import to_permissions
from novacron.models.base import Ownership
from novacron.models.network import NetworkSpec, SubnetSpec
from novacron.providers.aws.errors import code_of
from novacron.providers.aws.ownership import owner_filters, tag_specifications

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import FilterTypeDef


class Builder:
    """Makes what is not there yet. Raises Unsupported, InvalidSpec for a rule, at once."""

    def __init__(self, ec2: EC2Client, spec: NetworkSpec, owner: Ownership) -> None:
        self._ec2, self._spec, self._owner = ec2, spec, owner
        self._rules = to_permissions(spec.firewall_rules)

    def vpc(self) -> str:
        """A new VPC's id."""
        made = self._ec2.create_vpc(CidrBlock=self._spec.cidr, TagSpecifications=self._tags("vpc"))
        return made["Vpc"]["VpcId"]

    def parts(self, vpc_id: str) -> None:
        """Subnets and group, or nothing: NotReady if even the removal of a half fails."""
        try:
            self._subnets(vpc_id)
            self._permit(self._group(vpc_id))
        except (ClientError, BotoCoreError):
            try:
                remove(self._ec2, vpc_id)
            except (ClientError, BotoCoreError) as error:
                raise NotReady(
                    f"Network {vpc_id} is half made and could not be removed; the same request "
                    "again finishes it."
                ) from error
            raise

    def _subnets(self, vpc_id: str) -> None:
        there = self._ec2.describe_subnets(Filters=self._mine(vpc_id))["Subnets"]
        known = {subnet["CidrBlock"] for subnet in there}
        for subnet in self._spec.subnets:
            if subnet.cidr not in known:
                self._subnet(vpc_id, subnet)

    def _subnet(self, vpc_id: str, subnet: SubnetSpec) -> None:
        request: dict[str, Any] = {"VpcId": vpc_id, "CidrBlock": subnet.cidr}
        if subnet.zone:
            request["AvailabilityZone"] = subnet.zone
        self._ec2.create_subnet(TagSpecifications=self._tags("subnet", subnet.name), **request)

    def _group(self, vpc_id: str) -> str:
        there = self._ec2.describe_security_groups(Filters=self._mine(vpc_id))["SecurityGroups"]
        if there:
            return there[0]["GroupId"]
        made = self._ec2.create_security_group(
            GroupName=f"novacron-{self._spec.name}",
            Description=f"Firewall rules of network {self._spec.name}",
            VpcId=vpc_id,
            TagSpecifications=self._tags("security-group"),
        )
        return made["GroupId"]

    def _permit(self, group_id: str) -> None:
        """The rules; with an egress rule among them, EC2's own "everything out" goes."""
        ec2, rules = self._ec2, self._rules
        (group,) = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
        if rules.ingress and not group.get("IpPermissions"):
            told: Any = rules.ingress
            ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=told)
        if not rules.egress:
            return
        # Allowed first, so that a crash in between leaves a rule of ours that a repeat sees.
        with suppress_code("InvalidPermission.Duplicate"):
            allowed: Any = rules.egress
            ec2.authorize_security_group_egress(GroupId=group_id, IpPermissions=allowed)
        # Without a Description: a rule of ours that says the same has one.
        everything: Any = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        with suppress_code("InvalidPermission.NotFound"):
            ec2.revoke_security_group_egress(GroupId=group_id, IpPermissions=everything)

    def _mine(self, vpc_id: str) -> list[FilterTypeDef]:
        return [{"Name": "vpc-id", "Values": [vpc_id]}, *owner_filters(self._owner)]

    def _tags(self, kind: str, name: str | None = None) -> list[Any]:
        spec = self._spec
        return tag_specifications([kind], name or spec.name, spec.tags, self._owner, spec)


def remove(ec2: EC2Client, vpc_id: str) -> None:
    """The VPC with our group and all subnets; in this order, so that a repeat can go on."""
    here: list[FilterTypeDef] = [{"Name": "vpc-id", "Values": [vpc_id]}]
    ours: list[FilterTypeDef] = [{"Name": "tag-key", "Values": ["novacron:operation"]}]
    for group in ec2.describe_security_groups(Filters=here + ours)["SecurityGroups"]:
        ec2.delete_security_group(GroupId=group["GroupId"])
    for subnet in ec2.describe_subnets(Filters=here)["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.delete_vpc(VpcId=vpc_id)


@contextmanager
def suppress_code(code: str) -> Iterator[None]:
    """Let this one error of AWS pass: what it complains of is what was wanted."""
    try:
        yield
    except ClientError as error:
        if code_of(error) != code:
            raise
