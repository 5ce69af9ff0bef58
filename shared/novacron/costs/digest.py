"""Where a tenant's settings choose a digest, what was found in a day or a week is told as one.

What is found is held in the outbox. The first run after a period gathers it into one notice, which
then goes the way of all others. The notice names what it has gathered until all of that is settled:
who is killed in between goes on from there. A period without news has a notice that goes nowhere.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice

from novacron.costs.budgets.periods import midnight
from novacron.costs.summary import lines, summarise, title
from novacron.costs.telling import news
from novacron.models.cost_import import Digest
from novacron.models.digest import ListedAdvice, ListedAnomaly
from novacron.models.notice import Notice
from novacron.models.recommendation import RecommendationState
from novacron.operations.services import Services
from novacron.store.budgets import BudgetStore
from novacron.store.costs import CostStore
from novacron.store.notices import NoticeStore
from novacron.store.recommendations import AdviceStore

MOST = 4000
"""What one digest gathers, so that its record is within DynamoDB's 400 KB; the next has the rest
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html)."""
STILL_NEWS = frozenset({RecommendationState.NOTICED, RecommendationState.OPEN})


def sum_up(services: Services) -> None:
    """Safe to run at any time, and to be killed anywhere. Raises Throttled."""
    table = services.store.table
    store = NoticeStore(table)
    for digest in store.waiting():
        if digest.gathered:  # a run was killed: before anything else is gathered
            store.settle(digest, services.now())
    for tenant in sorted({one.tenant for one in BudgetStore(table).everybodys()}):
        settings = CostStore(table).settings(tenant)
        if settings.notices is not None:
            _gather(services, store, tenant, _until(settings.digest, services.now()))


def _until(every: Digest, now: datetime) -> datetime:
    """When the last period ended. What is held though no digest is chosen any more goes as daily
    ones do."""
    day = now.astimezone(UTC).date()
    if every is Digest.WEEKLY:
        day -= timedelta(days=day.weekday())
    return midnight(day)


def _gather(services: Services, store: NoticeStore, tenant: str, until: datetime) -> None:
    digest_id = f"digest-{until:%Y-%m-%d}"
    if store.find(tenant, digest_id) is not None:
        return
    held = (one for one in store.held(tenant) if one.held_at is not None and one.held_at < until)
    digest = _digest(services, tenant, digest_id, until, list(islice(held, MOST)))
    if store.add(digest, services.now()):
        store.settle(digest, services.now())


def _digest(
    services: Services, tenant: str, digest_id: str, until: datetime, held: list[Notice]
) -> Notice:
    advice = _advice(services, tenant, [one for one in held if "owner" in one.told])
    anomalies = [ListedAnomaly(**one.told) for one in held if "owner" not in one.told]
    summary = summarise(until, advice, anomalies)
    told = summary.model_dump(mode="json") if advice or anomalies else {}
    digest = news(tenant, digest_id, title(summary), list(lines(summary)), told)
    gathered = [one.id for one in held]
    return digest.model_copy(update={"gathered": gathered, "done": not gathered})


def _advice(services: Services, tenant: str, held: list[Notice]) -> list[ListedAdvice]:
    """What was found twice once; without what is no longer true or was acted on meanwhile."""
    if not held:
        return []
    found = sorted((ListedAdvice(**one.told) for one in held), key=lambda one: one.found_at)
    past = {
        (one.id, one.found_at)
        for one in AdviceStore(services.store.table).all(tenant)
        if one.state not in STILL_NEWS
    }
    newest = {one.id: one for one in found}.values()
    return [one for one in newest if (one.id, one.found_at) not in past]
