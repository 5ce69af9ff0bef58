"""The weekly pattern of a daily series, and the series without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, pvariance

WEEK = 7
FEWEST_WEEKS = 2
"""A pattern is not taken from less."""
MEMORY_WEEKS = 12


@dataclass(frozen=True)
class Season:
    """``factors``: one a day of the week, in the series' own order; value = level + factor, or
    level x factor where ``ratio``."""

    factors: tuple[float, ...]
    ratio: bool

    def off(self, index: int, value: float) -> float:
        factor = self.factors[index % WEEK]
        return value / factor if self.ratio else value - factor

    def on(self, index: int, level: float) -> float:
        factor = self.factors[index % WEEK]
        return level * factor if self.ratio else level + factor


NONE = Season((0.0,) * WEEK, ratio=False)


def season(values: Sequence[float]) -> Season:
    """The pattern, weaker the less of the variation it explains; NONE for under three weeks.

    A weekday's factor is the median of its ratios to the week around it (differences where a value
    is not positive), so that one bad day does not bend it.
    """
    if len(values) < FEWEST_WEEKS * WEEK:
        return NONE
    ratio = min(values) > 0
    centred = [_around(values, index) for index in range(3, len(values) - 3)]
    away = [
        values[index] / mid if ratio else values[index] - mid
        for index, mid in enumerate(centred, 3)
    ]
    first = max(0, len(away) - MEMORY_WEEKS * WEEK)
    days: list[list[float]] = [[] for _ in range(WEEK)]
    for index, one in enumerate(away[first:], first + 3):
        days[index % WEEK].append(one)
    plain = [median(day) for day in days]
    rest = [one - plain[index % WEEK] for index, one in enumerate(away[first:], first + 3)]
    whole = pvariance(away[first:])
    strength = max(0.0, 1 - pvariance(rest) / whole) if whole else 0.0
    middle, neutral = fmean(plain), 1.0 if ratio else 0.0
    factors = (
        neutral + strength * ((f / middle if ratio else f - middle) - neutral) for f in plain
    )
    return Season(tuple(factors), ratio)


def _around(values: Sequence[float], index: int) -> float:
    return fmean(values[index - 3 : index + 4])
