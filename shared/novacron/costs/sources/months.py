"""Billing months, as sources walk them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta


def first_day(day: date) -> date:
    return day.replace(day=1)


def next_month(first: date) -> date:
    return first_day(first + timedelta(days=31))


def months(since: date, until: date) -> Iterator[date]:
    """The first days of the months from that of ``since`` to that of ``until``."""
    month = first_day(since)
    while month <= until:
        yield month
        month = next_month(month)
