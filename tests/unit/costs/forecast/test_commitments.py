"""A forecast knows when what makes VMs cheap ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from novacron.costs.advice.sightings import look_all
from novacron.costs.forecast.answer import forecast
from novacron.costs.forecast.commitments import endings
from novacron.costs.imports import import_delivery
from novacron.costs.ledger import Ledger
from novacron.models.commitment import Commitment
from novacron.models.cost import CostMetric
from novacron.models.forecast import ForecastQuestion, PlannedChange
from tests.bills import Bills, committed, row
from tests.world import World

NOW = datetime(2026, 2, 28, 12, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def ledger(world: World, tmp_path: Path) -> Ledger:
    """Each day 3 for what costs 5 at list price, by "ri"; "sp" is on no bill."""
    world.services.cost_store = f"file://{tmp_path}/costs"
    told = committed("arn:x/ri", "Used", Decimal(24))
    rows = [row(date(2026, 2, day), "3", ListCost=Decimal(5), **told) for day in range(1, 28)]
    world.clock.at = NOW
    source = Bills(rows)
    import_delivery(world.services, world.account, source, source.delivery("1", NOW))
    with world.provider.opened():
        for name, days, renews in (("ri", 10, False), ("sp", 12, False), ("renews", 9, True)):
            world.provider.cloud.commitments[name] = Commitment.model_validate(
                {
                    "id": name,
                    "name": name,
                    "kind": "usage",
                    "region": None,
                    "covers": "",
                    "amount": "2 x t3.large",
                    "start": NOW - timedelta(days=300),
                    "end": NOW + timedelta(days=days),
                    "renews": renews,
                }
            )
    look_all(world.services, world.account)
    return world.services.ledger("acme")


def _changes(world: World, ledger: Ledger, **asked: Any) -> list[PlannedChange]:
    question = ForecastQuestion.model_validate(asked)
    return list(endings(world.services, "acme", ledger, question, TODAY))


def test_each_day_after_the_end_costs_more_by_the_discount(world: World, ledger: Ledger) -> None:
    [change] = _changes(world, ledger)
    assert (change.start, change.daily, change.key) == (date(2026, 3, 10), Decimal(2), {})
    assert change.reason == "ri ends"
    without = forecast(ledger, ForecastQuestion(until="quarter"), TODAY)
    known = ForecastQuestion.model_validate({"until": "quarter", "changes": [change]})
    [group], [bare] = forecast(ledger, known, TODAY).groups, without.groups
    gained = {a.day: a.amount - b.amount for a, b in zip(group.points, bare.points, strict=True)}
    assert {day for day, more in gained.items() if more == 2} == {
        day for day in gained if day >= change.start
    }
    assert set(gained.values()) == {Decimal(0), Decimal(2)}


def test_by_account_it_is_the_accounts(world: World, ledger: Ledger) -> None:
    [change] = _changes(world, ledger, group_by=["account"])
    assert change.key == {"account": world.account.id}
    assert _changes(world, ledger, filters={"account": ["acc-other"]}) == []
    assert len(_changes(world, ledger, filters={"account": [world.account.id]})) == 1


@pytest.mark.parametrize(
    "asked",
    [{"group_by": ["service"]}, {"filters": {"region": ["n"]}}, {"metric": CostMetric.BILLED}],
)
def test_where_nobody_knows_whose_the_discount_is(
    world: World, ledger: Ledger, asked: dict[str, Any]
) -> None:
    assert _changes(world, ledger, **asked) == []
