"""A ledger over rows in memory, for what asks one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from novacron.costs.ledger import Filters, Series
from novacron.models.account import ProviderType
from novacron.models.cost import (
    CostAnswer,
    CostGroup,
    CostMetric,
    CostPoint,
    CostQuestion,
    Days,
    Freshness,
)


@dataclass(frozen=True)
class Spent:
    """``listed``: at list price; the same as ``amount`` unless said."""

    day: date
    amount: Decimal
    resource: str = "vm-1"
    service: str = "VMs"
    account: str = "acc-1"
    listed: Decimal | None = None

    def cost(self, metric: CostMetric) -> Decimal:
        listed = metric is CostMetric.LIST and self.listed is not None
        return self.listed or Decimal(0) if listed else self.amount


@dataclass
class Books:
    """A ``Ledger``. All of its accounts have told what they know up to ``through``."""

    rows: list[Spent] = field(default_factory=list)
    through: date | None = None

    def ask(self, question: CostQuestion) -> CostAnswer:
        groups: defaultdict[tuple[str, ...], list[Spent]] = defaultdict(list)
        for one in self._in(question, question.filters):
            groups[tuple(getattr(one, name) for name in question.group_by)].append(one)
        answers = [
            CostGroup(
                key=dict(zip(question.group_by, key, strict=True)),
                total=sum((one.cost(question.metric) for one in rows), Decimal(0)),
                points=[
                    CostPoint(start=day, amount=amount)
                    for day, amount in _series(rows, question.metric).items()
                ],
            )
            for key, rows in sorted(groups.items())
        ]
        total = sum((one.total for one in answers), Decimal(0))
        fresh = Freshness(
            account_id="acc-1",
            provider=ProviderType.MEMORY,
            through=self.through,
            imported_at=datetime(2026, 1, 1, tzinfo=UTC),
            stale=False,
        )
        return CostAnswer(
            currency="USD",
            total=total,
            estimated=Decimal(0),
            groups=answers,
            freshness=[fresh] if self.through else [],
        )

    def daily(self, days: Days, metric: CostMetric, filters: Filters) -> Series:
        return _series(self._in(days, filters), metric)

    def daily_by(
        self, days: Days, metric: CostMetric, filters: Filters, dimension: str
    ) -> dict[str, Series]:
        by: defaultdict[str, list[Spent]] = defaultdict(list)
        for one in self._in(days, filters):
            by[getattr(one, dimension)].append(one)
        return {value: _series(rows, metric) for value, rows in by.items()}

    def _in(self, days: Days, filters: Filters) -> list[Spent]:
        return [
            one
            for one in self.rows
            if days.start <= one.day < days.end
            and all(getattr(one, name) in values for name, values in filters.items())
        ]


def _series(rows: Iterable[Spent], metric: CostMetric) -> Series:
    series: defaultdict[date, Decimal] = defaultdict(Decimal)
    for one in rows:
        series[one.day] += one.cost(metric)
    return dict(sorted(series.items()))
