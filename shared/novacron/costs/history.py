"""Which days of costs are complete, and a series without gaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from novacron.models.cost import Freshness

DAY = timedelta(days=1)


def known_through(freshness: Iterable[Freshness], today: date) -> date:
    """The last day of which all accounts that still tell have told: yesterday at the latest."""
    told = [one.through for one in freshness if one.through is not None and not one.stale]
    return min([*told, today - DAY])


def dense(series: Mapping[date, Decimal], through: date) -> list[Decimal]:
    """A day each from the first with a cost up to ``through``; a day without rows cost nothing."""
    there = [day for day, amount in series.items() if amount and day <= through]
    if not there:
        return []
    first = min(there)
    days = (through - first).days + 1
    return [series.get(first + index * DAY, Decimal(0)) for index in range(days)]
