"""AWS's Compute Savings Plans, which have files of their own: what a type costs an hour.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-savings-plans.html

Of the three payments "No Upfront" alone, the dearest by the hour, so that no saving is overstated.
Plans for one family in one region cost less and are passed over: the advice is on one for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from novacron.catalog.refresh.aws_files import EC2, number, rows
from novacron.catalog.refresh.refresh import Priced
from novacron.models.price import PriceKind, Unit

WANTED: Mapping[str, str] = {
    "Product Family": "ComputeSavingsPlans",
    "PurchaseOption": "No Upfront",
    "LeaseContractLengthUnit": "year",
    "DiscountedServiceCode": EC2,
    "DiscountedOperation": "RunInstances",
    "Unit": "Hrs",
}
"""An operation with a number is of Windows, another distribution or SQL Server:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-info-fields.html"""
TERMS: Mapping[str, str] = {"1": "1y", "3": "3y"}
NEEDED = {*WANTED, "LeaseContractLength", "DiscountedRate", "DiscountedUsageType"}
NEEDED |= {"DiscountedRegionCode"}
_SHARED = re.compile(r"(?:[A-Z0-9]+-)?BoxUsage:(.+)")
"""Others are dedicated, on a host of one's own, or reserved capacity that nobody uses."""


def prices(url: str, region: str) -> Iterator[Priced]:
    """A line in memory at a time. Raises as ``rows``."""
    for row in rows(url, NEEDED):
        term = TERMS.get(row["LeaseContractLength"])
        match = _SHARED.fullmatch(row["DiscountedUsageType"])
        wanted = all(row[name] == value for name, value in WANTED.items())
        if term and match and wanted and row["DiscountedRegionCode"] == region:
            name, each = match[1], number(row, "DiscountedRate")
            kind = PriceKind.COMMITMENT
            yield Priced(kind, region, name, Unit.HOUR, each, 0, term, "savings-plan")
