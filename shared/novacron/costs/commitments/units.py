"""Which types one commitment covers, in units of the smallest, and what such a unit costs.

A family is one pool where its types' prices, on demand and committed, are whole multiples of the
smallest one's: then size flexibility makes one kind of commitment serve all of them. AWS says by
which multiple, and rounds its prices. Any other type is a pool of its own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from novacron.catalog.rates import rates
from novacron.costs.commitments import aws_sizes
from novacron.costs.commitments.pools import (
    NO_TIERS,
    SUSTAINED_N1,
    SUSTAINED_N2,
    ZERO,
    Tiers,
)
from novacron.models.account import ProviderType
from novacron.models.price import PriceKind, PriceRow

PLAN = "savings-plan"
"""How the catalog calls a spend plan's payment: it is no commitment to a type."""
SUSTAINED = {
    **dict.fromkeys(("n1", "m1", "m2"), SUSTAINED_N1),
    **dict.fromkeys(("n2", "n2d", "c2"), SUSTAINED_N2),
}
PLAN_ROUNDED = Decimal("0.01")
"""Of a unit's price under a spend plan, from size to size."""
ROUNDED = Decimal("1e-8")
"""To which hourly prices of a commitment are, that are sold for a whole term."""
AWS_ROUNDED = Decimal("0.05")
"""The share of a price that AWS's rounding may be: a small type's fee is few whole dollars."""
_SIZE = {
    ProviderType.AWS: re.compile(r"\..+$"),
    ProviderType.AZURE: re.compile(r"(?<=[A-Za-z])\d+(-\d+)?"),
    ProviderType.GCP: re.compile(r"-\d+$"),
}
"""What of a type's name is its size."""


def family(provider: ProviderType, name: str) -> str:
    """The type's name without its size."""
    return _SIZE[provider].sub("", name, count=1)


class Unit(NamedTuple):
    """The type is ``units`` units; a unit is one of the type ``base``."""

    base: str
    units: int


class Prices:
    """Of one provider in one region on ``today``."""

    def __init__(self, provider: ProviderType, region: str, today: date) -> None:
        self._provider = provider
        self._google = provider is ProviderType.GCP
        self._aws = provider is ProviderType.AWS
        listed = rates(provider, region, PriceKind.ON_DEMAND, today)
        self.on_demand = {row.name: row.price for row in listed}
        self.offers: defaultdict[str, dict[tuple[str, str], PriceRow]] = defaultdict(dict)
        self.plans: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
        """Type -> term -> its price under a spend plan."""
        self._families: defaultdict[str, list[str]] = defaultdict(list)
        for row in rates(provider, region, PriceKind.COMMITMENT, today):
            if row.name not in self.on_demand:
                continue
            if row.payment == PLAN:
                self.plans[row.name][row.term] = row.price
            else:
                self.offers[row.name][row.term, row.payment] = row
        for name in self.offers:
            self._families[family(provider, name)].append(name)

    def unit(self, name: str) -> Unit | None:
        """None: no price to commit to it is known."""
        if name not in self.offers:
            return None
        alike = self._families[family(self._provider, name)]
        base = min(alike, key=lambda one: (self.on_demand[one], one))
        count = self._count(name, base)
        if count and self._multiple(name, base, count):
            return Unit(base, int(count))
        return Unit(name, 1)

    def plan(self, base: str, names: Iterable[str]) -> dict[str, Decimal]:
        """Term -> a unit's price under a spend plan, where all types of the pool agree on it."""
        units = {name: unit.units for name in names if (unit := self.unit(name))}

        def agreed(term: str, price: Decimal) -> bool:
            wanted = {name: count * price for name, count in units.items()}
            told = {name: self.plans[name].get(term, ZERO) for name in units}
            return all(abs(told[n] - one) <= PLAN_ROUNDED * one for n, one in wanted.items())

        return {term: price for term, price in self.plans[base].items() if agreed(term, price)}

    def tiers(self, name: str) -> Tiers:
        return SUSTAINED.get(name.partition("-")[0], NO_TIERS) if self._google else NO_TIERS

    def _count(self, name: str, base: str) -> Decimal | None:
        own, bases = self.on_demand[name], self.on_demand[base]
        if self._aws:
            count = aws_sizes.count(name, base)
            return count if count and abs(own - count * bases) <= AWS_ROUNDED * own else None
        count, rest = divmod(own, bases)
        return None if rest else count

    def _multiple(self, name: str, base: str, count: Decimal) -> bool:
        """Whether every commitment to it costs as much as to ``count`` of the base."""
        own, bases = self.offers[name], self.offers[base]
        return own.keys() == bases.keys() and all(
            abs(row.price - count * bases[how].price)
            <= (AWS_ROUNDED * row.price if self._aws else count * ROUNDED)
            for how, row in own.items()
        )
