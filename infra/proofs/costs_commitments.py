"""Commitments: the optimum equals trying everything on 1,000 small cases; the table of a fleet."""

from __future__ import annotations

import random

from bench.commitments import table
from infra.proofs.__main__ import NotProven
from novacron.costs.commitments.together import best_purchase, cost
from tests.unit.costs.commitments.cases import DIGITS, least_cost, small_case

CASES = 1000


def prove() -> str:
    for seed in range(CASES):
        pools = small_case(random.Random(seed))
        found, least = cost(pools, best_purchase(pools)), least_cost(pools)
        if round(found - least, DIGITS):
            raise NotProven(f"case {seed}: {found} an optimum of {least}")
    rows = table()
    print("\n".join(rows.lines()))
    return f"{CASES} of {CASES} cases equal; the fleet saves {rows.saving:.1%} of on demand"
