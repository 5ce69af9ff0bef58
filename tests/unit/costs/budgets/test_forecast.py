from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from novacron.costs.budgets.actuals import forecast
from novacron.costs.budgets.periods import window
from tests.unit.costs.budgets.conftest import BudgetMaker, Costs
from tests.world import World

WEEKDAY, WEEKEND = "10", "2"


def _days(costs: Costs, first: date, last: date) -> None:
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        costs.add(day, WEEKEND if day.weekday() >= 5 else WEEKDAY)


def _forecast(world: World, costs: Costs, budget: BudgetMaker, spent: str) -> Decimal:
    made = budget()
    period = window(made, world.clock())
    assert period is not None
    return forecast(costs, made, period, world.clock(), Decimal(spent))


def test_weekends_to_come_cost_what_weekends_cost(
    world: World, budget: BudgetMaker, costs: Costs
) -> None:
    """The 28th of February 2026 is a Saturday, and one day is left: a rate would say 7.71."""
    _days(costs, date(2026, 1, 1), date(2026, 2, 27))
    world.clock.at += timedelta(days=58)
    told = _forecast(world, costs, budget, "208")
    assert told == pytest.approx(Decimal(20 * 10 + 7 * 2 + 2), abs=Decimal(1))


def test_a_day_that_no_bill_has_yet_is_forecast_and_not_nothing(
    world: World, budget: BudgetMaker, costs: Costs
) -> None:
    _days(costs, date(2026, 1, 1), date(2026, 2, 25))
    world.clock.at += timedelta(days=58)
    told = _forecast(world, costs, budget, "188")
    assert told == pytest.approx(Decimal(20 * 10 + 8 * 2), abs=Decimal(2))


def test_a_short_history_goes_on_at_its_rate(
    world: World, budget: BudgetMaker, costs: Costs
) -> None:
    _days(costs, date(2026, 1, 1), date(2026, 1, 10))
    world.clock.at += timedelta(days=10)
    rate = Decimal(5 * 10 + 2 * 2) / 7
    assert _forecast(world, costs, budget, "84") == round(84 + rate * 21, 9)
