"""On-Demand Capacity Reservations:
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeCapacityReservations.html"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from novacron.models.base import Page, PageRequest
from novacron.models.capacity_reservation import CapacityReservation
from novacron.providers.aws.base import AwsBase
from novacron.providers.aws.errors import translated
from novacron.providers.aws.ownership import owned
from novacron.providers.aws.paging import page_of
from novacron.providers.capacity_reservations import CapacityReservations

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import CapacityReservationTypeDef

PREPAID = "capacity-block"


class AwsCapacityReservations(AwsBase, CapacityReservations):
    @translated
    def list_reservations(self, region: str | None, page: PageRequest) -> Page[CapacityReservation]:
        # Others of the organization may share theirs with us, and pay for them.
        us = self.client("sts", self.account.region).get_caller_identity()["Account"]

        def fetch(
            at: str, size: int, token: str | None
        ) -> tuple[list[CapacityReservation], str | None]:
            more: Any = {"NextToken": token} if token else {}
            answer = self.ec2(at).describe_capacity_reservations(
                Filters=[
                    {"Name": "owner-id", "Values": [us]},
                    {"Name": "state", "Values": ["active"]},
                ],
                MaxResults=size,
                **more,
            )
            found = [
                self._reservation(at, one)
                for one in answer["CapacityReservations"]
                if one.get("ReservationType") != PREPAID
            ]
            return found, answer.get("NextToken")

        return page_of(self.regions_of(region), page, fetch, lambda one: one.id)

    def _reservation(self, region: str, native: CapacityReservationTypeDef) -> CapacityReservation:
        owner, native_id = owned(native.get("Tags", [])), native["CapacityReservationId"]
        count = native["TotalInstanceCount"]
        plain = native["InstancePlatform"] == "Linux/UNIX" and native["Tenancy"] == "default"
        return CapacityReservation(
            id=self.public_id(region, native_id),
            name=owner.name or native_id,
            region=region,
            zone=native["AvailabilityZone"],
            instance_type=native["InstanceType"],
            count=count,
            used=count - native["AvailableInstanceCount"],
            mark=native_id,
            as_listed=plain,
            tags=owner.tags,
            tenant=owner.tenant,
            operation=owner.operation,
        )
