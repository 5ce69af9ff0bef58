"""Reserved instances and savings plans:
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeReservedInstances.html
https://docs.aws.amazon.com/savingsplans/latest/APIReference/API_DescribeSavingsPlans.html
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from novacron.models.base import Page, PageRequest
from novacron.models.commitment import Commitment, CommitmentKind
from novacron.providers.aws.base import AwsBase
from novacron.providers.aws.errors import translated
from novacron.providers.aws.paging import page_of
from novacron.providers.commitments import Commitments

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import ReservedInstancesTypeDef

PLANS = "savings plans"
"""The place of a list that comes after all regions."""
HOME = "us-east-1"
"""Savings plans have one endpoint for all regions:
https://docs.aws.amazon.com/general/latest/gr/savingsplans.html"""
_PREFIX = {"Compute": "", "EC2Instance": "{}."}
"""Type of plan -> which instance types it is for; others are not for VMs:
https://docs.aws.amazon.com/savingsplans/latest/userguide/what-is-savings-plans.html"""


class AwsCommitments(AwsBase, Commitments):
    @translated
    def list_commitments(self, region: str | None, page: PageRequest) -> Page[Commitment]:
        def fetch(at: str, size: int, token: str | None) -> tuple[list[Commitment], str | None]:
            return self._plans(size, token) if at == PLANS else (self._reserved(at), None)

        return page_of((*self.regions_of(region), PLANS), page, fetch, lambda one: one.id)

    def _reserved(self, region: str) -> list[Commitment]:
        """EC2 tells them all at once."""
        active = [{"Name": "state", "Values": ["active"]}]
        found = self.ec2(region).describe_reserved_instances(Filters=active)  # type: ignore[arg-type]
        return [_reservation(region, one) for one in found["ReservedInstances"]]

    def _plans(self, size: int, token: str | None) -> tuple[list[Commitment], str | None]:
        more = {"nextToken": token} if token else {}
        answer = self.home("savingsplans", HOME).describe_savings_plans(
            states=["active"], maxResults=size, **more
        )
        found = [_plan(one) for one in answer["savingsPlans"] if one["savingsPlanType"] in _PREFIX]
        return found, answer.get("nextToken")


def _reservation(region: str, native: ReservedInstancesTypeDef) -> Commitment:
    """One of a region, and not of a zone, is for all sizes of a Linux family:
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/apply_ri.html"""
    name, count = native["InstanceType"], native["InstanceCount"]
    plain = native["ProductDescription"].startswith("Linux/UNIX")
    sizes = native.get("Scope") == "Region" and native["InstanceTenancy"] == "default" and plain
    return Commitment(
        id=native["ReservedInstancesId"],
        name=f"{count} x {name}",
        kind=CommitmentKind.USAGE,
        region=region,
        covers=f"{name.partition('.')[0]}." if sizes else name,
        amount=f"{count} x {name}, {native['OfferingType']}",
        start=native["Start"],
        end=native["End"],
        renews=False,
    )


def _plan(native: dict[str, Any]) -> Commitment:
    """It does not renew by itself: a plan that is to follow is another one, in the queue."""
    kind = native["savingsPlanType"]
    return Commitment(
        id=native["savingsPlanId"],
        name=native.get("description") or f"{kind} savings plan",
        kind=CommitmentKind.SPEND,
        region=native.get("region") or None,
        covers=_PREFIX[kind].format(native.get("ec2InstanceFamily", "")),
        amount=f"{native['commitment']} {native['currency']} an hour, {native['paymentOption']}",
        start=datetime.fromisoformat(native["start"]),
        end=datetime.fromisoformat(native["end"]),
        renews=False,
    )
