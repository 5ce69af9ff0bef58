"""How much to commit an hour to a spend plan: the exact optimum for usage that nothing else covers.

A plan pays for what it saves most on first: AWS by the highest discount
(https://docs.aws.amazon.com/savingsplans/latest/userguide/sp-applying.html), Azure alike
(https://learn.microsoft.com/azure/cost-management-billing/savings-plan/discount-application). In
each hour one more unit of money committed then saves the discount's ratio until that usage is used
up, so the cost over the commitment is convex with corners where an hour's usage of a pool ends: the
best commitment is one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from novacron.costs.commitments.pools import ZERO, Pool

CENT = Decimal("0.001")
"""AWS sells savings plans in steps of 0.001 an hour."""


def planned(pools: Sequence[Pool]) -> list[tuple[Pool, Decimal]]:
    """Those that a plan covers with their price, the highest discount first."""
    found = [(pool, pool.plan) for pool in pools if pool.plan is not None]
    return sorted(found, key=lambda one: one[1] / one[0].on_demand)


def best_plan(pools: Sequence[Pool], step: Decimal = CENT) -> Decimal:
    """Money an hour, in whole ``step``s; of equal costs the smaller."""
    hours = len(pools[0].usage) if pools else 0
    corner = _corner(pools, hours)
    steps = corner / step
    around = {steps.to_integral_value(way) * step for way in (ROUND_FLOOR, ROUND_CEILING)}
    return min(sorted(around), key=lambda commitment: plan_cost(pools, commitment))


def _corner(pools: Sequence[Pool], hours: int) -> Decimal:
    """Where the cost stops falling: its slope is the hours less all that a unit of money saves."""
    corners = sorted(_corners(pools, hours))
    slope = hours - sum((fall for _, fall in corners), ZERO)
    last = ZERO
    for at, fall in corners:
        if slope >= 0:
            break
        slope, last = slope + fall, at
    return last


def _corners(pools: Sequence[Pool], hours: int) -> Iterator[tuple[Decimal, Decimal]]:
    """(commitment, by how much a unit of money saves less beyond it), for each hour and pool."""
    ordered = [(pool.usage, pool.on_demand / price, price) for pool, price in planned(pools)]
    for hour in range(hours):
        spent = ZERO
        used = [(usage[hour], ratio, price) for usage, ratio, price in ordered if usage[hour]]
        after = [*(ratio for _, ratio, _ in used[1:]), ZERO]
        for (units, ratio, price), following in zip(used, after, strict=False):
            spent += units * price
            yield spent, ratio - following


def plan_cost(pools: Sequence[Pool], commitment: Decimal) -> Decimal:
    """What all of the hours cost: the commitment, and on demand what it leaves."""
    return sum((paid + rest for paid, rest in hourly_plan(pools, commitment)), ZERO)


def hourly_plan(pools: Sequence[Pool], commitment: Decimal) -> Iterator[tuple[Decimal, Decimal]]:
    """(the commitment, on-demand cost beside it) of each hour."""
    never = [pool for pool in pools if pool.plan is None]
    ordered = planned(pools)
    for hour in range(len(pools[0].usage) if pools else 0):
        left, rest = commitment, sum((pool.usage[hour] * pool.on_demand for pool in never), ZERO)
        for pool, price in ordered:
            full = pool.usage[hour] * price
            if full <= left:
                left -= full
            else:
                rest += (full - left) * pool.on_demand / price
                left = ZERO
        yield commitment, rest
