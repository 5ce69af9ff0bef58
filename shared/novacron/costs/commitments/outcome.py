"""What a purchase would have done over the usage it was chosen for, and if demand falls."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from novacron.costs.commitments.pools import ZERO, Pool, uncommitted
from novacron.costs.commitments.together import Purchase, best_purchase, cost

FALLS = (Decimal("0.9"), Decimal("0.75"), Decimal("0.5"))


class Outcome(NamedTuple):
    """Money over all of the hours. ``coverage``: the share of the on-demand cost that commitments
    paid for. ``utilisation``: the share of what they cost that was put to use."""

    on_demand: Decimal
    cost: Decimal
    committed: Decimal
    coverage: Decimal
    utilisation: Decimal

    @property
    def saving(self) -> Decimal:
        return self.on_demand - self.cost


class Regret(NamedTuple):
    """If ``demand`` (1: as it was) is what is left: the cost of the purchase above the best one."""

    demand: Decimal
    saving: Decimal
    regret: Decimal


def outcome(pools: Sequence[Pool], purchase: Purchase) -> Outcome:
    """Over usage as it was."""
    hours = len(pools[0].usage) if pools else 0
    on_demand = sum((uncommitted(pool) for pool in pools), ZERO)
    reserved = sum((_reserved(pool, purchase) for pool in pools), ZERO)
    committed = reserved + purchase.plan * hours
    total = cost(pools, purchase)
    left = [pool.above(purchase.reserved[pool.name]) for pool in pools]
    used = sum((_used(pool, purchase) for pool in pools), ZERO) + _plan_used(left, purchase.plan)
    return Outcome(
        on_demand=on_demand,
        cost=total,
        committed=committed,
        coverage=1 - (total - committed) / on_demand if on_demand else ZERO,
        utilisation=used / committed if committed else Decimal(1),
    )


def regrets(pools: Sequence[Pool], purchase: Purchase) -> list[Regret]:
    """What the purchase saves and loses if demand falls, evenly, to each of ``FALLS``."""
    found = []
    for demand in FALLS:
        less = [pool.scaled(demand) for pool in pools]
        paid = cost(less, purchase)
        best = cost(less, best_purchase(less))
        on_demand = sum((uncommitted(pool) for pool in less), ZERO)
        found.append(Regret(demand, on_demand - paid, paid - best))
    return found


def _reserved(pool: Pool, purchase: Purchase) -> Decimal:
    return purchase.reserved[pool.name] * (pool.reserved or ZERO) * len(pool.usage)


def _used(pool: Pool, purchase: Purchase) -> Decimal:
    units = purchase.reserved[pool.name]
    price = pool.reserved or ZERO
    return sum((min(units, used) * price for used in pool.usage), ZERO)


def _plan_used(pools: Sequence[Pool], commitment: Decimal) -> Decimal:
    """Money of the plan that was put to use."""
    hours = range(len(pools[0].usage) if pools else 0)
    wanted = (
        sum((pool.usage[hour] * (pool.plan or ZERO) for pool in pools), ZERO) for hour in hours
    )
    return sum((min(commitment, each) for each in wanted), ZERO)
