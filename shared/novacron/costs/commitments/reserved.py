"""How many units to reserve in one pool: the exact optimum.

Reserving the k-th unit costs its price in every hour and saves what the k-th level of usage costs
on demand. Levels never rise, so that the first one that does not pay is where to stop: the
newsvendor's rule, commit up to the usage that is exceeded in a share of hours equal to the reserved
price / the on-demand price.
"""

from __future__ import annotations

from decimal import Decimal

from novacron.costs.commitments.pools import Pool, hours_at_level, on_demand_cost


def best_reserved(pool: Pool) -> int:
    """Units; 0 where nothing is offered. Of equal costs the smaller commitment is taken."""
    if pool.reserved is None:
        return 0
    price = pool.reserved * len(pool.usage)
    levels = hours_at_level(pool.usage)
    paying = (level for level, hours in enumerate(levels) if on_demand_cost(pool, hours) <= price)
    return next(paying, len(levels))


def break_even(pool: Pool) -> Decimal | None:
    """The share of hours in which a reserved unit must be used so that it is no loss."""
    return None if pool.reserved is None else pool.reserved / pool.on_demand
