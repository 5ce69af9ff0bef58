"""A daily series and its forecast with bands. Floats: statistics, not money.

The forecast is the mean of two: of exponential smoothings with a weekly pattern, and of the same
weekday in the weeks before. What each of them misses the other often has (bench/forecast.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from novacron.costs.forecast.bands import Spread, spread
from novacron.costs.forecast.season import WEEK, Season, season
from novacron.costs.forecast.smoothing import (
    DAMPED,
    PLAIN,
    Smoothing,
    State,
    ahead,
    fitted,
    states,
)

LONGEST = 400
"""Days of history that are looked at."""
MOST_AHEAD = 56
"""Days ahead for which the series' own past is asked how wrong forecasts were; what is further is
extrapolated from how the errors grew up to there."""


WEIGHTS = (0.5, 0.3, 0.2)
"""Of the same weekday one, two and three weeks before."""


@dataclass(frozen=True)
class Model:
    """``day`` has the errors of one day's value, ``total`` of the sum of all days up to it."""

    values: Sequence[float]
    smoothed: Smoothed
    day: Spread
    total: Spread

    def levels(self, days: int) -> list[float]:
        """The forecast of each of ``days`` days."""
        return _told(self.values, self.smoothed, len(self.values), days)


@dataclass(frozen=True)
class Smoothed:
    """Smoothings of a series without its season, and their states after each of its values."""

    seasonality: Season
    by: tuple[Smoothing, ...]
    paths: tuple[list[State], ...]


def fit(values: Sequence[float]) -> Model:
    """``values``: a day each, oldest first, at least one."""
    values = values[-LONGEST:]
    pattern = season(values)
    flat = [pattern.off(index, value) for index, value in enumerate(values)]
    by = (fitted(flat, PLAIN), fitted(flat, DAMPED))
    smoothed = Smoothed(pattern, by, tuple(states(flat, one) for one in by))
    day, total = spread(values, _errors(values, smoothed))
    return Model(values, smoothed, day, total)


def _errors(values: Sequence[float], smoothed: Smoothed) -> list[list[float]]:
    """For each origin in the past, the errors of the days that followed."""
    found = []
    for origin in range(max(WEEK, len(values) // 3), len(values)):
        days = min(MOST_AHEAD, len(values) - origin)
        told = _told(values, smoothed, origin, days)
        found.append([values[origin + h] - told[h] for h in range(days)])
    return found


def _told(values: Sequence[float], smoothed: Smoothed, origin: int, days: int) -> list[float]:
    """What ``values[:origin]`` let expect: the mean of the smoothings and of the weeks before."""
    levels = [
        ahead(path[origin - 1], by, days)
        for path, by in zip(smoothed.paths, smoothed.by, strict=True)
    ]
    smooth = [
        smoothed.seasonality.on(origin + h, sum(path[h] for path in levels) / len(levels))
        for h in range(days)
    ]
    if origin < WEEK:
        return smooth
    weeks = [_weeks_before(values, origin, day) for day in range(WEEK)]
    return [(one + weeks[h % WEEK]) / 2 for h, one in enumerate(smooth)]


def _weeks_before(values: Sequence[float], origin: int, day: int) -> float:
    """The weighted mean of the weekday that is ``day`` days after ``origin``."""
    places = range(origin + day - WEEK, -1, -WEEK)
    known = [(weight, values[at]) for weight, at in zip(WEIGHTS, places, strict=False)]
    return sum(weight * value for weight, value in known) / sum(weight for weight, _ in known)
