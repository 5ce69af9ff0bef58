"""``python -m bench.commitments``: what ways to commit save on a fleet, against the bound.

The fleet is made from a seed: 20 pools over 30 days, each with a base, a working day, a trend and
noise. The bound pays the lowest price for exactly what is used: nothing can be cheaper, and nothing
that must be bought for a term is as cheap.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from novacron.costs.commitments.outcome import outcome, regrets
from novacron.costs.commitments.plan import best_plan
from novacron.costs.commitments.pools import ZERO, Pool, uncommitted
from novacron.costs.commitments.reserved import best_reserved
from novacron.costs.commitments.together import Purchase, best_purchase, cost

HOURS = 24 * 30
POOLS = 20


class Rows(NamedTuple):
    """``costs``: what was bought -> cost of the month."""

    on_demand: Decimal
    costs: dict[str, Decimal]
    coverage: Decimal
    utilisation: Decimal
    regret_at_half: Decimal
    seconds: float

    @property
    def saving(self) -> Decimal:
        return 1 - self.costs["together"] / self.on_demand

    def lines(self) -> list[str]:
        shown = {"on demand": self.on_demand, **self.costs}
        width = max(map(len, shown))
        lines = [
            f"{name:<{width}}  {paid:>12,.2f}  {1 - paid / self.on_demand:>6.1%}"
            for name, paid in shown.items()
        ]
        told = f"coverage {self.coverage:.1%}, utilisation {self.utilisation:.1%}"
        told += f", regret if demand halves {self.regret_at_half:,.2f}"
        return [*lines, told, f"found and proven in {self.seconds:.1f} s"]


def fleet(seed: int = 2) -> list[Pool]:
    rng = random.Random(seed)
    return [_pool(rng, f"pool-{index}") for index in range(POOLS)]


def _pool(rng: random.Random, name: str) -> Pool:
    price, base = Decimal(rng.randint(5, 400)) / 1000, rng.randint(5, 200)
    day, trend = rng.random() * base * 1.5, rng.uniform(-0.2, 0.5)

    def units(hour: int) -> int:
        shape = max(0.0, math.sin((hour % 24 - 6) / 12 * math.pi))
        weekend = 0.3 if hour // 24 % 7 > 4 else 1.0
        level = base * (1 + trend * hour / HOURS) + day * shape * weekend
        return max(0, round(rng.gauss(level, base * 0.1)))

    usage = [units(hour) for hour in range(HOURS)]
    reserved, plan = (price * rng.randint(*among) / 100 for among in ((55, 70), (65, 80)))
    return Pool(name, usage, price, reserved, plan)


def table(pools: Sequence[Pool] | None = None) -> Rows:
    pools = pools or fleet()
    begun = time.monotonic()
    best = best_purchase(pools)
    seconds = time.monotonic() - begun
    nothing = {pool.name: 0 for pool in pools}
    ways = {
        "cover the minimum": Purchase({pool.name: min(pool.usage) for pool in pools}, ZERO),
        "a plan alone": Purchase(nothing, best_plan(pools)),
        "reservations alone": Purchase({pool.name: best_reserved(pool) for pool in pools}, ZERO),
        "together": best,
    }
    told = outcome(pools, best)
    return Rows(
        on_demand=sum((uncommitted(pool) for pool in pools), ZERO),
        costs={**{name: cost(pools, way) for name, way in ways.items()}, "bound": _bound(pools)},
        coverage=told.coverage,
        utilisation=told.utilisation,
        regret_at_half=regrets(pools, best)[-1].regret,
        seconds=seconds,
    )


def _bound(pools: Sequence[Pool]) -> Decimal:
    lowest = (min(pool.reserved or pool.on_demand, pool.plan or pool.on_demand) for pool in pools)
    return sum((price * sum(pool.usage) for price, pool in zip(lowest, pools, strict=True)), ZERO)


if __name__ == "__main__":
    print("\n".join(table().lines()))
