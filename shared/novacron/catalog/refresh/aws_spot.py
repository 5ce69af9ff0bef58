"""Spot prices of a region of AWS as they are now, which are in no price list.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotPriceHistory.html: asked with
the deployment's own role, of Linux. The catalog has one price of a region: the mean of its zones.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from novacron.catalog.refresh.refresh import Priced
from novacron.models.price import PriceKind, Unit
from novacron.providers.aws.errors import translated

LINUX = "Linux/UNIX"
PLACES = Decimal("1e-6")
CONNECT_SECONDS, READ_SECONDS = 5, 30


@translated
def prices(region: str, now: datetime) -> list[Priced]:
    """Raises PermissionDenied, AuthenticationFailed: the region is not enabled in our account,
    Throttled, ProviderUnavailable."""
    import boto3
    from botocore.config import Config

    limits = Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS)
    ec2 = boto3.client("ec2", region_name=region, config=limits)
    pages = ec2.get_paginator("describe_spot_price_history")
    zones: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
    for page in pages.paginate(ProductDescriptions=[LINUX], StartTime=now):
        for one in page["SpotPriceHistory"]:
            price = Decimal(one["SpotPrice"])  # the newest comes first
            zones[one["InstanceType"]].setdefault(one["AvailabilityZone"], price)
    return [
        Priced(PriceKind.SPOT, region, name, Unit.HOUR, _mean(list(told.values())))
        for name, told in sorted(zones.items())
    ]


def _mean(found: list[Decimal]) -> Decimal:
    return (sum(found, Decimal(0)) / len(found)).quantize(PLACES)
