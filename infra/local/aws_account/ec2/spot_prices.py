"""Spot prices, of which moto has one without a time: those that whoever made the account put there.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotPriceHistory.html
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.instance_types import INSTANCE_TYPES

from .base import refuse
from .paging import MOST, Paging

_KEPT = timedelta(days=90)


class SpotPrice(dict[str, Any]):
    """As EC2 shows it."""

    @property
    def id(self) -> str:
        return "/".join(str(one) for one in self.values())


class SpotPrices(Paging):
    def describe_spot_price_history(self) -> ActionResult:
        """The newest first; also the last change before the start, which was in force then."""
        kinds, products = self._get_param("InstanceTypes"), self._get_param("ProductDescriptions")
        if unknown := set(kinds or ()) - INSTANCE_TYPES.keys():
            raise refuse("InvalidParameterValue", f"Invalid instance type '{min(unknown)}'.")
        now = datetime.fromtimestamp(self.account.clock.now(), UTC)
        start = self._get_param("StartTime") or now
        start = datetime.fromisoformat(start) if isinstance(start, str) else start
        start = max(start.replace(tzinfo=start.tzinfo or UTC), now - _KEPT)
        told = sorted(
            (
                SpotPrice(one)
                for one in self.account.spot_prices.get(self.region, [])
                if (not kinds or one["InstanceType"] in kinds)
                and (not products or one["ProductDescription"] in products)
            ),
            key=lambda one: one["Timestamp"],
            reverse=True,
        )
        page, token = self.page(_in_force(told, start), False, least=1, usual=MOST)
        return ActionResult({"SpotPriceHistory": page, "NextToken": token or ""})


def _in_force(told: list[SpotPrice], start: datetime) -> list[SpotPrice]:
    """Since ``start``, of each type, system and zone. ``told``: the newest first."""
    found, over = [], set()
    for one in told:
        of = (one["InstanceType"], one["ProductDescription"], one["AvailabilityZone"])
        if of not in over:
            found.append(one)
        if one["Timestamp"] <= start:
            over.add(of)
    return found
