"""Exponential smoothing with a damped trend, and the mean of it with plain smoothing.

The combination of simple smoothings beat its parts and automatic choices among them in the M4
competition (Comb: https://doi.org/10.1016/j.ijforecast.2019.04.014); the equations are Gardner and
McKenzie's (https://doi.org/10.1287/mnsc.31.10.1237).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

LEVELS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.65, 0.9)
TRENDS = (0.01, 0.05, 0.15)
DAMPINGS = (0.9, 0.97)
WARM = 7
"""Values at the start whose errors say nothing of the parameters."""


@dataclass(frozen=True)
class Smoothing:
    """Weights of a new value in the level and in the trend; what is left of the trend a day."""

    level: float
    trend: float = 0.0
    damping: float = 0.0


@dataclass(frozen=True)
class State:
    level: float
    trend: float


def states(values: Sequence[float], by: Smoothing) -> list[State]:
    """The state after each value."""
    level, trend = sum(values[:WARM]) / len(values[:WARM]), 0.0
    found = []
    for value in values:
        carried = by.damping * trend
        following = by.level * value + (1 - by.level) * (level + carried)
        trend = by.trend * (following - level) + (1 - by.trend) * carried
        level = following
        found.append(State(level, trend))
    return found


def ahead(state: State, by: Smoothing, days: int) -> list[float]:
    """The level of each of the ``days`` that follow."""
    levels, level, carried = [], state.level, state.trend
    for _ in range(days):
        carried *= by.damping
        level += carried
        levels.append(level)
    return levels


def fitted(values: Sequence[float], candidates: Sequence[Smoothing]) -> Smoothing:
    """The candidate whose forecasts of the next value missed least, in squares."""
    return min(candidates, key=lambda by: _missed(values, by))


PLAIN = [Smoothing(level) for level in LEVELS]
DAMPED = [Smoothing(*one) for one in product(LEVELS, TRENDS, DAMPINGS)]


def _missed(values: Sequence[float], by: Smoothing) -> float:
    level, trend = sum(values[:WARM]) / len(values[:WARM]), 0.0
    total = 0.0
    for index, value in enumerate(values):
        carried = by.damping * trend
        error = value - level - carried
        if index >= WARM:
            total += error * error
        following = level + carried + by.level * error
        trend = by.trend * (following - level) + (1 - by.trend) * carried
        level = following
    return total
