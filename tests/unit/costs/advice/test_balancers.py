"""Load balancers that were seen with nothing behind them, look after look."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from novacron.costs.advice.bill import Bill
from novacron.costs.advice.course import apply
from novacron.costs.advice.listing import edit_rules, listed
from novacron.costs.advice.prices import Prices
from novacron.costs.advice.run import Run, recommend
from novacron.errors import Conflict, PermissionDenied
from novacron.models.advice import RuleEdits
from novacron.models.base import PageRequest
from novacron.models.load_balancer import Pool, PoolMember
from novacron.models.recommendation import Recommendation, RecommendationKind, RecommendationState
from novacron.providers.memory.cloud import REGION
from tests.world import ALICE, World

KIND, State = RecommendationKind.EMPTY_LOAD_BALANCER, RecommendationState
SOON = RuleEdits.model_validate(
    {"rules": {KIND: {"window_hours": 3, "grace_hours": 1, "thresholds": {"min_looks": 3}}}}
)


def _balancer(world: World, *members: str) -> None:
    with world.provider.opened():
        inside = [PoolMember(vm_id=one, port=80) for one in members]
        world.provider.cloud.pools["shop"] = Pool(id="shop", region=REGION, members=inside)


def _look(world: World, hours: int = 1) -> Run:
    for _ in range(hours):
        world.clock.at += timedelta(hours=1)
        run = recommend(world.services)
    return run


def _advice(world: World) -> list[Recommendation]:
    return listed(world.services, "acme", PageRequest(), {}).items


@pytest.fixture
def empty(world: World) -> Recommendation:
    edit_rules(world.services, "acme", SOON)
    _balancer(world)
    _look(world, 3)
    assert _advice(world) == [], "three looks, but two hours since the first"
    _look(world)
    [found] = _advice(world)
    return found


def test_it_is_advised_on_and_a_person_deletes_it(world: World, empty: Recommendation) -> None:
    assert (empty.kind, empty.state, empty.resource_name) == (KIND, State.NOTICED, "shop")
    assert (empty.saving, empty.unknown) == (Decimal(0), ["price"])
    assert [one.observed for one in empty.evidence] == [3.0, 4]
    with pytest.raises(Conflict, match="No operation of ours") as refused:
        apply(world.services, ALICE, empty.id, "shop")
    assert "Delete shop" in (refused.value.remedy or "")
    _look(world)
    assert [one.state for one in _advice(world)] == [State.OPEN]


def test_a_target_ends_it_and_it_begins_anew(world: World, empty: Recommendation) -> None:
    _balancer(world, "vm-1")
    _look(world)
    assert _advice(world) == []
    _balancer(world)
    _look(world, 3)
    assert _advice(world) == []
    _look(world)
    assert [one.state for one in _advice(world)] == [State.NOTICED]


def test_a_list_that_cannot_be_read_leaves_the_others(
    world: World, empty: Recommendation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> None:
        raise PermissionDenied("not allowed")

    monkeypatch.setattr(type(world.provider), "list_load_balancers", denied)
    run = _look(world)
    assert run.tenants["acme"].unread == {f"{world.account.id} {KIND.value}": "not allowed"}
    assert [one.state for one in _advice(world)] == [State.OPEN]


def test_the_saving_is_what_it_is_billed(world: World) -> None:
    prices, day = Prices(world.services, None), world.clock().date()
    two = {day: Decimal("0.50"), day - timedelta(days=1): Decimal("0.70")}
    prices.__dict__["bill"] = Bill("EUR", {"arn:shop": two}, {})
    saving = prices.on_bill("arn:shop")
    assert (saving.monthly, saving.currency, saving.unknown) == (Decimal("18.25"), "EUR", [])
    assert prices.on_bill("arn:other").unknown == ["price"]
