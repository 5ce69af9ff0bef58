"""Public daily series (tests/data/daily) as forecasting cases with a rolling origin."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

DATA = Path(__file__).parents[2] / "tests/data/daily/daily.csv"
AHEAD = 28
HISTORIES = (14, 28, 90, 365)
ORIGINS = 6
"""At most, of one series and length of history: the newest."""


@dataclass(frozen=True)
class Case:
    source: str
    """Where the series is from: each source weighs the same, however many series it has."""
    history: list[float]
    future: list[float]


def cases(days: int) -> Iterator[Case]:
    """All with so many days of history; each origin is ``AHEAD`` days after the one before."""
    for name, values in daily().items():
        origins = range(days, len(values) - AHEAD + 1, AHEAD)
        for origin in origins[-ORIGINS:]:
            history, future = values[origin - days : origin], values[origin : origin + AHEAD]
            yield Case(name.partition("-")[0], history, future)


def daily() -> dict[str, list[float]]:
    """Series -> a value a day."""
    found: dict[str, dict[date, float]] = defaultdict(dict)
    with DATA.open() as lines:
        for row in csv.DictReader(lines):
            found[row["series"]][date.fromisoformat(row["date"])] = float(row["value"])
    return {name: _whole(days) for name, days in found.items()}


def _whole(days: dict[date, float]) -> list[float]:
    """A day without a value has that of a week before, or else the last one."""
    values: list[float] = []
    first = min(days)
    for index in range((max(days) - first).days + 1):
        before = values[index - 7] if index >= 7 else days[first]
        values.append(days.get(first + timedelta(index), before))
    return values
