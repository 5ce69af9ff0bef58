"""Spot prices of the in-memory cloud, as they were put there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from novacron.models.spot_market import SpotMarket
from novacron.providers.memory.cloud import MemoryBase, call
from novacron.providers.spot_market import SpotMarkets, from_then


class MemorySpotMarkets(MemoryBase, SpotMarkets):
    @call
    def spot_markets(
        self, region: str, instance_types: Sequence[str], since: datetime
    ) -> list[SpotMarket]:
        held = self.cloud.spot_markets.get(region, [])
        return [
            one.model_copy(update={"points": from_then(one.points, since)})
            for one in held
            if one.instance_type in instance_types
        ]
