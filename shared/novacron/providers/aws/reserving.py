"""Reserved instances bought: Linux, of a region, standard class, from AWS itself.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_PurchaseReservedInstancesOffering.html

A purchase takes no token of ours, so that a quote has its time in it: what was bought since, as was
asked, is taken for it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from novacron.errors import Unsupported
from novacron.models.commitment import CommitmentSpec, Quote
from novacron.providers.aws.base import AwsBase
from novacron.providers.aws.errors import translated
from novacron.providers.commitments import Commitments

PAYMENTS = {
    "no-upfront": "No Upfront",
    "partial-upfront": "Partial Upfront",
    "all-upfront": "All Upfront",
}
SKEW = timedelta(minutes=5)
"""Of our clock and AWS's. Two that are alike and so near are taken for one: better than for two."""
HELD = ["active", "payment-pending", "queued"]


class AwsReserving(AwsBase, Commitments):
    @translated
    def quote_commitment(self, spec: CommitmentSpec) -> Quote:
        offer = self._offer(spec)
        fee = Decimal(str(offer["FixedPrice"]))
        hourly = sum(Decimal(str(one["Amount"])) for one in offer.get("RecurringCharges", []))
        return Quote(
            id=f"{offer['ReservedInstancesOfferingId']}@{datetime.now(UTC).isoformat()}",
            total=(fee + hourly * spec.hours) * spec.count,
            currency=offer["CurrencyCode"],
        )

    @translated
    def buy_commitment(self, spec: CommitmentSpec, quote: str) -> str:
        offering, _, asked = quote.partition("@")
        if (found := self._bought(spec, datetime.fromisoformat(asked) - SKEW)) is not None:
            return found
        made = self.ec2(spec.region).purchase_reserved_instances_offering(
            ReservedInstancesOfferingId=offering, InstanceCount=spec.count
        )
        return made["ReservedInstancesId"]

    def _offer(self, spec: CommitmentSpec) -> dict[str, Any]:
        """Nobody else's: those of the marketplace have ends of their own."""
        wanted = {"instance-type": spec.instance_type, "product-description": "Linux/UNIX"}
        seconds = spec.hours * 3600
        pages = self.ec2(spec.region).get_paginator("describe_reserved_instances_offerings")
        found = pages.paginate(
            Filters=[{"Name": name, "Values": [value]} for name, value in wanted.items()],
            IncludeMarketplace=False,
            InstanceTenancy="default",
            OfferingClass="standard",
            OfferingType=self._payment(spec),
            MinDuration=seconds,
            MaxDuration=seconds,
        )
        for page in found:
            for one in page["ReservedInstancesOfferings"]:
                if not one.get("AvailabilityZone"):
                    return dict(one)
        raise Unsupported(f"AWS sells no such commitment to {spec.instance_type} here.")

    def _bought(self, spec: CommitmentSpec, since: datetime) -> str | None:
        wanted = {"instance-type": [spec.instance_type], "state": HELD}
        found = self.ec2(spec.region).describe_reserved_instances(
            Filters=[{"Name": name, "Values": values} for name, values in wanted.items()],
            OfferingClass="standard",
            OfferingType=self._payment(spec),
        )
        for one in found["ReservedInstances"]:
            if one["InstanceCount"] == spec.count and one["Start"] >= since:
                return one["ReservedInstancesId"]
        return None

    def _payment(self, spec: CommitmentSpec) -> Any:
        if spec.payment not in PAYMENTS:
            raise Unsupported(f"{spec.payment!r} is no payment of a reserved instance.")
        return PAYMENTS[spec.payment]
