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
    days before: they cannot hide themselves."""
    values = [float(cost) for cost in costs]
    pattern = season(values[:-newest])
    detector = Detector(DAILY)
    for index, value in enumerate(values):
        told = detector.look(pattern.off(index, value))
        judged = index >= len(values) - newest and told.low is not None and told.high is not None
        if judged and told.score >= DAILY.alarm:
            low, expected, high = (
                _money(pattern, index, one) for one in (told.low, told.expected, told.high)
            )
            yield Unusual(index, costs[index], expected, low, high, told.score)


def _money(pattern: Season, index: int, level: float | None) -> Decimal:
    return Decimal(pattern.on(index, level or 0.0)).quantize(STEP)
