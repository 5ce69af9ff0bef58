"""Elastic IP addresses: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAddresses.html"""

from __future__ import annotations

from typing import TYPE_CHECKING

from novacron.errors import Conflict, NotFound
from novacron.models.address import Address
from novacron.models.base import Page, PageRequest
from novacron.models.volume import ResourceFilter
from novacron.providers.addresses import PublicAddresses
from novacron.providers.aws.base import AwsBase
from novacron.providers.aws.errors import translated
from novacron.providers.aws.ownership import filters, owned
from novacron.providers.aws.paging import page_of

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import AddressTypeDef

AMAZON = "amazon"
"""The pool of addresses that are not the customer's own, which are free:
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-eips.html (pricing)"""


class AwsAddresses(AwsBase, PublicAddresses):
    @translated
    def list_addresses(self, where: ResourceFilter, page: PageRequest) -> Page[Address]:
        def fetch(region: str, _size: int, _token: str | None) -> tuple[list[Address], None]:
            """All of a region at once: DescribeAddresses has no pages."""
            answer = self.ec2(region).describe_addresses(Filters=filters(where))
            found = [one for one in answer["Addresses"] if _billed(one)]
            return [self._address(region, one) for one in found], None

        return page_of(self.regions_of(where.region), page, fetch, lambda one: one.id)

    @translated
    def release_address(self, address_id: str) -> None:
        """Looked at first: in a default VPC, AWS takes an address from what has it
        (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html), and so
        from what gets it in the moment after our look."""
        region, native = self.locate(address_id)
        for one in self.ec2(region).describe_addresses(AllocationIds=[native])["Addresses"]:
            if (holder := self._address(region, one).attached_to) is not None:
                raise Conflict(f"Address {one['PublicIp']} is attached to {holder}.")
            self.ec2(region).release_address(AllocationId=native)
            return
        raise NotFound(f"There is no address {address_id!r}.")

    def _address(self, region: str, native: AddressTypeDef) -> Address:
        owner = owned(native.get("Tags", []))
        instance = native.get("InstanceId")
        holder = native.get("NetworkInterfaceId") or native.get("AssociationId") or None
        return Address(
            id=self.public_id(region, native["AllocationId"]),
            name=owner.name or native["PublicIp"],
            region=region,
            ip=native["PublicIp"],
            attached_to=self.public_id(region, instance) if instance else holder,
            tags=owner.tags,
            tenant=owner.tenant,
            operation=owner.operation,
        )


def _billed(native: AddressTypeDef) -> bool:
    return native.get("PublicIpv4Pool", AMAZON) == AMAZON and bool(native.get("AllocationId"))
