"""Which types to spread over: of different families, cheap and steady in the last days, and seldom
taken back.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-best-practices.html: capacity of one pool
is lost without that of the others, so that each gets the same share.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from novacron.catalog.catalog import InstanceType, instance_types
from novacron.catalog.catalog import find as find_type
from novacron.costs.commitments.units import family
from novacron.models.account import ProviderType
from novacron.models.advice import Rule
from novacron.models.operation import ResourceRecord
from novacron.models.spot_market import SpotMarket

MIX = 4
"""Types to ask for at once."""
ASKED = 8
"""Families whose history is asked for: Google tells that of one type at a call."""
MICRO = Decimal("0.000001")


class Offer(NamedTuple):
    """Prices of the window, an hour; ``mean`` by time."""

    market: SpotMarket
    mean: Decimal
    low: Decimal
    high: Decimal

    @property
    def name(self) -> str:
        at = f" in {self.market.zone}" if self.market.zone else ""
        return f"{self.market.instance_type}{at}"

    def swing(self, on_demand: Decimal) -> float:
        return round(float((self.high - self.low) / on_demand * 100), 1)


def candidates(provider: ProviderType, record: ResourceRecord) -> list[str]:
    """Its own type, and those that have no less of anything and run the same image: of each family
    the cheapest on demand, the cheapest families first."""
    have = find_type(provider, record.region, record.document.get("instance_type") or "")
    if have is None:
        return []
    offered = [one for one in instance_types(provider, record.region) if _replaces(one, have)]
    offered.sort(key=lambda one: (one.hourly or 0, one.name))
    return list(_apart(provider, [have.name, *(one.name for one in offered)]))[:ASKED]


def _replaces(one: InstanceType, have: InstanceType) -> bool:
    return (
        one.hourly is not None
        and one.current
        and not one.bare_metal
        and one.gpus == have.gpus
        and one.burstable == have.burstable
        and have.vcpus <= one.vcpus <= 2 * have.vcpus
        and one.memory_mib >= have.memory_mib
        and not set(have.architectures).isdisjoint(one.architectures)
    )


def _apart(provider: ProviderType, names: Sequence[str]) -> Iterator[str]:
    """The first of each family. Google's standard, highmem and highcpu are the same machines."""
    seen = set()
    for name in names:
        of = family(provider, name).partition("-")[0]
        if of not in seen:
            seen.add(of)
            yield name


def mix(
    markets: list[SpotMarket], rule: Rule, on_demand: Decimal, since: datetime, now: datetime
) -> list[Offer]:
    """The cheapest types within the thresholds, each in its cheapest such zone."""
    fit = (offer for one in markets if _fits(offer := _offer(one, since, now), rule, on_demand))
    chosen: dict[str, Offer] = {}
    for offer in sorted(fit, key=lambda one: (one.mean, one.name)):
        chosen.setdefault(offer.market.instance_type, offer)
    return list(chosen.values())[:MIX]


def _offer(market: SpotMarket, since: datetime, now: datetime) -> Offer:
    prices = [price for _, price in market.points] or [market.price]
    times = [min(max(at, since), now) for at, _ in market.points] or [since]
    spans = [Decimal((end - at).total_seconds()) for at, end in pairwise([*times, now])]
    weighed = sum((p * span for p, span in zip(prices, spans, strict=True)), Decimal(0))
    mean = weighed / total if (total := sum(spans)) else market.price
    return Offer(market, mean.quantize(MICRO), min(prices), max(prices))


def _fits(offer: Offer, rule: Rule, on_demand: Decimal) -> bool:
    """What is not told does not speak against it."""
    most, told = rule.thresholds, offer.market.interruptions
    dearest = on_demand * (100 - Decimal(most["min_saving_percent"])) / 100
    steady = offer.swing(on_demand) <= most["max_swing_percent"]
    seldom = told is None or told.high <= most[f"max_{told.of}_percent"]
    return offer.mean <= dearest and steady and seldom
