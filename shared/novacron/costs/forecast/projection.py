"""Money in, money out: a series of costs carried on, with planned changes and bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from novacron.costs.forecast.model import Model, fit
from novacron.models.forecast import Band

STEP = Decimal("0.0001")
FEWEST = 3
"""Days: below that nothing says how sure a forecast is."""
SHORT = 21
"""Days: below that weeks cannot be told from chance."""
GONE = 7
"""Days without any cost after which there will be none."""


@dataclass(frozen=True)
class Projection:
    """Days are counted from 1, the first that is not known."""

    days: int
    note: str
    _amounts: tuple[Decimal, ...]
    _model: Model | None
    _floor: bool
    """Costs that were never negative will not be."""

    def amount(self, ahead: int) -> Decimal:
        return self._amounts[ahead - 1]

    def total(self, first: int, last: int) -> Decimal:
        """Of the days from ``first`` to ``last``, both with."""
        return sum(self._amounts[first - 1 : last], Decimal(0))

    def day_band(self, ahead: int, share: float) -> Band | None:
        if self._model is None:
            return None
        margin = _money(self._model.day.margin(ahead, share))
        return self._band(self.amount(ahead), margin, Decimal(0))

    def total_band(self, actual: Decimal, first: int, last: int, share: float) -> Band | None:
        """Of ``actual`` and the days from ``first`` to ``last``; certain when there are none."""
        middle = actual + self.total(first, last)
        if last < first:
            return Band(low=middle, high=middle)
        if self._model is None:
            return None
        return self._band(middle, _money(self._model.total.margin(last, share)), actual)

    def _band(self, middle: Decimal, margin: Decimal, least: Decimal) -> Band:
        low = middle - margin
        return Band(low=max(low, min(least, middle)) if self._floor else low, high=middle + margin)


def project(known: Sequence[Decimal], days: int, planned: Sequence[Decimal]) -> Projection:
    """Carry ``known`` on for ``days`` days; ``planned`` is added to each."""
    floor = not known or min(known) >= 0
    model = None
    if not any(known[-GONE:]):
        levels, note = [Decimal(0)] * days, "There was no cost in the last days."
    elif len(known) < FEWEST:
        levels = [sum(known, Decimal(0)) / len(known)] * days
        note = f"Only {len(known)} days are known: as they were, and no bands."
    else:
        model = fit([float(one) for one in known])
        levels = [_money(level) for level in model.levels(days)]
        short = f"Only {len(known)} days are known: no weekly pattern is sure, wide bands."
        note = short if len(known) < SHORT else ""
    amounts = [
        max(level + more, Decimal(0)) if floor else level + more
        for level, more in zip(levels, planned, strict=True)
    ]
    return Projection(days, note, tuple(amounts), model, floor)


def _money(value: float) -> Decimal:
    return Decimal(value).quantize(STEP)
