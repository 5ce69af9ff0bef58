"""What is found in a day or a week is told at its end, as one notice, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import boto3
import pytest

from novacron.costs.advice.notice import TenantNotifier
from novacron.costs.budgets.notices import body
from novacron.costs.digest import sum_up
from novacron.costs.telling import of_advice, of_anomaly, send_waiting, write_down
from novacron.models.budget import SnsChannel
from novacron.models.cost_import import CostSettings, Digest
from novacron.models.notice import Notice
from novacron.models.recommendation import RecommendationState
from novacron.runtime.notices import Notices
from novacron.store.budgets import BudgetStore
from novacron.store.costs import CostStore
from novacron.store.notices import NoticeStore
from novacron.store.recommendations import AdviceStore
from tests.handlers.foreseeing import FOUND
from tests.noticed import Post, advice, name_channels
from tests.world import World

MOST_OF_SNS = 256 * 1024
THURSDAY = datetime(2026, 1, 1, tzinfo=UTC)
FRIDAY, MONDAY = THURSDAY + timedelta(days=1), THURSDAY + timedelta(days=4)


def _found(world: World, number: int = 1, owner: str = "ann", **told: Any) -> None:
    one = advice(world, **{"id": f"rec-{number}", "resource_id": f"vm-{number}", **told})
    TenantNotifier(world.services).notice(owner, one)


def _run(world: World, post: Post, at: datetime) -> list[Notice]:
    """What comes by e-mail of a run at that time, or of a repeat of it."""
    world.clock.at = max(at, world.clock.at)
    before = len(post.taken)
    for _ in range(2):
        sum_up(world.services)
        send_waiting(world.services, post)
    return [notice for kind, notice in post.taken[before:] if kind == "email"]


def test_a_day_is_told_at_its_end_once_and_what_comes_late_the_next_day(world: World) -> None:
    name_channels(world, digest="daily")
    post = Post()
    _found(world, 1)
    assert _run(world, post, THURSDAY + timedelta(hours=23)) == []
    world.clock.at = FRIDAY
    _found(world, 2)
    [thursday] = _run(world, post, FRIDAY)
    assert [kind for kind, _ in post.taken] == ["sns", "email"]
    assert thursday.subject == "New until 2026-01-02: advice 1, anomalies 0"
    [ann] = thursday.told["owners"]
    assert [one["id"] for one in ann["largest"]] == ["rec-1"]
    _found(world, 1)
    assert _run(world, post, FRIDAY + timedelta(hours=23)) == []
    [friday] = _run(world, post, FRIDAY + timedelta(days=1))
    assert "rec-2" in friday.text
    assert "rec-1" not in friday.text
    assert _run(world, post, FRIDAY + timedelta(days=9)) == [], "nothing was found"


def test_a_week_is_told_on_monday_or_as_soon_as_there_is_a_run(world: World) -> None:
    name_channels(world, digest="weekly")
    post = Post()
    _found(world)
    assert _run(world, post, MONDAY - timedelta(minutes=1)) == []
    [notice] = _run(world, post, MONDAY + timedelta(days=1))
    assert notice.id == "digest-2026-01-05"


def test_a_severe_anomaly_is_told_at_once_and_the_others_by_impact(world: World) -> None:
    name_channels(world, digest="daily", urgent="80")
    post = Post()
    for number in range(12):
        small = {"id": f"20260228-{number}", "severity": Decimal(number), "value": f"vm {number}"}
        write_down(world.services, of_anomaly(FOUND.model_copy(update=small)), Decimal(number))
    write_down(world.services, of_anomaly(FOUND), FOUND.severity)
    [at_once] = _run(world, post, THURSDAY)
    assert at_once.id == f"anomaly-{FOUND.id}"
    [notice] = _run(world, post, FRIDAY)
    assert notice.subject == "New until 2026-01-02: advice 0, anomalies 12"
    assert [one["severity"] for one in notice.told["largest_anomalies"]] == [
        str(number) for number in range(11, 1, -1)
    ]
    assert (notice.told["more_anomalies"], FOUND.id in notice.text) == (2, False)
    assert "and 2 more: novacron cost anomalies" in notice.text
    assert "saves" not in notice.text


def test_owners_and_currencies_are_told_apart(world: World) -> None:
    name_channels(world, digest="daily")
    _found(world, 1, "ann", saving=Decimal("7.30"))
    _found(world, 2, "bob", saving=Decimal("20.50"))
    _found(world, 3, "bob", saving=Decimal(30), currency="EUR")
    [notice] = _run(world, Post(), FRIDAY)
    assert notice.told["saving"] == {"EUR": "30", "USD": "27.80"}
    bob, ann = notice.told["owners"]
    assert (bob["owner"], bob["count"], bob["saving"]) == ("bob", 2, {"EUR": "30", "USD": "20.50"})
    assert (ann["owner"], ann["count"], ann["saving"]) == ("ann", 1, {"USD": "7.30"})
    assert notice.text == "\n".join(
        [
            "New until 2026-01-02: advice 3, anomalies 0.",
            "The advice saves up to 30.00 EUR and 27.80 USD a month.",
            "",
            "Owner bob: 2, up to 30.00 EUR and 20.50 USD a month",
            "- 30.00 EUR: web é does nothing (vm-3), rec-3",
            "- 20.50 USD: web é does nothing (vm-2), rec-2",
            "",
            "Owner ann: 1, up to 7.30 USD a month",
            "- 7.30 USD: web é does nothing (vm-1), rec-1",
            "",
            "To see why: novacron recommend show ID",
        ]
    )


def test_what_is_past_is_not_told_and_what_is_found_anew_is_told_once(world: World) -> None:
    name_channels(world, digest="daily")
    store = AdviceStore(world.services.store.table)
    past, anew = advice(world, id="rec-1"), advice(world, id="rec-2")
    for one in (past, anew):
        TenantNotifier(world.services).notice("ann", one)
        kept = store.save(one, None)
        store.save(kept.model_copy(update={"state": RecommendationState.GONE}), kept)
    again = advice(world, id="rec-2", version=2, saving=Decimal(9))
    TenantNotifier(world.services).notice("ann", again)
    [notice] = _run(world, Post(), FRIDAY)
    assert (notice.told["advice"], notice.told["saving"]) == (1, {"USD": "9"})
    _found(world, 1, found_at=past.found_at)
    TenantNotifier(world.services).notice("ann", past.model_copy(update={"version": 7}))
    assert _run(world, Post(), FRIDAY + timedelta(days=1)) == [], "nothing of it is news any more"


def test_what_is_held_goes_though_no_digest_is_chosen_any_more(world: World) -> None:
    name_channels(world, digest="weekly")
    _found(world, 1)
    store = CostStore(world.services.store.table)
    without = store.settings("acme").model_dump(exclude={"digest"})
    store.save_settings("acme", CostSettings(**without))
    _found(world, 2)
    post = Post()
    [by_itself] = _run(world, post, THURSDAY)
    assert by_itself.id == "rec-2-0"
    [digest] = _run(world, post, FRIDAY)
    assert "rec-1" in digest.text


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("later", [timedelta(minutes=15), timedelta(days=1)])
@pytest.mark.parametrize("after", range(7))
def test_a_run_that_is_killed_loses_nothing_and_tells_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch, after: int, later: timedelta
) -> None:
    """Killed before its ``after``-th write: of the digest, of each of three that it has gathered,
    that they are settled, and of what was sent; the last is not killed."""
    name_channels(world, digest="daily")
    for number in range(3):
        _found(world, number)
    writes, post, table = [0], Post(), world.services.store.table
    put: Callable[..., None] = table.put

    def killed(*given: Any) -> None:
        if writes[0] == after:
            raise Killed
        writes[0] += 1
        put(*given)

    with monkeypatch.context() as patched:
        patched.setattr(table, "put", killed)
        if after < 6:
            with pytest.raises(Killed):
                _run(world, post, FRIDAY)
        else:
            _run(world, post, FRIDAY)
    _found(world, 9)
    _run(world, post, FRIDAY + later)
    _run(world, post, FRIDAY + 2 * later)
    mails = {notice.id: notice for kind, notice in post.taken if kind == "email"}
    told = [one["id"] for notice in mails.values() for one in notice.told["owners"][0]["largest"]]
    sent_before_it_was_known = 1 if after == 5 else 0
    assert len(post.taken) == 2 * (len(mails) + sent_before_it_was_known)
    assert sorted(told) == ["rec-0", "rec-1", "rec-2"] + ["rec-9"] * (later.days)
    assert list(NoticeStore(table).held("acme")) == [] or not later.days


def test_of_100_the_largest_are_told_and_sns_takes_it(world: World) -> None:
    named = name_channels(world, digest="daily")
    for number in range(100):
        _found(world, number, saving=Decimal(number))
    [notice] = _run(world, Post(), FRIDAY)
    [ann] = notice.told["owners"]
    assert (notice.told["advice"], ann["count"], ann["more"]) == (100, 100, 90)
    assert notice.told["saving"] == {"USD": str(sum(range(100)))}
    assert [one["id"] for one in ann["largest"]] == [f"rec-{n}" for n in range(99, 89, -1)]
    assert "and 90 more: novacron recommend list" in notice.text
    topic = boto3.client("sns").create_topic(Name="novacron-costs")["TopicArn"]
    budget = BudgetStore(world.services.store.table).get("acme", named)
    Notices(world.services).send(budget, SnsChannel(topic=topic), notice)


def test_the_largest_digest_is_one_that_sns_and_the_table_take(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as titles and ids can be, in letters that JSON needs twelve bytes for."""
    name_channels(world, digest="daily")
    long, gathered = "\U0001d400" * 300, list[Notice]()
    for number in range(12):
        told = {"title": long, "resource_id": "x" * 512, "saving": Decimal(10**9)}
        for other in range(12):
            one = advice(world, **told, id=f"rec-{number:010}{other:010}")
            write_down(world.services, of_advice(f"{number}{long}", one))
        odd = FOUND.model_copy(update={"id": f"20260228-{number:016}", "value": long})
        write_down(world.services, of_anomaly(odd), odd.severity)
    settle = NoticeStore.settle

    def seen(self: NoticeStore, digest: Notice, now: datetime) -> None:
        gathered.append(digest)
        settle(self, digest, now)

    monkeypatch.setattr(NoticeStore, "settle", seen)
    [notice] = _run(world, Post(), FRIDAY)
    assert (notice.told["more_owners"], notice.told["owners"][0]["more"]) == (2, 2)
    assert len(body(notice)) < MOST_OF_SNS
    names = gathered[0].gathered
    assert len(names) == 12 * 13
    most = gathered[0].model_copy(update={"gathered": [names[-1]] * 4000})
    assert len(most.model_dump_json().encode()) < 400 * 1000


def test_a_digest_that_is_too_large_leaves_the_rest_to_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("novacron.costs.digest.MOST", 2)
    name_channels(world, digest="daily")
    for number in range(3):
        _found(world, number)
    post = Post()
    days = [_run(world, post, FRIDAY + timedelta(days=day)) for day in range(3)]
    assert [[one.told["advice"] for one in day] for day in days] == [[2], [1], []]


def test_a_tenant_is_told_of_its_own(world: World) -> None:
    settings = CostSettings(notices=name_channels(world, digest="daily"), digest=Digest.DAILY)
    CostStore(world.services.store.table).save_settings("umbrella", settings)
    _found(world, tenant="umbrella")
    assert _run(world, Post(), FRIDAY) == []
    [theirs] = NoticeStore(world.services.store.table).held("umbrella")
    assert theirs.told["id"] == "rec-1"
