"""Reservations of every pool and one spend plan over all of them, chosen together: the optimum.

A mixed-integer linear program: whole units reserved in each pool, an amount an hour for the plan,
and in each hour the usage that either pays for, the rest on demand. Clouds apply reservations first
and the plan where it saves most, which is also the cheapest way to use both, so the program's cost
is the bill's. HiGHS (https://highs.dev, MIT) solves it; equal hours are one, with a weight.

Pools that no plan covers are decided by themselves, before, and need no program; so are those with
sustained-use discounts: their on-demand price is no constant, and Google takes that discount away
where a spend-based commitment pays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from novacron.costs.commitments.plan import CENT, best_plan, plan_cost
from novacron.costs.commitments.pools import NO_TIERS, ZERO, Pool, uncommitted
from novacron.costs.commitments.reserved import best_reserved

SECONDS = 60.0
"""After which the best that was found is taken, and said not to be proven."""


class Purchase(NamedTuple):
    """``reserved``: pool -> units. ``plan``: money an hour. ``proven``: no better one exists."""

    reserved: dict[str, int]
    plan: Decimal
    proven: bool = True


def best_purchase(pools: Sequence[Pool], step: Decimal = CENT) -> Purchase:
    """Of all pools, together. The cheapest of the joint optimum and of each kind alone."""
    apart = (pool for pool in pools if pool.plan is None or pool.tiers != NO_TIERS)
    alone = {pool.name: best_reserved(pool) for pool in apart}
    plain = [pool for pool in pools if pool.name not in alone]
    only_reserved = {pool.name: best_reserved(pool) for pool in plain}
    joint, proven = _joint(plain, step) if plain else ({}, True)
    choices = [
        Purchase(units, _rest(plain, units, step), proven) for units in (joint, only_reserved)
    ]
    choices += [Purchase({pool.name: 0 for pool in plain}, best_plan(plain, step), proven)]
    best = min(choices, key=lambda one: cost(plain, one))
    return best._replace(reserved={**best.reserved, **alone})


def cost(pools: Sequence[Pool], purchase: Purchase) -> Decimal:
    """What all of the hours cost under ``purchase``: commitments, and the rest on demand."""
    hours = len(pools[0].usage) if pools else 0
    paid = sum(
        (purchase.reserved[pool.name] * pool.reserved * hours for pool in pools if pool.reserved),
        ZERO,
    )
    left = _left(pools, purchase.reserved)
    tiered = sum((uncommitted(pool) for pool in left if pool.tiers != NO_TIERS), ZERO)
    plain = [pool for pool in left if pool.tiers == NO_TIERS]
    return paid + tiered + plan_cost(plain, purchase.plan)


def _left(pools: Sequence[Pool], reserved: dict[str, int]) -> list[Pool]:
    return [pool.above(reserved[pool.name]) for pool in pools]


def _rest(pools: Sequence[Pool], reserved: dict[str, int], step: Decimal) -> Decimal:
    return best_plan(_left(pools, reserved), step)


def _joint(pools: Sequence[Pool], step: Decimal) -> tuple[dict[str, int], bool]:
    """Units reserved of each pool in the optimum, and whether it was proven."""
    import highspy

    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("time_limit", SECONDS)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 1e-9)
    units = _state(solver, pools, step)
    solver.solve()
    values = solver.getSolution().col_value
    proven = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    reserved = {
        pool.name: round(values[unit.index]) if unit is not None else 0
        for pool, unit in zip(pools, units, strict=True)
    }
    return reserved, proven


def _state(solver: Any, pools: Sequence[Pool], step: Decimal) -> list[Any]:
    """Write the program; returns the variable of each pool's reserved units, or None."""
    hours = len(pools[0].usage)
    units = [
        solver.addIntegral(lb=0, ub=max(pool.usage, default=0), obj=float(pool.reserved * hours))
        if pool.reserved is not None
        else None
        for pool in pools
    ]
    steps = solver.addIntegral(lb=0, obj=float(step * hours))
    for used, weight in Counter(zip(*(pool.usage for pool in pools), strict=True)).items():
        spent = []
        for pool, unit, wanted in zip(pools, units, used, strict=True):
            if not wanted:
                continue
            paid = [solver.addVariable(lb=0, obj=float(pool.on_demand) * weight)]
            if unit is not None:
                paid.append(unit)
            if pool.plan is not None:
                share = solver.addVariable(lb=0)
                paid.append(share)
                spent.append(share * float(pool.plan))
            solver.addConstr(sum(paid[1:], paid[0]) >= wanted)
        if spent:
            solver.addConstr(sum(spent[1:], spent[0]) <= steps * float(step))
    return units
