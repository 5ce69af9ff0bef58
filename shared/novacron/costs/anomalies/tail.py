"""How unusual a value is, from the tail of all that was seen: no normal distribution is supposed.

The highest values are given a generalised Pareto distribution above a threshold, fitted by moments:
peaks over threshold, as in https://doi.org/10.1145/3097983.3098144 (SPOT) and
https://doi.org/10.1080/00401706.1987.10488243 (the moments).
"""

from __future__ import annotations

import math
from bisect import insort
from dataclasses import dataclass

PEAKS, PEAK_SHARE = 10, 0.02
"""The tail is the highest 2% of what was seen, and 10 values at the least."""
FEWEST = 3
"""Different from the threshold: below that the tail has no shape."""
HEAVIEST = 0.45
"""Of the shape, below 0.5, where the moments that fit it end."""


@dataclass(frozen=True)
class Fit:
    threshold: float
    share: float
    """Of all values, above the threshold."""
    scale: float
    shape: float

    def surprise(self, value: float) -> float:
        """-log10 of the chance of more than ``value``; 0 where it is below the tail."""
        over = value - self.threshold
        if over <= 0:
            return 0.0
        ratio = over / self.scale
        log = math.log1p(self.shape * ratio) / self.shape if self.shape else ratio
        return log / math.log(10) - math.log10(self.share)

    def bound(self, surprise: float) -> float:
        """The value of that surprise: the inverse."""
        log = max((surprise + math.log10(self.share)) * math.log(10), 0.0)
        ratio = math.expm1(self.shape * log) / self.shape if self.shape else log
        return self.threshold + self.scale * ratio


class Tail:
    """The upper tail of a stream of values."""

    def __init__(self) -> None:
        self._seen: list[float] = []

    def add(self, value: float) -> None:
        insort(self._seen, value)

    def fit(self, least: float = 0.0) -> Fit | None:
        """``least``: a difference that is never news, which gives a flat past a tail too.

        None: fewer than twice as many values as a tail needs, or all alike and no ``least``.
        """
        count = len(self._seen)
        peaks = max(PEAKS, int(count * PEAK_SHARE))
        if count < 2 * peaks:
            return None
        threshold = self._seen[-peaks - 1]
        over = [value - threshold for value in self._seen[-peaks:] if value > threshold]
        if len(over) < FEWEST:
            return Fit(self._seen[-1], 1 / count, least, 0.0) if least else None
        mean = sum(over) / len(over)
        variance = sum((one - mean) ** 2 for one in over) / len(over)
        shape = 0.5 * (1 - mean * mean / variance) if variance else 0.0
        shape = min(max(shape, 0.0), HEAVIEST)
        return Fit(threshold, len(over) / count, max(mean * (1 - shape), least), shape)
