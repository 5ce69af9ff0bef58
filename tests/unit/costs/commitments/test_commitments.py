from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest

from novacron.costs.commitments.ladder import Held, Tranche, endings, held_on, ladder
from novacron.costs.commitments.outcome import outcome, regrets
from novacron.costs.commitments.plan import best_plan, plan_cost
from novacron.costs.commitments.pools import (
    SUSTAINED_N1,
    Pool,
    hours_at_level,
    on_demand_cost,
    uncommitted,
)
from novacron.costs.commitments.reserved import best_reserved, break_even
from novacron.costs.commitments.together import Purchase, best_purchase, cost
from tests.unit.costs.commitments.cases import DIGITS, least_cost, small_case


@pytest.mark.parametrize("seed", range(100))
def test_no_other_purchase_is_cheaper(seed: int) -> None:
    pools = small_case(random.Random(seed))
    found = best_purchase(pools)
    assert found.proven
    assert round(cost(pools, found) - least_cost(pools), DIGITS) == 0


def test_levels_count_the_hours_that_use_as_much() -> None:
    assert hours_at_level([0, 3, 1, 3]) == [3, 2, 2]
    assert hours_at_level([]) == []


def test_a_unit_is_reserved_where_it_is_used_for_longer_than_break_even() -> None:
    pool = Pool("m5", [2, 1, 1, 0], Decimal(1), Decimal("0.6"))
    assert break_even(pool) == Decimal("0.6")
    assert best_reserved(pool) == 1
    assert best_reserved(pool._replace(reserved=Decimal("0.8"))) == 0
    assert best_reserved(pool._replace(reserved=None)) == 0


def test_sustained_use_makes_a_full_month_30_percent_cheaper() -> None:
    """The figure of https://cloud.google.com/compute/docs/sustained-use-discounts."""
    pool = Pool("n1", [1] * 100, Decimal(1), tiers=SUSTAINED_N1)
    assert on_demand_cost(pool, 100) == Decimal(70)
    assert on_demand_cost(pool, 50) == Decimal(45)


def test_partial_use_is_put_together_into_as_few_instances_as_possible() -> None:
    halves = Pool("n1", [1, 1, 1, 1], Decimal(1), tiers=SUSTAINED_N1)
    apart = Pool("n1", [2, 2, 0, 0], Decimal(1), tiers=SUSTAINED_N1)
    assert uncommitted(halves) == Decimal("2.8")
    assert uncommitted(apart) == Decimal("3.6")


def test_a_commitment_must_beat_the_sustained_price() -> None:
    always = Pool("n1", [1] * 4, Decimal(1), Decimal("0.75"), tiers=SUSTAINED_N1)
    assert best_reserved(always) == 0
    assert best_reserved(always._replace(tiers=Pool("", [], Decimal(1)).tiers)) == 1


def test_a_plan_pays_first_for_what_it_saves_most_on() -> None:
    little = Pool("little", [1], Decimal(1), plan=Decimal("0.9"))
    much = Pool("much", [1], Decimal(1), plan=Decimal("0.5"))
    assert plan_cost([little, much], Decimal("0.5")) == Decimal("1.5")


def test_a_plan_is_sold_in_steps() -> None:
    pool = Pool("m5", [1], Decimal(1), plan=Decimal("0.3337"))
    assert best_plan([pool]) == Decimal("0.334")
    assert best_plan([pool._replace(plan=Decimal("0.31"))], Decimal("0.1")) == Decimal("0.3")
    assert best_plan([]) == 0


def test_what_was_bought_before_is_not_bought_again() -> None:
    pool = Pool("m5", [3, 3, 3], Decimal(1), Decimal("0.5"))
    assert best_reserved(pool.above(2)) == 1
    assert best_reserved(pool.above(3)) == 0


def test_coverage_and_utilisation_of_a_purchase() -> None:
    pool = Pool("m5", [2, 2, 1, 1], Decimal(1), Decimal("0.5"))
    one = outcome([pool], Purchase({"m5": 2}, Decimal(0)))
    assert (one.on_demand, one.cost, one.saving) == (Decimal(6), Decimal(4), Decimal(2))
    assert one.coverage == 1
    assert one.utilisation == Decimal("0.75")
    none = outcome([pool], Purchase({"m5": 0}, Decimal(0)))
    assert (none.saving, none.coverage, none.utilisation) == (Decimal(0), Decimal(0), Decimal(1))


def test_a_plan_counts_as_used_as_far_as_usage_goes() -> None:
    pool = Pool("m5", [2, 0], Decimal(1), plan=Decimal("0.5"))
    assert outcome([pool], Purchase({"m5": 0}, Decimal(1))).utilisation == Decimal("0.5")


def test_regret_is_what_a_smaller_commitment_would_have_saved() -> None:
    pool = Pool("m5", [10] * 4, Decimal(1), Decimal("0.5"))
    by_demand = {one.demand: one for one in regrets([pool], Purchase({"m5": 10}, Decimal(0)))}
    half = by_demand[Decimal("0.5")]
    assert half.saving == 0
    assert half.regret == Decimal(10)


def test_a_ladder_buys_all_units_in_even_steps() -> None:
    assert ladder(7, 3, date(2026, 1, 31), 1) == [
        Tranche(date(2026, 1, 31), 3),
        Tranche(date(2026, 2, 28), 2),
        Tranche(date(2026, 3, 31), 2),
    ]
    assert ladder(2, 5, date(2026, 12, 1), 3) == [
        Tranche(date(2026, 12, 1), 1),
        Tranche(date(2027, 3, 1), 1),
    ]


def test_the_calendar_tells_what_ends_and_what_holds() -> None:
    first = Held("m5", 2, date(2025, 1, 1), date(2026, 1, 1))
    second = Held("m5", 3, date(2025, 6, 1), date(2028, 6, 1))
    assert held_on(date(2025, 12, 31), [first, second]) == {"m5": 5}
    assert held_on(date(2026, 1, 1), [first, second]) == {"m5": 3}
    assert endings([second, first], date(2026, 1, 1), date(2026, 12, 31)) == [first]
