"""Commitments that end soon: seen at the provider, valued by the bill."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from novacron.costs.advice.expiring import find, held
from novacron.costs.advice.finding import Finding, Scene
from novacron.costs.advice.listing import calendar
from novacron.costs.advice.prices import Prices
from novacron.costs.advice.rules import SHIPPED, rule_book
from novacron.costs.advice.sightings import look_all
from novacron.costs.imports import import_delivery
from novacron.costs.ledger import Ledger
from novacron.errors import PermissionDenied
from novacron.models.advice import RuleEdits
from novacron.models.commitment import Commitment
from novacron.models.recommendation import RecommendationKind
from novacron.models.sighting import Sightings
from novacron.providers.memory.provider import MemoryProvider
from tests.bills import Bills, committed, row
from tests.world import World

KIND = RecommendationKind.EXPIRING_COMMITMENT
RULE = next(rule for rule in SHIPPED if rule.kind is KIND)
NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
ARN = "arn:aws:ec2:us-east-1:123456789012:reserved-instances/"


def _held(world: World, id: str, days: float, **told: object) -> None:
    given = {"id": id, "name": f"2 x {id}", "kind": "usage", "region": "north", "covers": "t3."}
    more = {"amount": "2 x t3.large", "start": NOW - timedelta(days=300), "renews": False}
    end = NOW + timedelta(days=days, hours=1)
    one = Commitment.model_validate({**given, **more, "end": end, **told})
    with world.provider.opened():
        world.provider.cloud.commitments[id] = one


def _find(world: World, ledger: Ledger | None = None, **edits: object) -> list[Finding]:
    world.clock.at = NOW
    seen, unread = look_all(world.services, world.account)
    assert not unread
    kept = Sightings.model_validate_json(Sightings(items=seen[KIND]).model_dump_json())
    book = rule_book(RuleEdits.model_validate(edits))
    scene = Scene(
        services=world.services,
        tenant="acme",
        now=world.clock(),
        book=book,
        accounts={world.account.id: world.account},
        everything=[],
        usages={},
        prices=Prices(world.services, ledger),
        unused={KIND: kept.items},
    )
    return list(find(scene, next(rule for rule in book.rules if rule.kind is KIND)))


def test_it_is_told_so_many_days_before_its_end(world: World) -> None:
    _held(world, "soon", 59)
    _held(world, "later", 61)
    _held(world, "over", -1)
    [found] = _find(world)
    assert (found.record.id, found.title) == ("soon", "2 x soon ends on 2026-04-29")
    assert (found.evidence[0].observed, found.evidence[0].threshold) == (59, 60)
    assert (found.apply, found.saving.monthly) == (None, None)
    assert found.saving.unknown == ["what it saves: the bill does not name it"]
    rules = {KIND.value: {"thresholds": {"days": 90}}}
    assert {one.record.id for one in _find(world, rules=rules)} == {"soon", "later"}


def test_one_that_renews_itself_says_so(world: World) -> None:
    _held(world, "cud", 10, renews=True)
    [found] = _find(world)
    assert found.title == "2 x cud ends on 2026-03-11, and renews"
    assert "It renews itself" in found.detail


@pytest.fixture
def ledger(world: World, tmp_path: Path) -> Ledger:
    """Since the month began: 4 a day at list price for 3, of which nobody used 1 on two days."""
    world.services.cost_store = f"file://{tmp_path}/costs"
    rows = []
    for day in range(1, 29):
        told = committed(f"{ARN}Soon", "Used", Decimal(24))
        rows.append(row(date(2026, 2, day), "3", ListCost=Decimal(4), **told))
        if day < 3:
            waste = committed(f"{ARN}Soon", "Unused", Decimal(8))
            rows.append(row(date(2026, 2, day), "1", ListCost=Decimal(0), ResourceId="r", **waste))
    source = Bills(rows)
    import_delivery(world.services, world.account, source, source.delivery("1", NOW))
    return world.services.ledger("acme")


def test_its_worth_is_the_bills(world: World, ledger: Ledger) -> None:
    _held(world, "soon", 30)
    [found] = _find(world, ledger)
    # The last day may lack hours: 27 days of 1, less 2 that nobody used.
    assert found.saving.monthly == (Decimal(25) * 730 / (27 * 24)).quantize(Decimal("0.01"))
    assert found.saving.unknown == []


def test_what_cannot_be_read_is_as_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _held(world, "soon", 30)
    before, _ = look_all(world.services, world.account)
    assert len(before[KIND]) == 1

    def refused(*_: object) -> None:
        raise PermissionDenied("The role lacks it.")

    monkeypatch.setattr(MemoryProvider, "list_commitments", refused)
    seen, unread = look_all(world.services, world.account)
    assert seen[KIND] == before[KIND]
    assert unread == {f"{world.account.id} {KIND.value}": "The role lacks it."}


def test_a_provider_without_any_has_none(world: World) -> None:
    assert list(held(world.provider)) == []


def test_the_calendar_has_all_that_is_held(world: World) -> None:
    assert calendar(world.services, "acme").items == []
    _held(world, "later", 300)
    _held(world, "soon", 10)
    _held(world, "over", -1)
    look_all(world.services, world.account)
    world.clock.at = NOW
    found = calendar(world.services, "acme").items
    assert [(one.id, one.days) for one in found] == [("soon", 10), ("later", 300)]
    assert found[0].account_id == world.account.id
    assert calendar(world.services, "umbrella").items == []
