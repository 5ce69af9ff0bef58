"""Savings plans over what reservations leave, at prices that are put in the catalog's place."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from novacron.costs.advice import commit
from novacron.costs.advice.finding import Finding, Scene
from novacron.costs.advice.prices import Prices
from novacron.costs.advice.rules import rule_book
from novacron.costs.commitments import units
from novacron.costs.commitments.plan import plan_cost
from novacron.costs.commitments.pools import Pool
from novacron.models.account import ProviderType
from novacron.models.advice import RuleEdits
from novacron.models.commitment import Commitment
from novacron.models.price import PriceKind, PriceRow, Unit
from novacron.models.recommendation import RecommendationKind as Kind
from novacron.models.sighting import Sighting
from tests.world import World

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
SMALL, LARGE, OTHER = "Standard_D2s_v5", "Standard_D4s_v5", "Standard_F2s_v2"
ON_DEMAND = {SMALL: "0.1", LARGE: "0.2", OTHER: "0.08"}
RESERVED = {SMALL: "0.06", LARGE: "0.12"}
PLANS = {SMALL: "0.07", LARGE: "0.14", OTHER: "0.06"}


def _row(kind: PriceKind, name: str, price: str, **told: str) -> PriceRow:
    given: dict[str, Any] = {
        "provider": ProviderType.AZURE,
        "region": "westeurope",
        "kind": kind,
        "name": name,
        "unit": Unit.HOUR,
        "price": Decimal(price),
        "currency": "USD",
        "source": "test",
        "licence": "test",
        "as_of": date(2026, 1, 1),
        "stale": False,
    }
    return PriceRow.model_validate(given | told)


@pytest.fixture(autouse=True)
def catalog(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    plans = dict(PLANS)

    def rates(_provider: object, _region: str, kind: PriceKind, _today: date) -> list[PriceRow]:
        if kind is PriceKind.ON_DEMAND:
            return [_row(kind, name, price) for name, price in ON_DEMAND.items()]
        kept = [
            _row(kind, name, price, term="1y", payment="reservation")
            for name, price in RESERVED.items()
        ]
        return kept + [
            _row(kind, name, price, term="1y", payment="savings-plan")
            for name, price in plans.items()
        ]

    monkeypatch.setattr(units, "rates", rates)
    return plans


def _scene(world: World, *held: Commitment, **edits: Any) -> Scene:
    world.clock.at = NOW
    account = world.account.model_copy(update={"type": ProviderType.AZURE})
    seen = [Sighting(account_id=account.id, first=NOW, found=one) for one in held]
    return Scene(
        services=world.services,
        tenant="acme",
        now=NOW,
        book=rule_book(RuleEdits.model_validate(edits)),
        accounts={account.id: account},
        everything=[],
        usages={},
        prices=Prices(world.services, None),
        unused={Kind.EXPIRING_COMMITMENT: seen},
    )


def _found(scene: Scene, used: dict[str, list[int]]) -> list[Finding]:
    """``used``: type -> VMs in each of the window's hours, over and over."""
    rule = next(one for one in scene.book.rules if one.kind is Kind.COMMIT)
    by_type = {
        ("westeurope", name): Counter(
            {hour: counts[hour % len(counts)] for hour in range(rule.window_hours)}
        )
        for name, counts in used.items()
    }
    [account] = scene.accounts.values()
    first = NOW - timedelta(hours=rule.window_hours)
    return list(commit._of_account(scene, rule, account, first, by_type))


def test_a_plan_pays_for_what_reservations_leave(world: World) -> None:
    # 10 units in two of three hours: more than the 60% from which on a reserved unit pays. Of F no
    # reservation is sold.
    reserved, plan = _found(_scene(world), {SMALL: [4, 10, 10], OTHER: [5, 8, 8]})
    assert reserved.title.startswith("Commit to 10 units")
    pool = Pool(OTHER, [5, 8, 8] * 240, Decimal("0.08"), plan=Decimal("0.06"))
    levels = [Decimal(n) / 1000 for n in range(600)]
    best = min(levels, key=lambda level: plan_cost([pool], level))
    assert plan.title == f"Commit to {best} USD an hour in a savings plan for 1y"
    saved = sum(pool.usage) * pool.on_demand - plan_cost([pool], best)
    assert plan.saving.monthly == (saved * 730 / 720).quantize(Decimal("0.01"))
    assert f"{OTHER} in westeurope" in plan.detail
    assert (plan.apply, plan.record.account_id) == (None, world.account.id)
    assert "to 50%, it saves" in plan.risk


def test_no_reservation_is_counted_twice(world: World) -> None:
    [reserved] = _found(_scene(world), {SMALL: [4], LARGE: [3]})
    assert reserved.title.startswith("Commit to 10 units")


def test_what_pays_for_no_commitment_is_in_none(world: World) -> None:
    # Half of the hours pay for neither a reserved unit, from 60% on, nor a plan, from 70% on.
    [plan] = _found(_scene(world), {SMALL: [0, 1], OTHER: [1]})
    assert plan.title == "Commit to 0.06 USD an hour in a savings plan for 1y"


def test_sizes_that_do_not_agree_are_left_out(world: World, catalog: dict[str, str]) -> None:
    catalog[LARGE] = "0.19"
    edits = {"rules": {"commit": {"thresholds": {"min_saving": 1e6}}}}
    assert _found(_scene(world, **edits), {SMALL: [4], LARGE: [3]}) == []
    prices = units.Prices(ProviderType.AZURE, "westeurope", NOW.date())
    assert prices.plan(SMALL, [SMALL]) == {"1y": Decimal("0.07")}
    assert prices.plan(SMALL, [SMALL, LARGE]) == {}


def test_a_plan_that_the_bill_may_not_show_yet_is_waited_for(world: World) -> None:
    def bought(days: int) -> Commitment:
        told = {"id": "p", "name": "p", "kind": "spend", "region": None, "covers": ""}
        start = NOW - timedelta(days=days)
        more = {"amount": "1 USD", "start": start, "end": NOW + timedelta(days=300)}
        return Commitment.model_validate({**told, **more, "renews": False})

    assert _found(_scene(world, bought(10)), {OTHER: [1]}) == []
    assert len(_found(_scene(world, bought(15)), {OTHER: [1]})) == 1
