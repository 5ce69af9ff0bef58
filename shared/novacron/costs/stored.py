"""The ledger over what is stored: answers from aggregates in the table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from novacron.costs.answers import answer, compared_days
from novacron.costs.exact import exactly
from novacron.costs.exchange.reference import exchanged
from novacron.costs.facts import Fact, facts
from novacron.costs.ledger import Filters, Series
from novacron.costs.top import TopResources
from novacron.costs.utilisation import BY, commitments
from novacron.errors import NotReady
from novacron.models.cost import (
    CostAnswer,
    CostMetric,
    CostQuestion,
    Days,
    Freshness,
)
from novacron.models.cost_import import Partition
from novacron.store.costs import CostStore

T = TypeVar("T")
FRESH = timedelta(hours=48)
"""Clouds write their bills at least once a day."""
TRIES = 3


class StoredLedger:
    """``Ledger`` of one tenant."""

    def __init__(self, store: CostStore, tenant: str, now: Callable[[], datetime]) -> None:
        self._store, self._tenant, self._now = store, tenant, now

    def ask(self, question: CostQuestion) -> CostAnswer:
        def asked(partitions: Sequence[Partition]) -> CostAnswer:
            shown = [one for one in partitions if question.estimates or not one.estimated]
            told = self._listed(question, shown) or self._answer(question, shown)
            exchange = exchanged(shown, question)
            fresh = self._freshness(partitions)
            return told.model_copy(update={"freshness": fresh, "exchange": exchange})

        return self._again(asked)

    def _listed(self, question: CostQuestion, partitions: Sequence[Partition]) -> CostAnswer | None:
        """From the resources that imports listed, where these decide."""
        found = TopResources(self._store, partitions, question).facts()
        if found is None:
            return None
        return answer(question, self._currency(), found.facts, rest=found.rest)

    def _answer(self, question: CostQuestion, partitions: Sequence[Partition]) -> CostAnswer:
        spans = [Days(start=question.start, end=question.end), *compared_days(question)]
        asked = (question.metric, question.filters, question.group_by)
        found = [facts(self._store, partitions, days, *asked) for days in spans]
        told = answer(question, self._currency(), *found)
        if "commitment" not in question.group_by:
            return told
        of_groups = {group.key["commitment"] for group in told.groups}
        used = commitments(
            question,
            lambda column: facts(self._store, partitions, spans[0], column, question.filters, BY),
        )
        listed = [one for one in used if one.commitment in of_groups]
        return told.model_copy(update={"commitments": listed})

    def _currency(self) -> str:
        return self._store.settings(self._tenant).currency

    def daily(self, days: Days, metric: CostMetric, filters: Filters) -> Series:
        return self._again(
            lambda there: _series(facts(self._store, there, days, metric, filters, ()))
        )

    def daily_by(
        self, days: Days, metric: CostMetric, filters: Filters, dimension: str
    ) -> dict[str, Series]:
        def asked(there: Sequence[Partition]) -> dict[str, Series]:
            by: defaultdict[str, list[Fact]] = defaultdict(list)
            for fact in facts(self._store, there, days, metric, filters, (dimension,)):
                by[fact.key[0]].append(fact)
            return {value: _series(found) for value, found in by.items()}

        return self._again(asked)

    def _again(self, work: Callable[[Sequence[Partition]], T]) -> T:
        """Read anew when a month was replaced while it was read. Raises NotReady in the end."""
        with exactly():
            for _ in range(TRIES - 1):
                try:
                    return work(list(self._store.partitions(self._tenant)))
                except NotReady:
                    continue
            return work(list(self._store.partitions(self._tenant)))

    def _freshness(self, partitions: Sequence[Partition]) -> list[Freshness]:
        by: defaultdict[str, list[Partition]] = defaultdict(list)
        for one in partitions:
            if not one.estimated:
                by[one.account_id].append(one)
        return [self._fresh(found) for _, found in sorted(by.items())]

    def _fresh(self, partitions: Sequence[Partition]) -> Freshness:
        newest = max(partitions, key=lambda one: one.imported_at)
        return Freshness(
            account_id=newest.account_id,
            provider=newest.provider,
            through=max((one.through for one in partitions if one.through), default=None),
            imported_at=newest.imported_at,
            stale=self._now() - newest.imported_at > FRESH,
        )


def _series(found: Iterable[Fact]) -> Series:
    series: defaultdict[date, Decimal] = defaultdict(Decimal)
    for fact in found:
        series[fact.day] += fact.amount
    return dict(sorted(series.items()))
