"""How far forecasts of this very series missed, by days ahead: for one day and for a sum of days.

Earlier forecasts from each day of the past give the errors. Their size grows with the days ahead as
a power, which is read from the errors and carried on beyond them. Origins that overlap tell little
new, so that few days of history mean few degrees of freedom and wide bands (Student's t).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import NormalDist, pstdev

FEWEST = 5
"""Errors at one distance that give a size."""
SLOWEST, FASTEST, UNKNOWN = 0.0, 0.6, 0.5
"""Powers of growth of one day's error; of a sum's it is one half to one more."""
ENOUGH = 28
"""Days ahead that make the growth that was seen the one that is used."""
ONE_DAY, SUM = 1.1, 1.35
"""Errors are made so much larger: earlier forecasts used parameters that were fitted to what came
later too, and a sum is wrong as a whole when the level changes, which a short past has not seen.
Set so that the bands hold what they claim in bench/forecast.py."""


@dataclass(frozen=True)
class Spread:
    """The size of errors ``far`` days ahead, known up to ``len(sizes)`` and grown from there."""

    sizes: tuple[float, ...]
    power: float
    history: int

    def size(self, ahead: int) -> float:
        known = len(self.sizes)
        if ahead <= known:
            return self.sizes[ahead - 1]
        return self.sizes[-1] * float((ahead / known) ** self.power)

    def margin(self, ahead: int, share: float) -> float:
        """Half the width of the band that is to hold ``share`` of what comes."""
        freedom = max(self.history / ahead**0.5, 3.0)
        return quantile((1 + share) / 2, freedom) * self.size(ahead)


def spread(values: Sequence[float], errors: Sequence[Sequence[float]]) -> tuple[Spread, Spread]:
    """Of one day's value, and of the sum of all days up to it."""
    sums = [list(accumulate(origin)) for origin in errors]
    return _of(values, errors, 0.0, ONE_DAY), _of(values, sums, 0.5, SUM)


def quantile(share: float, freedom: float) -> float:
    """Student's t, by the first terms of its expansion (Abramowitz and Stegun 26.7.5)."""
    z = NormalDist().inv_cdf(share)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + first / freedom + second / freedom**2


def _of(
    values: Sequence[float], errors: Sequence[Sequence[float]], more: float, wider: float
) -> Spread:
    sizes: list[float] = []
    while True:
        at = [origin[len(sizes)] for origin in errors if len(origin) > len(sizes)]
        if len(at) < max(FEWEST, len(sizes) // 2):
            break
        size = wider * math.sqrt(sum(error * error for error in at) / len(at))
        sizes.append(max(size, sizes[-1] if sizes else 0.0))
    if not sizes:
        return Spread((wider * pstdev(values),), UNKNOWN + more, len(values))
    return Spread(tuple(sizes), _power(sizes, more), len(values))


def _power(sizes: Sequence[float], more: float) -> float:
    """How the sizes grew over the later two thirds of what is known, as far as that is enough."""
    far = len(sizes)
    near = max(1, far // 3)
    prior = UNKNOWN + more
    if far == near or not sizes[near - 1]:
        return prior
    seen = math.log(sizes[-1] / sizes[near - 1]) / math.log(far / near)
    trusted = min(far / ENOUGH, 1.0)
    return trusted * min(max(seen, SLOWEST + more), FASTEST + 2 * more) + (1 - trusted) * prior
