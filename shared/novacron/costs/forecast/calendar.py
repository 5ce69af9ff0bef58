"""Calendar periods."""

from __future__ import annotations

from datetime import date

from novacron.models.forecast import Until

LENGTHS = {Until.MONTH: 1, Until.QUARTER: 3, Until.YEAR: 12}
"""Months."""


def period(kind: Until, day: date) -> tuple[date, date]:
    """First day of the one that ``day`` is in, and the first after it."""
    months = LENGTHS[kind]
    first = (day.month - 1) // months * months
    following = first + months
    return date(day.year, first + 1, 1), date(day.year + following // 12, following % 12 + 1, 1)


def periods(until: Until, day: date) -> list[tuple[Until, date, date]]:
    """Those up to ``until``, the shortest first."""
    wanted = list(LENGTHS)[: list(LENGTHS).index(until) + 1]
    return [(kind, *period(kind, day)) for kind in wanted]
