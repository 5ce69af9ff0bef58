"""Anomalies and advice to the channels of the budget that the settings name."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from novacron.costs.advice.notice import TenantNotifier
from novacron.costs.anomalies.round import look
from novacron.costs.budgets.manage import delete_budget
from novacron.costs.budgets.watch import MOST_TRIES
from novacron.costs.settings import replace_settings
from novacron.costs.telling import of_anomaly, send_waiting
from novacron.errors import Conflict, NotFound
from novacron.models.cost_import import CostSettings
from tests.handlers.foreseeing import FOUND
from tests.ledgers import Books, Spent
from tests.noticed import Post, advice, name_channels
from tests.world import World


def test_each_channel_gets_the_news_once_though_it_is_written_down_twice(world: World) -> None:
    name_channels(world)
    notifier, post = TenantNotifier(world.services), Post()
    for _ in range(2):
        notifier.notice("ann", advice(world))
    post.down = {"email"}
    assert send_waiting(world.services, post) == 0
    post.down = set()
    assert send_waiting(world.services, post) == 1
    assert send_waiting(world.services, post) == 0
    assert [kind for kind, _ in post.taken] == ["sns", "email"]
    [notice] = {one.id: one for _, one in post.taken}.values()
    assert notice.subject == "web ? does nothing", "what a mail's subject may be"
    assert "owner ann" in notice.text
    assert (notice.told["saving"], notice.told["owner"]) == ("7.30", "ann")
    notifier.notice("ann", advice(world))
    assert send_waiting(world.services, post) == 0
    notifier.notice("ann", advice(world, version=4))
    assert send_waiting(world.services, post) == 1, "found anew, it is told anew"


@pytest.mark.parametrize("settings", [{}, {"digest": "daily", "urgent": "1"}])
def test_a_round_of_anomalies_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]
) -> None:
    name_channels(world, **settings)
    today = date(2026, 11, 20)
    days = [today - timedelta(days=n) for n in range(60, 0, -1)]
    rows = [Spent(day, Decimal(10)) for day in days] + [Spent(days[-1], Decimal(40))]
    books = Books(rows, through=days[-1])
    monkeypatch.setattr(world.services, "ledger", lambda _: books)
    world.clock.at = world.clock.at.replace(month=11, day=20, hour=9)
    post = Post()
    found = look(world.services, lambda _: None).found
    assert found > 0
    assert look(world.services, lambda _: None).found == 0
    assert send_waiting(world.services, post) == found
    assert len(post.taken) == 2 * found
    assert all("expected 10.00" in one.text for _, one in post.taken)


def test_a_channel_that_stays_down_is_given_up_after_a_day(world: World) -> None:
    name_channels(world)
    post = Post()
    post.down = {"sns", "email"}
    TenantNotifier(world.services).notice("ann", advice(world))
    ended = [send_waiting(world.services, post) for _ in range(MOST_TRIES + 2)]
    assert ended.index(1) == MOST_TRIES - 1
    assert sum(ended) == 1


def test_nothing_is_sent_where_no_budget_is_named(world: World) -> None:
    TenantNotifier(world.services).notice("ann", advice(world))
    name_channels(world)
    post = Post()
    assert send_waiting(world.services, post) == 0
    assert post.taken == []


def test_the_named_budget_is_the_tenants_own_and_stays(world: World) -> None:
    named = name_channels(world)
    with pytest.raises(NotFound) as refused:
        replace_settings(world.services, "umbrella", CostSettings(notices=named))
    assert refused.value.field == "notices"
    with pytest.raises(Conflict, match="channels"):
        delete_budget(world.services, "acme", named)
    replace_settings(world.services, "acme", CostSettings(version=1))
    assert delete_budget(world.services, "acme", named).id == named


def test_an_anomaly_says_what_to_do_with_it() -> None:
    notice = of_anomaly(FOUND)
    assert notice.subject == "Costs of resource vm-ours on 2026-02-28 are unusual"
    assert f"novacron cost feedback {FOUND.id} expected" in notice.text
    assert "tenant" not in notice.told
