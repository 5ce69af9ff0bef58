"""Anomalies and new advice are told to the channels of the budget that a tenant's settings name.

Who finds something writes its notice down; the schedule that watches budgets sends what waits. What
a channel does not take is tried again for a day. Where the settings choose a digest, it is held for
that.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from novacron.costs.budgets.watch import MOST_TRIES
from novacron.errors import NotFound, NovaCronError
from novacron.models.anomaly import Anomaly
from novacron.models.budget import Budget, Channel
from novacron.models.cost_import import Digest
from novacron.models.notice import Notice
from novacron.models.recommendation import Recommendation
from novacron.operations.services import Services
from novacron.store.budgets import BudgetStore
from novacron.store.costs import CostStore
from novacron.store.notices import NoticeStore

Send = Callable[[Budget, Channel, Notice], None]
"""Sends one notice; NovaCronError when it was not taken."""


def write_down(services: Services, notice: Notice, severity: Decimal | None = None) -> None:
    """To be sent; the same notice once. Nothing where the tenant has named no channels.
    ``severity``: an anomaly's."""
    table = services.store.table
    settings, now = CostStore(table).settings(notice.tenant), services.now()
    if settings.notices is None:
        return
    bound = settings.urgent
    urgent = severity is not None and bound is not None and severity >= bound
    if settings.digest is not Digest.NONE and not urgent:
        notice = notice.model_copy(update={"held_at": now})
    NoticeStore(table).add(notice, now)


def of_anomaly(found: Anomaly) -> Notice:
    title = f"Costs of {found.scope.value} {found.value} on {found.day} are unusual"
    lines = [
        f"{title}: {found.amount:.2f} {found.currency}, expected {found.expected:.2f}.",
        f"Cause: {found.cause.value}.",
        f"Was it expected: novacron cost feedback {found.id} expected",
    ]
    told = found.model_dump(mode="json", exclude={"tenant", "feedback", "version"})
    return news(found.tenant, f"anomaly-{found.id}", title, lines, told)


def of_advice(owner: str, found: Recommendation) -> Notice:
    """Of the finding in the version that is about to be kept: found anew, it is told anew."""
    lines = [
        f"{found.title} ({found.resource_id}), owner {owner}.",
        f"Saves {found.saving} {found.currency} a month. {found.detail}",
        f"To see why: novacron recommend show {found.id}",
    ]
    kept = {"id", "kind", "account_id", "resource_id", "resource_name", "title", "detail"}
    kept |= {"saving", "currency", "confidence", "risk", "found_at"}
    told = {**found.model_dump(mode="json", include=kept), "owner": owner}
    return news(found.tenant, f"{found.id}-{found.version}", found.title, lines, told)


def news(
    tenant: str, notice_id: str, title: str, lines: list[str], told: dict[str, object]
) -> Notice:
    subject = " ".join(title.split()).encode("ascii", "replace").decode()[:100]
    return Notice(id=notice_id, tenant=tenant, subject=subject, text="\n".join(lines), told=told)


def send_waiting(services: Services, send: Send) -> int:
    """How many notices went out, or were given up. Safe to run at any time, and to be killed
    anywhere: a repeat carries the same id."""
    store, ended = NoticeStore(services.store.table), 0
    for notice in store.waiting():
        if notice.gathered:  # a digest that was killed before it was settled
            continue
        tried = _tried(services, notice, send)
        store.save(tried, services.now())
        ended += tried.done
    return ended


def _tried(services: Services, notice: Notice, send: Send) -> Notice:
    budget = _named(services, notice.tenant)
    channels = [] if budget is None else budget.channels
    delivered, failures = list(notice.delivered), dict[str, str]()
    for channel in channels:
        target = channel.model_dump_json()
        if budget is None or target in delivered:
            continue
        try:
            send(budget, channel, notice)
        except NovaCronError as error:
            failures[target] = error.detail
        else:
            delivered.append(target)
    tries = notice.tries + 1
    done = not failures or tries >= MOST_TRIES
    update = {"delivered": delivered, "failures": failures, "tries": tries, "done": done}
    return notice.model_copy(update=update)


def _named(services: Services, tenant: str) -> Budget | None:
    table = services.store.table
    named = CostStore(table).settings(tenant).notices
    try:
        return None if named is None else BudgetStore(table).get(tenant, named)
    except NotFound:
        return None
