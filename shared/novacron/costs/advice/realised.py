"""What advice has really saved: the resource's days on the bill before it was applied and after."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from statistics import variance

from novacron.costs.advice.prices import CENT, HOURS
from novacron.costs.ledger import Ledger, Series
from novacron.errors import NotFound, NotReady
from novacron.models.base import Model
from novacron.models.cost import CostMetric, CostQuestion, Days, Granularity
from novacron.models.operation import ResourceKind
from novacron.models.recommendation import Recommendation, RecommendationState
from novacron.operations.services import Services
from novacron.store.recommendations import AdviceStore

BEFORE_DAYS, MOST_AFTER = 14, 90
Z = Decimal("1.96")
"""Of a 95% interval."""


class Realised(Model):
    """A month's saving; ``interval`` None: fewer than two days on a side. ``through``: the last
    day of the bill."""

    saving: Decimal
    interval: tuple[Decimal, Decimal] | None
    through: date


def measured(ledger: Ledger, found: Recommendation, provider_ids: list[str]) -> Realised | None:
    """The mean day before less the mean day after, as a month; None: no whole day after it has
    been billed yet.

    ``provider_ids``: the resource, and what was made in its place (the snapshot that was kept, the
    volume made again). The day on which it was applied counts on neither side. A day without rows
    up to the account's last billed day cost nothing.
    """
    if found.applied_at is None or not provider_ids:
        return None
    day = found.applied_at.date()
    start, end = day - timedelta(days=BEFORE_DAYS), day + timedelta(days=MOST_AFTER + 1)
    through = _through(ledger, found.account_id, start, end)
    if through is None or through <= day:
        return None
    last = min(through, end - timedelta(days=1))
    filters = {"resource": provider_ids}
    span = Days(start=start, end=last + timedelta(days=1))
    series = ledger.daily(span, CostMetric.BILLED, filters)
    before = _days(series, max(start, min(series, default=day)), day)
    after = _days(series, day + timedelta(days=1), last + timedelta(days=1))
    if not before or not after:
        return None
    saving = _mean(before) - _mean(after)
    return Realised(saving=_month(saving), interval=_interval(saving, before, after), through=last)


def measure(services: Services, tenant: str, ledger: Ledger) -> int:
    """Measure what the tenant has applied; how many have a newer figure."""
    store, count = AdviceStore(services.store.table), 0
    for brief in store.all(tenant):
        if brief.state is not RecommendationState.APPLIED:
            continue
        found = store.get(tenant, brief.id)
        seen = measured(ledger, found, _ids(services, found))
        if seen is None or seen.through == found.realised_through:
            continue
        update = {
            "realised": seen.saving,
            "realised_interval": seen.interval,
            "realised_through": seen.through,
        }
        with suppress(NotReady):
            store.save(found.model_copy(update=update), found)
            count += 1
    return count


def _ids(services: Services, found: Recommendation) -> list[str]:
    """The provider's ids of the resource, and of the snapshot that was kept of it."""
    kept = found.revert.body.get("snapshot_id") if found.revert else None
    wanted = [(ResourceKind(found.resource_id.partition("-")[0]), found.resource_id)]
    wanted += [(ResourceKind.SNAPSHOT, kept)] if kept else []
    ids = []
    for kind, resource in wanted:
        with suppress(NotFound):
            ids.append(services.store.resource(found.tenant, kind, resource).provider_id)
    return [one for one in ids if one]


def _through(ledger: Ledger, account_id: str, start: date, end: date) -> date | None:
    """The last day that the account's bill has."""
    question = CostQuestion(
        start=start,
        end=end,
        granularity=Granularity.TOTAL,
        filters={"account": [account_id]},
        estimates=False,
    )
    told = [one.through for one in ledger.ask(question).freshness if one.account_id == account_id]
    known = [one for one in told if one is not None]
    return max(known, default=None)


def _days(series: Series, start: date, end: date) -> list[Decimal]:
    count = (end - start).days
    return [series.get(start + timedelta(days=n), Decimal(0)) for n in range(max(count, 0))]


def _mean(days: list[Decimal]) -> Decimal:
    return sum(days, Decimal(0)) / len(days)


def _interval(
    saving: Decimal, before: list[Decimal], after: list[Decimal]
) -> tuple[Decimal, Decimal] | None:
    """Welch's, for two sides of different spread."""
    if len(before) < 2 or len(after) < 2:
        return None
    spread = sum((variance(days) / len(days) for days in (before, after)), Decimal(0))
    half = Z * spread.sqrt()
    return (_month(saving - half), _month(saving + half))


def _month(day: Decimal) -> Decimal:
    return (day * HOURS / 24).quantize(CENT)
