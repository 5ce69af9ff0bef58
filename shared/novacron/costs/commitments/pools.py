"""The usage that one kind of reservation can cover, hour by hour, with the prices that it has.

A pool is what size flexibility makes one: an AWS family in a region on one operating system, an
Azure instance size flexibility group, a Google series' vCPUs or memory in a region. Its unit is the
smallest size, so that usage is whole numbers; 4xlarge is eight units where large is one.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/apply_ri.html,
https://learn.microsoft.com/azure/virtual-machines/reserved-vm-instance-size-flexibility and
https://cloud.google.com/compute/docs/instances/signing-up-committed-use-discounts
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

ZERO = Decimal(0)
Tiers = tuple[tuple[Decimal, Decimal], ...]
"""Sustained use: (share of the month up to which, share of the price that is paid for it)."""

NO_TIERS: Tiers = ((Decimal(1), Decimal(1)),)
SUSTAINED_N1: Tiers = (
    (Decimal("0.25"), Decimal("1.0")),
    (Decimal("0.50"), Decimal("0.8")),
    (Decimal("0.75"), Decimal("0.6")),
    (Decimal("1.00"), Decimal("0.4")),
)
"""N1, memory-optimised M1 and M2, sole-tenant nodes.
https://cloud.google.com/compute/docs/sustained-use-discounts"""
SUSTAINED_N2: Tiers = (
    (Decimal("0.25"), Decimal("1.0")),
    (Decimal("0.50"), Decimal("0.8678")),
    (Decimal("0.75"), Decimal("0.733")),
    (Decimal("1.00"), Decimal("0.6")),
)
"""N2, N2D, C2: the same page. E2, C3, T2D and later have none."""


class Pool(NamedTuple):
    """Prices per unit and hour. ``reserved``, ``plan``: None where there is no such offer.

    ``reserved`` holds the upfront payment, spread over the term. ``plan`` is the unit's price under
    a spend plan, which is paid for by committing to an amount an hour.
    """

    name: str
    usage: Sequence[int]
    on_demand: Decimal
    reserved: Decimal | None = None
    plan: Decimal | None = None
    tiers: Tiers = NO_TIERS

    def above(self, covered: int) -> Pool:
        """What ``covered`` units of commitments bought already leave."""
        return self._replace(usage=[max(0, used - covered) for used in self.usage])

    def scaled(self, share: Decimal) -> Pool:
        """The same with so much of the demand, rounded down to whole units."""
        return self._replace(usage=[int(used * share) for used in self.usage])


def hours_at_level(usage: Sequence[int]) -> list[int]:
    """How many hours used at least 1, 2, 3, ... units: never rising."""
    seen = Counter(usage)
    top = max(usage, default=0)
    return list(accumulate(seen[level] for level in range(top, 0, -1)))[::-1]


def on_demand_cost(pool: Pool, hours: int) -> Decimal:
    """What a unit costs that is used in ``hours`` of all the pool's hours, without commitment.

    Google puts partial use together into as few instances as possible before it looks at the
    month's share, which is exactly one instance a level.
    """
    total, before = ZERO, ZERO
    for until, share in pool.tiers:
        edge = until * len(pool.usage)
        within = min(Decimal(hours), edge) - before
        if within <= 0:
            break
        total += within * share * pool.on_demand
        before = edge
    return total


def uncommitted(pool: Pool) -> Decimal:
    """The cost of all of the pool's usage without any commitment."""
    return sum((on_demand_cost(pool, hours) for hours in hours_at_level(pool.usage)), ZERO)
