"""Addresses that nothing uses: seen so look after look, told, confirmed, and released for good."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from novacron.audit.log import AuditLog
from novacron.costs.advice.addresses import find
from novacron.costs.advice.course import apply, revert
from novacron.costs.advice.finding import Scene
from novacron.costs.advice.listing import edit_rules, listed
from novacron.costs.advice.prices import Prices
from novacron.costs.advice.rules import SHIPPED, rule_book
from novacron.costs.advice.run import Run, recommend
from novacron.costs.advice.sightings import look
from novacron.errors import Conflict, InvalidSpec, ProviderUnavailable
from novacron.models.account import ProviderType
from novacron.models.address import Address
from novacron.models.advice import RuleEdits
from novacron.models.base import PageRequest
from novacron.models.recommendation import Recommendation, RecommendationKind, RecommendationState
from novacron.models.sighting import Sighting
from novacron.providers.memory.cloud import REGION
from novacron.store.recommendations import AdviceStore
from tests.world import ALICE, World

KIND, State = RecommendationKind.UNUSED_ADDRESS, RecommendationState
RULE = next(rule for rule in SHIPPED if rule.kind is KIND)
IP = "192.0.2.7"
SOON = RuleEdits.model_validate(
    {"rules": {KIND: {"window_hours": 3, "grace_hours": 1, "thresholds": {"min_looks": 3}}}}
)


def _address(world: World, **told: object) -> None:
    given = {"id": "ip-1", "name": "old-shop", "region": REGION, "ip": IP, "tags": {"owner": "ada"}}
    made = Address.model_validate({**given, **told})
    with world.provider.opened():
        world.provider.cloud.addresses[made.id] = made


def _kept(world: World) -> list[str]:
    with world.provider.opened():
        return list(world.provider.cloud.addresses)


def _advice(world: World) -> list[Recommendation]:
    return listed(world.services, "acme", PageRequest(), {}).items


def _look(world: World, hours: int = 1) -> Run:
    for _ in range(hours):
        world.clock.at += timedelta(hours=1)
        run = recommend(world.services)
    return run


@pytest.fixture
def unused(world: World) -> Recommendation:
    edit_rules(world.services, "acme", SOON)
    _address(world)
    _look(world, 4)
    [found] = _advice(world)
    return found


def test_it_is_advised_on_after_the_window_and_the_looks(world: World) -> None:
    edit_rules(world.services, "acme", SOON)
    _address(world)
    _look(world)
    world.clock.at += timedelta(days=1)
    _look(world)
    assert _advice(world) == [], "two looks are not three, however far apart"
    _look(world)
    [found] = _advice(world)
    assert (found.kind, found.state, found.resource_name) == (KIND, State.NOTICED, "old-shop")
    assert "Cannot be taken back" in found.risk
    assert found.revert is None
    assert [one.observed for one in found.evidence] == [26.0, 3]
    assert (found.saving, found.unknown) == (Decimal(0), ["price"])
    entries = AuditLog(world.services.store.table, world.clock).entries("acme", PageRequest())
    assert [one.subject for one in entries.items if "notice" in one.action] == ["advice to ada"]
    _look(world)
    assert [one.state for one in _advice(world)] == [State.OPEN]


def test_a_look_that_sees_it_used_begins_anew(world: World, unused: Recommendation) -> None:
    _address(world, attached_to="vm-1")
    _look(world)
    _address(world)
    _look(world, 3)
    assert _advice(world) == []
    _look(world)
    assert [one.state for one in _advice(world)] == [State.NOTICED]


def test_another_address_of_the_same_name_begins_anew(world: World, unused: Recommendation) -> None:
    _address(world, ip="192.0.2.8")
    _look(world)
    assert _advice(world) == []


def test_an_excluded_tag_keeps_it(world: World, unused: Recommendation) -> None:
    _address(world, tags={"keep": ""})
    _look(world)
    assert _advice(world) == []


def test_a_provider_that_does_not_answer_changes_nothing(
    world: World, unused: Recommendation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> None:
        raise ProviderUnavailable("down")

    with monkeypatch.context() as patch:
        patch.setattr(type(world.provider), "list_addresses", silent)
        run = _look(world)
    assert run.tenants["acme"].unread == {f"{world.account.id} unused-address": "down"}
    assert [(one.id, one.state) for one in _advice(world)] == [(unused.id, State.OPEN)]


def test_it_is_released_only_when_it_is_named_and_for_good(
    world: World, unused: Recommendation
) -> None:
    for wrong in ("", "yes", IP):
        with pytest.raises(InvalidSpec, match="cannot be taken back") as refused:
            apply(world.services, ALICE, unused.id, wrong)
        assert refused.value.field == "confirm"
    assert _kept(world) == ["ip-1"]
    done = apply(world.services, ALICE, unused.id, "old-shop")
    assert (done.state, _kept(world)) == (State.APPLIED, [])
    with pytest.raises(Conflict, match="cannot be taken back"):
        revert(world.services, ALICE, unused.id)
    _look(world)
    assert [one.state for one in _advice(world)] == [State.APPLIED]
    entries = AuditLog(world.services.store.table, world.clock).entries("acme", PageRequest())
    assert "address.release" in [one.action for one in entries.items]


def test_one_that_is_used_by_now_is_not_released(world: World, unused: Recommendation) -> None:
    _address(world, attached_to="vm-1")
    with pytest.raises(Conflict, match="attached to vm-1"):
        apply(world.services, ALICE, unused.id, "old-shop")
    [now] = _advice(world)
    assert (now.state, _kept(world)) == (State.NOTICED, ["ip-1"])


def test_a_release_whose_answer_was_lost_is_repeated(world: World, unused: Recommendation) -> None:
    with world.provider.opened():
        world.provider.cloud.addresses.clear()
    assert apply(world.services, ALICE, unused.id, "old-shop").state is State.APPLIED


@pytest.mark.parametrize(
    ("kind", "region", "unknown"),
    [(ProviderType.AWS, "eu-west-1", 0), (ProviderType.GCP, "europe-west1", 1)],
)
def test_the_saving_is_the_catalogs_price(
    world: World, kind: ProviderType, region: str, unknown: int
) -> None:
    account = world.account.model_copy(update={"type": kind})
    address = Address(id="a", name="a", region=region, ip=IP)
    now = world.clock()
    seen = Sighting(account_id=account.id, first=now - timedelta(days=16), looks=384, found=address)
    scene = Scene(
        services=world.services,
        tenant="acme",
        now=now,
        book=rule_book(RuleEdits()),
        accounts={account.id: account},
        everything=[],
        usages={},
        prices=Prices(world.services, None),
        unused={KIND: [seen]},
    )
    [found] = find(scene, RULE)
    assert found.saving.monthly == Decimal("3.65")
    assert len(found.saving.unknown) == unknown


def test_what_is_remembered_is_the_tenants_and_bounded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("novacron.costs.advice.sightings.MOST", 1)
    _address(world)
    _address(world, id="ip-0")
    assert [one.id for one in look(world.services, world.account, KIND)] == ["ip-0"]
    store = AdviceStore(world.services.store.table)
    assert store.sightings("umbrella", world.account.id, KIND).items == []
