"""Spot prices of each zone, of the last 90 days at most:
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotPriceHistory.html
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from novacron.models.spot_market import SpotMarket
from novacron.providers.aws.base import AwsBase
from novacron.providers.aws.errors import translated
from novacron.providers.aws.spot_advisor import SETTING, URL, interruptions
from novacron.providers.spot_market import SpotMarkets, from_then

LINUX = "Linux/UNIX"


class AwsSpotMarkets(AwsBase, SpotMarkets):
    @translated
    def spot_markets(
        self, region: str, instance_types: Sequence[str], since: datetime
    ) -> list[SpotMarket]:
        if not instance_types:
            return []  # to EC2 none are all
        pages = self.ec2(region).get_paginator("describe_spot_price_history")
        prices: defaultdict[tuple[str, str], dict[datetime, Decimal]] = defaultdict(dict)
        for page in pages.paginate(
            InstanceTypes=list(instance_types),  # type: ignore[arg-type]
            ProductDescriptions=[LINUX],
            StartTime=since,
        ):
            for one in page["SpotPriceHistory"]:
                at = prices[one["InstanceType"], one["AvailabilityZone"]]
                at[one["Timestamp"]] = Decimal(one["SpotPrice"])
        rates = interruptions(url, region) if (url := self.advisor()) and prices else {}
        return [
            SpotMarket(
                instance_type=name,
                zone=zone,
                price=points[-1][1],
                points=points,
                interruptions=rates.get(name),
            )
            for (name, zone), told in sorted(prices.items())
            if (points := from_then(told.items(), since))
        ]

    def advisor(self) -> str:
        """Who has a copy of AWS's API is not sent to AWS."""
        return os.environ.get(SETTING, "" if self.account.endpoint_url else URL)
