"""What advice has really saved: the resource's days on the bill before it was applied and after."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from statistics import variance

from novacron.costs.advice.bill import Bill, read
from novacron.costs.advice.on_bill import worth
from novacron.costs.advice.prices import CENT, HOURS
from novacron.costs.ledger import Ledger, Series
from novacron.errors import NotFound, NotReady, NovaCronError
from novacron.models.base import Model
from novacron.models.commitment import bill_key
from novacron.models.cost import Days
from novacron.models.operation import ResourceKind
from novacron.models.recommendation import (
    Recommendation,
    RecommendationKind,
    RecommendationState,
)
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


def measured(bill: Bill, found: Recommendation, provider_ids: list[str]) -> Realised | None:
    """The mean day before less the mean day after, as a month; None: no whole day after it has
    been billed yet.

    ``provider_ids``: the resource, and the snapshot that was kept of it. The day on which it was
    applied counts on neither side. A day without rows up to the account's last billed day cost
    nothing.
    """
    through = bill.through.get(found.account_id)
    if found.applied_at is None or through is None:
        return None
    day = found.applied_at.date()
    last = min(through, day + timedelta(days=MOST_AFTER))
    series: Series = {}
    for one in provider_ids:
        for at, amount in bill.resources.get(one, {}).items():
            series[at] = series.get(at, Decimal(0)) + amount
    first = max(day - timedelta(days=BEFORE_DAYS), min(series, default=day))
    before = _days(series, first, day)
    after = _days(series, day + timedelta(days=1), last + timedelta(days=1))
    if not before or not after:
        return None
    saving = _mean(before) - _mean(after)
    return Realised(saving=_month(saving), interval=_interval(saving, before, after), through=last)


def measure(services: Services, tenant: str, ledger: Ledger) -> int:
    """Measure what the tenant has applied; how many have a newer figure."""
    store, today = AdviceStore(services.store.table), services.now().date()
    applied = [
        store.get(tenant, one.id)
        for one in store.all(tenant)
        if one.state is RecommendationState.APPLIED
        and one.applied_at is not None
        # Bills name addresses in ways of their own.
        and one.kind is not RecommendationKind.UNUSED_ADDRESS
    ]
    since = min((one.applied_at.date() for one in applied if one.applied_at), default=today)
    if since == today:
        return 0
    bill = read(ledger, Days(start=since - timedelta(days=BEFORE_DAYS), end=today))
    return sum(_measure(services, ledger, bill, found) for found in applied)


def _measure(services: Services, ledger: Ledger, bill: Bill, found: Recommendation) -> bool:
    if found.kind is RecommendationKind.COMMIT:
        seen = _discount(ledger, found, services.now().date())
    else:
        seen = measured(bill, found, _ids(services, found))
    if seen is None or seen.through == found.realised_through:
        return False
    update = {
        "realised": seen.saving,
        "realised_interval": seen.interval,
        "realised_through": seen.through,
    }
    try:
        AdviceStore(services.store.table).save(found.model_copy(update=update), found)
    except NotReady:
        return False
    return True


def _discount(ledger: Ledger, found: Recommendation, today: date) -> Realised | None:
    """What the commitment that was bought has made cheaper since; None: it is on no bill yet."""
    bought = found.apply.body.get("bought", "") if found.apply else ""
    if found.applied_at is None:
        return None
    try:
        known = worth(ledger, found.account_id, today, found.applied_at.date() + timedelta(days=1))
    except NovaCronError:
        return None
    monthly = known.monthly.get(bill_key(bought))
    if monthly is None or known.through is None:
        return None
    return Realised(saving=monthly.quantize(CENT), interval=None, through=known.through)


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
