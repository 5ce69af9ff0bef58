"""Look for anomalies in the newest days of a tenant's costs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from novacron.costs.anomalies.cause import explain
from novacron.costs.anomalies.daily import Unusual, unusual
from novacron.costs.history import DAY, dense, known_through
from novacron.costs.ledger import Ledger, Series
from novacron.models.anomaly import Anomaly, Scope
from novacron.models.cost import CostMetric, CostQuestion, Days, Granularity
from novacron.store.anomalies import AnomalyStore

HISTORY = timedelta(days=120)
NEWEST = 3
"""Days that are judged: bills of a day come over several."""
LEAST = Decimal(1)
"""Of the tenant's currency: a difference that nobody wants to hear of."""


@dataclass(frozen=True)
class Search:
    """A tenant's costs as they are at ``now``."""

    ledger: Ledger
    store: AnomalyStore
    tenant: str
    now: datetime

    def new(self) -> list[Anomaly]:
        """Those that were not known before and are not muted, recorded. A repeat finds none."""
        today = self.now.date()
        days = Days(start=today - HISTORY, end=today)
        told = self.ledger.ask(
            CostQuestion(start=days.start, end=days.end, granularity=Granularity.TOTAL)
        )
        through = known_through(told.freshness, today)
        found = (one for scope in Scope for one in self._in(scope, days, through, told.currency))
        return [one for one in found if self.store.add(one)]

    def _in(self, scope: Scope, days: Days, through: date, currency: str) -> Iterator[Anomaly]:
        by = self.ledger.daily_by(days, CostMetric.EFFECTIVE, {}, scope.value)
        for value, series in sorted(by.items()):
            for day, one in _of(series, through):
                rising = one.amount > one.expected
                if not self.store.muted(self.tenant, scope, value, rising, days.end):
                    yield self._anomaly(scope, value, day, one, currency)

    def _anomaly(self, scope: Scope, value: str, day: date, one: Unusual, currency: str) -> Anomaly:
        cause, contributors = explain(self.ledger, scope, value, day)
        return Anomaly(
            id=_id(scope, value, day),
            tenant=self.tenant,
            scope=scope,
            value=value,
            day=day,
            amount=one.amount,
            expected=one.expected,
            low=one.low,
            high=one.high,
            severity=abs(one.amount - one.expected),
            currency=currency,
            score=one.score,
            cause=cause,
            contributors=contributors,
            found_at=self.now,
            updated_at=self.now,
        )


def _of(series: Series, through: date) -> Iterator[tuple[date, Unusual]]:
    costs = dense(series, through)
    if not costs or max(costs) - min(costs) < LEAST:  # most resources: not worth a look
        return
    for one in unusual(costs, NEWEST):
        if abs(one.amount - one.expected) >= LEAST:
            yield through - (len(costs) - 1 - one.index) * DAY, one


def _id(scope: Scope, value: str, day: date) -> str:
    """The same anomaly has the same id, and ids are in the order of days."""
    digest = hashlib.sha256(f"{scope.value}#{value}".encode()).hexdigest()
    return f"{day:%Y%m%d}-{digest[:16]}"
