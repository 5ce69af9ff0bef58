"""Periods of budgets, and money as whole billionths."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import ROUND_CEILING, Decimal

from novacron.models.budget import BudgetPeriod, BudgetSpec
from novacron.models.reservation import Window

UNIT = 10**9
MONTHS = {BudgetPeriod.MONTHLY: 1, BudgetPeriod.QUARTERLY: 3, BudgetPeriod.YEARLY: 12}


def window(budget: BudgetSpec, at: datetime) -> Window | None:
    """The period that ``at`` is in; None before the start and after the end of a total."""
    if budget.start is not None and budget.end is not None:
        whole_of_it = Window(midnight(budget.start), midnight(budget.end))
        return whole_of_it if whole_of_it.start <= at < whole_of_it.end else None
    months = MONTHS[budget.period]
    day = at.astimezone(UTC).date()
    first = (day.month - 1) // months * months + 1
    ends = first + months
    end = date(day.year + (ends > 12), ends - 12 if ends > 12 else ends, 1)
    return Window(midnight(date(day.year, first, 1)), midnight(end))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def rate(hourly: Decimal) -> int:
    """Billionths a second, rounded up: at most 0.04 of the currency a year too much."""
    return int((hourly * UNIT / 3600).to_integral_value(ROUND_CEILING))


def units(amount: Decimal) -> int:
    return int(amount * UNIT)


def money(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-9)
