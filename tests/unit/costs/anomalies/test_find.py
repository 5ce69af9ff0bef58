"""From a ledger's days to recorded anomalies."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from novacron.costs.anomalies.feedback import judge
from novacron.costs.anomalies.find import Search
from novacron.costs.anomalies.round import look
from novacron.errors import NotFound
from novacron.models.anomaly import Anomaly, AnomalyState, Cause, Feedback, Scope, Verdict
from novacron.models.base import PageRequest
from novacron.store.anomalies import AnomalyStore
from tests.ledgers import Books, Spent
from tests.world import World

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)
YESTERDAY = TODAY - DAY


def usual(days: int = 60, today: date = TODAY) -> list[Spent]:
    """Two VMs: one always the same, the other by the day of the week."""
    every = [today - n * DAY for n in range(days, 0, -1)]
    return [Spent(day, Decimal(10)) for day in every] + [
        Spent(day, Decimal(2 if day.weekday() > 4 else 8), resource="vm-2") for day in every
    ]


def search(world: World, rows: list[Spent], now: datetime = NOW) -> list[Anomaly]:
    table = world.services.store.table
    books = Books(rows, through=now.date() - DAY)
    return Search(books, AnomalyStore(table), "acme", now).new()


def on(day: date, amount: int, rows: list[Spent], listed: Decimal | None = None) -> list[Spent]:
    """``rows`` with another cost of vm-1 on a day."""
    return [
        Spent(day, Decimal(amount), listed=listed)
        if (one.day, one.resource) == (day, "vm-1")
        else one
        for one in rows
    ]


def test_nothing_is_found_in_what_goes_on_as_it_was(world: World) -> None:
    assert search(world, usual()) == []


def test_a_rise_is_found_within_a_day_in_each_scope_and_explained(world: World) -> None:
    found = {one.scope: one for one in search(world, on(YESTERDAY, 25, usual()))}
    assert set(found) == set(Scope)
    one = found[Scope.RESOURCE]
    assert (one.value, one.day, one.cause) == ("vm-1", YESTERDAY, Cause.USAGE)
    assert [one.amount, one.expected, one.severity] == [Decimal(n) for n in (25, 10, 15)]
    assert one.low <= 10 <= one.high < 25
    whole = found[Scope.SERVICE]
    assert whole.contributors[0].resource == "vm-1"
    assert whole.contributors[0].change == 15
    assert whole.severity == pytest.approx(Decimal(15), abs=Decimal(1))


def test_a_fall_is_found(world: World) -> None:
    found = search(world, on(YESTERDAY, 0, usual()))
    assert {(one.scope, one.value) for one in found} >= {(Scope.RESOURCE, "vm-1")}
    assert all(one.amount < one.low for one in found)


def test_a_dearer_price_for_the_same_use_is_a_price(world: World) -> None:
    rows = on(YESTERDAY, 20, usual(), listed=Decimal(10))
    [cause] = {one.cause for one in search(world, rows)}
    assert cause is Cause.PRICE


def test_without_list_prices_the_cause_is_unknown(world: World) -> None:
    rows = [Spent(one.day, one.amount, one.resource, listed=Decimal(0)) for one in usual()]
    found = search(world, on(YESTERDAY, 30, rows, listed=Decimal(0)))
    assert {one.cause for one in found} == {Cause.UNKNOWN}


def test_a_new_resource_is_the_cause_of_a_service_s_rise(world: World) -> None:
    rows = [*usual(), Spent(YESTERDAY, Decimal(40), resource="vm-new")]
    found = {one.scope: one for one in search(world, rows)}
    assert set(found) == {Scope.SERVICE, Scope.ACCOUNT}
    assert found[Scope.SERVICE].cause is Cause.NEW
    assert found[Scope.SERVICE].contributors[0].resource == "vm-new"


def test_a_small_rise_is_no_anomaly(world: World) -> None:
    tiny = [Spent(one.day, one.amount / 100, one.resource) for one in usual()]
    assert search(world, on(YESTERDAY, 1, tiny)) == []


def test_a_young_series_is_not_judged(world: World) -> None:
    assert search(world, on(YESTERDAY, 500, usual(30))) == []


def test_a_repeat_finds_nothing_new_and_a_new_level_is_told_once(world: World) -> None:
    rows = on(YESTERDAY, 25, usual())
    first = search(world, rows)
    assert first
    assert search(world, rows) == []
    for n in range(1, 10):
        today = TODAY + n * DAY
        level = [
            Spent(one.day, Decimal(25)) if one.resource == "vm-1" and one.day >= YESTERDAY else one
            for one in usual(60 + n, today)
        ]
        assert search(world, level, NOW + n * DAY) == []


def test_the_return_from_a_peak_is_no_anomaly(world: World) -> None:
    assert search(world, on(YESTERDAY, 500, usual()))
    for n in range(1, 5):
        today = TODAY + n * DAY
        rows = on(YESTERDAY, 500, usual(60 + n, today))
        assert search(world, rows, NOW + n * DAY) == []


def test_feedback_mutes_and_unmutes_what_is_alike(world: World) -> None:
    store = AnomalyStore(world.services.store.table)
    rows = on(YESTERDAY, 25, usual())
    one = next(one for one in search(world, rows) if one.scope is Scope.RESOURCE)
    muted = judge(store, "acme", one.id, Feedback(verdict=Verdict.EXPECTED, days=20), NOW)
    assert muted.state is AnomalyState.MUTED
    assert store.get("acme", one.id) == muted
    later = NOW + 2 * DAY
    again = on(later.date() - DAY, 90, on(YESTERDAY, 25, usual(62, later.date())))
    assert not [a for a in search(world, again, later) if a.scope is Scope.RESOURCE]
    confirmed = judge(store, "acme", one.id, Feedback(verdict=Verdict.CONFIRMED), NOW)
    assert confirmed.state is AnomalyState.CONFIRMED
    assert [a.value for a in search(world, again, later) if a.scope is Scope.RESOURCE] == ["vm-1"]


def test_a_mute_ends(world: World) -> None:
    store = AnomalyStore(world.services.store.table)
    one = search(world, on(YESTERDAY, 25, usual()))[0]
    judge(store, "acme", one.id, Feedback(verdict=Verdict.EXPECTED, days=1), NOW)
    assert store.muted("acme", one.scope, one.value, one.rising, TODAY)
    assert not store.muted("acme", one.scope, one.value, not one.rising, TODAY)
    assert not store.muted("acme", one.scope, one.value, one.rising, TODAY + DAY)


def test_another_tenant_has_none_of_it(world: World) -> None:
    store = AnomalyStore(world.services.store.table)
    one = search(world, on(YESTERDAY, 25, usual()))[0]
    assert store.page("umbrella", PageRequest()).items == []
    with pytest.raises(NotFound):
        judge(store, "umbrella", one.id, Feedback(verdict=Verdict.EXPECTED), NOW)


def test_a_round_tells_of_each_once_and_goes_on_after_a_failure(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = Books(on(YESTERDAY, 25, usual()), through=YESTERDAY)
    other = world.account.model_copy(update={"id": "acc-9", "tenant": "aaa"})
    world.services.store.save_account(other)

    def ledger(tenant: str) -> Books:
        if tenant == "aaa":
            raise NotFound("gone")
        return books

    monkeypatch.setattr(world.services, "ledger", ledger)
    monkeypatch.setattr(world.services, "now", lambda: NOW)
    told: list[Anomaly] = []
    report = look(world.services, told.append)
    assert (report.tenants, report.found, report.failed) == (2, len(told), ["aaa"])
    assert len(told) == 3
    assert look(world.services, told.append).found == 0
