"""The one way to costs that are stored: forecasts, budgets, anomalies and advice ask here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol

from novacron.models.cost import CostAnswer, CostMetric, CostQuestion, Days

Filters = Mapping[str, list[str]]
"""Dimension -> values; see ``models.cost.Dimension``."""

Series = dict[date, Decimal]
"""Day -> amount; a day without rows is not in it."""


class Ledger(Protocol):
    """The costs of one tenant. Nothing asked here can reach another tenant's rows."""

    def ask(self, question: CostQuestion) -> CostAnswer:
        """Raises InvalidSpec (field) for what cannot be answered."""

    def daily(self, days: Days, metric: CostMetric, filters: Filters) -> Series:
        """The sum of each day of all rows that the filters let through."""

    def daily_by(
        self, days: Days, metric: CostMetric, filters: Filters, dimension: str
    ) -> dict[str, Series]:
        """The same for each value of ``dimension``."""
