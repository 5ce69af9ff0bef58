"""The newest days of a series of daily costs, judged by those before them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from novacron.costs.anomalies.detector import Detector, Settings, Span
from novacron.costs.forecast.season import Season, season

DAILY = Settings(Span(1, 14), Span(3, 14), quiet=14, alarm=0.29, least=0.05)
"""For a cost a day, without its weekly pattern. The first 35 days are not judged."""
STEP = Decimal("0.0001")


@dataclass(frozen=True)
class Unusual:
    """``index``: the day's place in the series."""

    index: int
    amount: Decimal
    expected: Decimal
    low: Decimal
    high: Decimal
    score: float


def unusual(costs: Sequence[Decimal], newest: int) -> Iterator[Unusual]:
    """Those of the ``newest`` days that are anomalies. The pattern of the week is taken from the
    days before: they cannot hide themselves. A return to what is expected is none."""
    values = [float(cost) for cost in costs]
    pattern = season(values[:-newest])
    detector = Detector(DAILY)
    for index, value in enumerate(values):
        flat = pattern.off(index, value)
        told = detector.look(flat)
        if index < len(values) - newest or told.low is None or told.high is None:
            continue
        back = abs(flat - told.expected) <= DAILY.least * abs(told.expected)
        if told.score >= DAILY.alarm and not back:
            low, expected, high = (
                _money(pattern, index, one) for one in (told.low, told.expected, told.high)
            )
            yield Unusual(index, costs[index], expected, low, high, told.score)


def _money(pattern: Season, index: int, level: float) -> Decimal:
    return Decimal(pattern.on(index, level)).quantize(STEP)
