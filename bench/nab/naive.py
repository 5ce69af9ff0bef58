"""The baseline: distance from the value a day before, in median absolute deviations."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence

HALF = 20.0
"""Deviations that make half of the highest score."""


def seasonal_naive(values: Sequence[float], period: int) -> list[float]:
    seen: list[float] = []
    scores = []
    for index, value in enumerate(values):
        away = abs(value - values[index - period if index >= period else max(index - 1, 0)])
        scale = seen[len(seen) // 2] if seen else 0.0
        deviations = away / (1.4826 * scale) if scale else 0.0
        scores.append(deviations / (deviations + HALF))
        insort(seen, away)
    return scores
