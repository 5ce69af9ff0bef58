"""Spot prices of the last year and preemption rates of the last 30 days, of one type at a time:
https://cloud.google.com/compute/docs/instances/view-spot-preemption-price
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from novacron.errors import InvalidSpec, NotFound
from novacron.models.spot_market import Interruptions, Measure, SpotMarket
from novacron.providers.gcp.base import GcpBase
from novacron.providers.gcp.errors import translated
from novacron.providers.spot_market import SpotMarkets, from_then

NANO = Decimal("1e-9")


class GcpSpotMarkets(GcpBase, SpotMarkets):
    def spot_markets(
        self, region: str, instance_types: Sequence[str], since: datetime
    ) -> list[SpotMarket]:
        self.check_region(region)
        found = []
        for name in instance_types:
            try:
                native = self._history(region, name)
            except (InvalidSpec, NotFound):
                continue  # one that is told nothing of, as of custom types
            if native.price_history:
                found.append(_market(name, native, since))
        return found

    @translated
    def _history(self, region: str, name: str) -> Any:
        """Of the region: zones have one price, and without a zone both histories are told."""
        spot = {"machine_type": name, "scheduling": {"provisioning_model": "SPOT"}}
        asked = {"types": ["PREEMPTION", "PRICE"], "instance_properties": spot}
        return self.call(
            "advice", "capacity_history", region=region, capacity_history_request_resource=asked
        )


def _market(name: str, native: Any, since: datetime) -> SpotMarket:
    told = [
        (
            datetime.fromisoformat(one.interval.start_time),
            one.list_price.units + one.list_price.nanos * NANO,
        )
        for one in native.price_history
    ]
    return SpotMarket(
        instance_type=name,
        price=max(told)[1],
        points=from_then(told, since),
        interruptions=_mean([one.preemption_rate for one in native.preemption_history]),
    )


def _mean(days: list[float]) -> Interruptions | None:
    """Of days, however many VMs stopped on each: their number is not told."""
    if not days:
        return None
    percent = round(100 * sum(days) / len(days), 1)
    return Interruptions(low=percent, high=percent, of=Measure.STOPS)
