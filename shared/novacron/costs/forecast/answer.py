"""The answer to a question about costs to come."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from novacron.costs.forecast.calendar import periods
from novacron.costs.forecast.model import LONGEST
from novacron.costs.forecast.projection import Projection, project
from novacron.costs.history import DAY, dense, known_through
from novacron.costs.ledger import Ledger
from novacron.models.cost import CostGroup, CostQuestion, Granularity
from novacron.models.forecast import (
    ForecastAnswer,
    ForecastGroup,
    ForecastPoint,
    ForecastQuestion,
    PeriodForecast,
    PlannedChange,
    Until,
)

SHOWN = 60
"""Days of history that an answer shows."""


def forecast(ledger: Ledger, question: ForecastQuestion, today: date) -> ForecastAnswer:
    """Raises InvalidSpec (field) for what the ledger cannot answer."""
    asked = CostQuestion(
        start=today - LONGEST * DAY,
        end=today,
        metric=question.metric,
        granularity=Granularity.DAY,
        group_by=question.group_by,
        filters=question.filters,
        top=question.top if question.group_by else None,
    )
    told = ledger.ask(asked)
    through = known_through(told.freshness, today)
    groups = [_group(one, question, through, today) for one in told.groups]
    return ForecastAnswer(
        currency=told.currency, through=through, groups=groups, changes=question.changes
    )


def _group(
    group: CostGroup, question: ForecastQuestion, through: date, today: date
) -> ForecastGroup:
    costs = {point.start: point.amount for point in group.points if point.start <= through}
    known = dense(costs, through)
    changes = [one for one in question.changes if one.key.items() <= group.key.items()]
    wanted = periods(question.until, today)
    last = max(end for _, _, end in wanted)
    told = project(known, (last - through).days - 1, _planned(changes, through, last))
    return ForecastGroup(
        key=group.key,
        history_days=len(known),
        note=told.note,
        history=[(day, costs.get(day, Decimal(0))) for day in _days(through)],
        points=[
            ForecastPoint(
                day=through + ahead * DAY,
                amount=told.amount(ahead),
                band_80=told.day_band(ahead, 0.8),
                band_95=told.day_band(ahead, 0.95),
            )
            for ahead in range(1, told.days + 1)
        ],
        periods=[_period(told, costs, through, *one) for one in wanted],
    )


def _period(
    told: Projection,
    costs: dict[date, Decimal],
    through: date,
    kind: Until,
    start: date,
    end: date,
) -> PeriodForecast:
    actual = sum((cost for day, cost in costs.items() if start <= day < end), Decimal(0))
    first, last = max((start - through).days, 1), (end - through).days - 1
    return PeriodForecast(
        period=kind,
        start=start,
        end=end,
        actual=actual,
        amount=actual + told.total(first, last),
        band_80=told.total_band(actual, first, last, 0.8),
        band_95=told.total_band(actual, first, last, 0.95),
    )


def _planned(changes: list[PlannedChange], through: date, end: date) -> list[Decimal]:
    """What the changes make of each day after ``through``, up to and without ``end``."""
    days = [through + ahead * DAY for ahead in range(1, (end - through).days)]
    return [
        sum(
            (one.daily for one in changes if one.start <= day and (not one.end or day < one.end)),
            Decimal(0),
        )
        for day in days
    ]


def _days(through: date) -> list[date]:
    return [through - ahead * DAY for ahead in reversed(range(SHOWN))]
