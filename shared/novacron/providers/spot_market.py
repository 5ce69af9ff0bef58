"""Prices of spot capacity in days gone by, and how often it is taken back.

The rules of ``providers.base`` hold.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from novacron.models.spot_market import MOST_POINTS, Interruptions, Measure, SpotMarket


class SpotMarkets(ABC):
    """Can tell how spot capacity of types did."""

    @abstractmethod
    def spot_markets(
        self, region: str, instance_types: Sequence[str], since: datetime
    ) -> list[SpotMarket]:
        """Of each of the types, and of each zone where zones differ. A type that is not sold as
        spot, or of which no price is told, is left out; the newest ``MOST_POINTS`` prices since
        then are told. Raises InvalidSpec: not one of the account's regions."""


def from_then(
    points: Iterable[tuple[datetime, Decimal]], since: datetime
) -> list[tuple[datetime, Decimal]]:
    """The newest of those in force since then: the last of the older ones is, too."""
    told = sorted(points)
    first = max((n for n, (at, _) in enumerate(told) if at <= since), default=0)
    return told[first:][-MOST_POINTS:]


def interval(label: str, of: Measure) -> Interruptions | None:
    """What "<5%", "5-10%", "20+" and ">20%" say; None: nothing."""
    told = [float(number) for number in re.findall(r"\d+", label)]
    if len(told) == 2:
        return Interruptions(low=told[0], high=told[1], of=of)
    if len(told) == 1 and label.startswith("<"):
        return Interruptions(low=0, high=told[0], of=of)
    if len(told) == 1 and (label.startswith(">") or label.endswith("+")):
        return Interruptions(low=told[0], high=100, of=of)
    return None
