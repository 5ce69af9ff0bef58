"""Small random cases, and their optimum by trying everything."""

from __future__ import annotations

import random
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import product

from novacron.costs.commitments.plan import CENT, planned
from novacron.costs.commitments.pools import ZERO, Pool
from novacron.costs.commitments.together import Purchase, cost

DIGITS = 18
"""Behind the point, as money is stored: a plan's ratio is a division, which rounds beyond them."""


def small_case(rng: random.Random) -> list[Pool]:
    """1 to 3 pools of at most 5 units over 1 to 6 hours; some offers are missing."""
    hours = rng.randint(1, 6)
    return [_pool(rng, f"pool-{index}", hours) for index in range(rng.randint(1, 3))]


def _pool(rng: random.Random, name: str, hours: int) -> Pool:
    price = Decimal(rng.randint(10, 100)) / 1000
    return Pool(
        name,
        [rng.randint(0, 5) for _ in range(hours)],
        price,
        price * rng.randint(30, 95) / 100 if rng.random() < 0.8 else None,
        price * rng.randint(40, 98) / 100 if rng.random() < 0.8 else None,
    )


def least_cost(pools: list[Pool]) -> Decimal:
    """Every number of units with every amount of the plan at which the cost could turn."""
    amounts = [range(max(pool.usage) + 1) if pool.reserved else [0] for pool in pools]
    found = []
    for units in product(*amounts):
        reserved = {pool.name: count for pool, count in zip(pools, units, strict=True)}
        found += [cost(pools, Purchase(reserved, money)) for money in _turns(pools, reserved)]
    return min(found)


def _turns(pools: list[Pool], reserved: dict[str, int]) -> set[Decimal]:
    left = [pool.above(reserved[pool.name]) for pool in pools]
    found = {ZERO}
    for hour in range(len(pools[0].usage)):
        spent = ZERO
        for pool, price in planned(left):
            spent += pool.usage[hour] * price
            found |= {spent.quantize(CENT, way) for way in (ROUND_FLOOR, ROUND_CEILING)}
    return found
