"""What will be spent. Money is ``Decimal``; forecasts are rounded to a hundredth of a cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import Field, model_validator

from novacron.models.base import Model
from novacron.models.cost import CostMetric, Currency, Dimension


class Until(StrEnum):
    """To the end of which calendar period; a longer one brings the shorter ones with it."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class PlannedChange(Model):
    """From ``start`` up to and without ``end`` each day costs ``daily`` more, or less.

    A planned start or stop, or a commitment that ends: what its discount was worth a day.
    """

    start: date
    daily: Decimal
    end: date | None = None
    reason: str = ""
    key: dict[Dimension, str] = {}
    """The groups that it is in: those whose key has all of this."""

    @model_validator(mode="after")
    def _in_order(self) -> PlannedChange:
        if self.end is not None and self.end <= self.start:
            raise ValueError("end must be after start")
        return self


class ForecastQuestion(Model):
    until: Until = Until.MONTH
    metric: CostMetric = CostMetric.EFFECTIVE
    group_by: list[Dimension] = Field(default=[], max_length=4)
    filters: dict[Dimension, list[str]] = Field(default={}, max_length=8)
    top: int = Field(default=20, ge=1, le=50)
    """Only so many groups, by cost; the rest is one group named ``other``."""
    changes: list[PlannedChange] = Field(default=[], max_length=1000)


class Band(Model):
    """What will be is between these, as often as the band's name says."""

    low: Decimal
    high: Decimal


class ForecastPoint(Model):
    day: date
    amount: Decimal
    band_80: Band | None
    band_95: Band | None


class PeriodForecast(Model):
    """``amount`` is what was spent so far, ``actual``, and what is to come by ``end`` (without)."""

    period: Until
    start: date
    end: date
    actual: Decimal
    amount: Decimal
    band_80: Band | None
    band_95: Band | None


class ForecastGroup(Model):
    key: dict[str, str]
    history_days: int
    note: str = ""
    """What makes this forecast worth less than others. No bands: too few days to tell."""
    history: list[tuple[date, Decimal]]
    """The last days, for a chart."""
    points: list[ForecastPoint]
    periods: list[PeriodForecast]


class ForecastAnswer(Model):
    """``through``: the last day that counts as known; bills of later days are not complete."""

    currency: Currency
    through: date
    groups: list[ForecastGroup]
    changes: list[PlannedChange] = []
    """What was planned: the caller's, and ends of commitments."""
