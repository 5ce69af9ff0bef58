"""Why a cost is unusual: which resources, and whether use or price."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from novacron.costs.history import DAY
from novacron.costs.ledger import Ledger, Series
from novacron.models.anomaly import Cause, Contributor, Scope
from novacron.models.cost import CostMetric, Days

BEFORE = timedelta(days=14)
NAMED = 3
"""Contributors that are named."""


def explain(ledger: Ledger, scope: Scope, value: str, day: date) -> tuple[Cause, list[Contributor]]:
    """The cause, and the resources whose change is greatest, the greatest first."""
    days = Days(start=day - BEFORE, end=day + DAY)
    filters = {scope.value: [value]}
    by = ledger.daily_by(days, CostMetric.EFFECTIVE, filters, "resource")
    changes = [Contributor(resource=one, change=_change(by[one], day)) for one in by]
    changes.sort(key=lambda one: -abs(one.change))
    whole = sum((one.change for one in changes), Decimal(0))
    new = sum((one.change for one in changes if not _before(by[one.resource], day)), Decimal(0))
    if whole > 0 and new * 2 > whole:
        return Cause.NEW, changes[:NAMED]
    listed = ledger.daily(days, CostMetric.LIST, filters)
    paid = ledger.daily(days, CostMetric.EFFECTIVE, filters)
    return _cause(_growth(paid, day), _growth(listed, day)), changes[:NAMED]


def _cause(paid: Decimal | None, listed: Decimal | None) -> Cause:
    """Use, if the list price of what was used moved at least half as far the same way."""
    if paid is None or listed is None:
        return Cause.UNKNOWN
    along = listed if paid > 0 else -listed
    return Cause.USAGE if along * 2 >= abs(paid) else Cause.PRICE


def _growth(series: Series, day: date) -> Decimal | None:
    """The day's change as a share of what was before; None: nothing was."""
    usual = _usual(series, day)
    return _change(series, day) / usual if usual else None


def _change(series: Series, day: date) -> Decimal:
    return series.get(day, Decimal(0)) - _usual(series, day)


def _usual(series: Series, day: date) -> Decimal:
    """The median of the days before; a day without rows cost nothing."""
    return median(series.get(day - ago * DAY, Decimal(0)) for ago in range(1, BEFORE.days + 1))


def _before(series: Series, day: date) -> bool:
    return any(amount for one, amount in series.items() if one < day)
