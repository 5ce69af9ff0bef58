"""What the ledger has for a budget, and what that comes to by the period's end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from novacron.costs.budgets.periods import midnight
from novacron.costs.history import DAY, dense, known_through
from novacron.costs.ledger import Ledger
from novacron.errors import Conflict
from novacron.models.budget import Budget
from novacron.models.cost import CostMetric, CostQuestion, Days, Granularity
from novacron.models.reservation import Window

RATE_DAYS = 7
HISTORY_DAYS = 91
"""That the forecast is made from: it is made anew every quarter of an hour."""
METRIC = CostMetric.EFFECTIVE


class Actuals(NamedTuple):
    """``covers``: account -> the end of its last full day in the ledger."""

    spent: Decimal
    covers: dict[str, datetime]


def actuals(ledger: Ledger, budget: Budget, window: Window, now: datetime) -> Actuals:
    """Full days of bills; what is not billed is reserved, by the same list prices that the ledger
    estimates with. Conflict: another currency; InvalidSpec: a tag that costs are not kept by."""
    today = midnight(now.astimezone(UTC).date())
    if today <= window.start:
        return Actuals(Decimal(0), {})
    answer = ledger.ask(
        CostQuestion(
            start=window.start.date(),
            end=min(today, window.end).date(),
            metric=METRIC,
            granularity=Granularity.TOTAL,
            filters=filters(budget),
            estimates=False,
        )
    )
    if answer.total and answer.currency != budget.currency:
        raise Conflict(
            f"Budget {budget.name} is in {budget.currency}, the costs are in {answer.currency}.",
            remedy=f"Make the budget anew in {answer.currency}.",
        )
    covers = {
        one.account_id: min(midnight(one.through + timedelta(days=1)), today)
        for one in answer.freshness
        if one.through is not None
    }
    return Actuals(answer.total, covers)


def filters(budget: Budget) -> dict[str, list[str]]:
    scope = budget.scope
    account = {"account": [scope.account_id]} if scope.account_id else {}
    return {**account, **{f"tag:{name}": [value] for name, value in scope.tags.items()}}


def daily_rate(ledger: Ledger, budget: Budget, now: datetime) -> Decimal:
    """The mean of the last seven full days; a day without rows cost nothing."""
    today = now.astimezone(UTC).date()
    days = Days(start=today - timedelta(days=RATE_DAYS), end=today)
    return sum(ledger.daily(days, METRIC, filters(budget)).values(), Decimal(0)) / RATE_DAYS


def forecast(
    ledger: Ledger, budget: Budget, window: Window, now: datetime, spent: Decimal
) -> Decimal:
    """Spent by the period's end as ``costs/forecast`` carries the last days on, metered ones with
    them. With less than three weeks known every day to come costs what the last seven did."""
    from novacron.costs.forecast.projection import SHORT, project  # not at a guard's cold start

    today, start, end = now.astimezone(UTC).date(), window.start.date(), window.end.date()
    answer = ledger.ask(
        CostQuestion(
            start=min(start, today - HISTORY_DAYS * DAY),
            end=max(today, start),
            metric=METRIC,
            granularity=Granularity.DAY,
            filters=filters(budget),
        )
    )
    through = known_through(answer.freshness, today)
    costs = {one.start: one.amount for group in answer.groups for one in group.points}
    known = dense(costs, through)[-HISTORY_DAYS:]
    if len(known) < SHORT:
        left = (end - max(start, today)).days
        return round(spent + daily_rate(ledger, budget, now) * left, 9)
    days = (end - through).days - 1
    told = project(known, days, [Decimal(0)] * days)
    so_far = sum((cost for day, cost in costs.items() if start <= day <= through), Decimal(0))
    first = max((start - through).days, 1)
    return round(so_far + told.total(first, days), 9)
