"""The ledger of a deployment that has collected no costs."""

from __future__ import annotations

from decimal import Decimal

from novacron.costs.ledger import Filters, Series
from novacron.models.cost import CostAnswer, CostMetric, CostQuestion, Days


class NothingCollected:
    """No rows, and no account with any."""

    def ask(self, question: CostQuestion) -> CostAnswer:  # noqa: ARG002
        return CostAnswer(currency="USD", total=Decimal(0), estimated=Decimal(0), groups=[])

    def daily(self, days: Days, metric: CostMetric, filters: Filters) -> Series:  # noqa: ARG002
        return {}

    def daily_by(
        self,
        days: Days,  # noqa: ARG002
        metric: CostMetric,  # noqa: ARG002
        filters: Filters,  # noqa: ARG002
        dimension: str,  # noqa: ARG002
    ) -> dict[str, Series]:
        return {}
