"""A commitment is bought by an administrator who repeats the sum, and once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from novacron.audit.log import AuditLog
from novacron.costs.advice.buying import ALONE, _tell, offer
from novacron.costs.advice.course import apply, dismiss, revert
from novacron.costs.advice.realised import measure
from novacron.costs.imports import import_delivery
from novacron.errors import (
    Conflict,
    InvalidSpec,
    NovaCronError,
    PermissionDenied,
    ProviderUnavailable,
    QuotaExceeded,
)
from novacron.models.account import ProviderType
from novacron.models.advice import HeldCommitment, RuleEdits
from novacron.models.base import PageRequest
from novacron.models.commitment import CommitmentSpec
from novacron.models.price import PriceKind, PriceRow, Unit
from novacron.models.recommendation import Confidence, Recommendation, RecommendationState
from novacron.models.recommendation import RecommendationKind as Kind
from novacron.providers.memory.provider import MemoryProvider
from novacron.store.recommendations import AdviceStore
from novacron.tenancy.principal import Role
from tests.bills import Bills, committed, row
from tests.world import ALICE, World

State = RecommendationState
ADMIN = ALICE.model_copy(update={"roles": frozenset({Role.ADMIN})})
SPEC = CommitmentSpec(
    region="us-central1", instance_type="e2-standard-2", count=4, term="1y", payment="monthly"
)
PRICE = PriceRow(
    provider=ProviderType.GCP,
    kind=PriceKind.COMMITMENT,
    region=SPEC.region,
    name=SPEC.instance_type,
    unit=Unit.HOUR,
    price=Decimal("0.05"),
    currency="USD",
    source="test",
    licence="test",
    as_of=date(2026, 1, 1),
    stale=False,
    term="1y",
    payment="monthly",
)
DUE = "1752.00 USD"


@pytest.fixture
def advice(world: World) -> Recommendation:
    now = world.clock()
    found = Recommendation(
        id="rec-1",
        tenant="acme",
        kind=Kind.COMMIT,
        rule=Kind.COMMIT.value,
        reference="",
        account_id=world.account.id,
        resource_id="us-central1/e2-standard-2",
        resource_name="e2-standard-2 in us-central1",
        title="Commit to 4 units of e2-standard-2",
        detail="",
        saving=Decimal(40),
        currency="USD",
        formula="",
        confidence=Confidence.MEDIUM,
        risk="",
        apply=offer("us-central1/e2-standard-2", SPEC, PRICE),
        found_at=now,
        updated_at=now,
    )
    return AdviceStore(world.services.store.table).save(found, None)


def _held(world: World) -> list[str]:
    with world.provider.opened():
        return sorted(world.provider.cloud.commitments)


def _now(world: World) -> Recommendation:
    return AdviceStore(world.services.store.table).get("acme", "rec-1")


def test_the_sum_must_be_repeated(world: World, advice: Recommendation) -> None:
    for wrong in ("", "yes", "1752 USD", "1752.00 EUR", advice.resource_name):
        with pytest.raises(InvalidSpec, match=r"1752\.00 USD until it ends") as refused:
            apply(world.services, ADMIN, advice.id, wrong)
        assert refused.value.field == "confirm"
    assert (_held(world), _now(world).state) == ([], State.OPEN)
    done = apply(world.services, ADMIN, advice.id, DUE)
    assert done.state is State.APPLIED
    assert done.apply is not None
    assert [done.apply.body["bought"]] == _held(world)
    assert done.applied_at is not None
    entries = AuditLog(world.services.store.table, world.clock).entries("acme", PageRequest())
    assert "commitment.buy" in [one.action for one in entries.items]
    for again in (apply, revert, dismiss):
        with pytest.raises(Conflict):
            again(world.services, ADMIN, advice.id)
    assert len(_held(world)) == 1


def test_what_the_provider_asks_now_is_the_sum(world: World, advice: Recommendation) -> None:
    with world.provider.opened():
        world.provider.cloud.commitment_price = Decimal("450.5")
    with pytest.raises(InvalidSpec, match=r"1802\.00 USD"):
        apply(world.services, ADMIN, advice.id, DUE)
    assert _held(world) == []
    assert apply(world.services, ADMIN, advice.id, "1802.00 USD").state is State.APPLIED


def test_an_administrator_alone_buys(world: World, advice: Recommendation) -> None:
    operator = ALICE.model_copy(update={"roles": frozenset({Role.OPERATOR})})
    with pytest.raises(PermissionDenied, match=r"commitment\.buy"):
        apply(world.services, operator, advice.id, DUE)
    assert _held(world) == []


def _broken(monkeypatch: pytest.MonkeyPatch, error: NovaCronError, *, after: bool) -> None:
    whole = MemoryProvider.buy_commitment

    def broken(self: MemoryProvider, *told: Any) -> str:
        if after:
            whole(self, *told)
        raise error

    monkeypatch.setattr(MemoryProvider, "buy_commitment", broken)


@pytest.mark.parametrize("after", [True, False])
def test_a_call_that_was_cut_off_is_repeated_and_buys_once(
    world: World, advice: Recommendation, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    _broken(monkeypatch, ProviderUnavailable("gone"), after=after)
    with pytest.raises(ProviderUnavailable):
        apply(world.services, ADMIN, advice.id, DUE)
    assert _now(world).state is State.APPLYING
    assert len(_held(world)) == after
    monkeypatch.undo()
    with pytest.raises(Conflict, match="being bought"):
        apply(world.services, ADMIN, advice.id, DUE)
    assert len(_held(world)) == after
    world.clock.at += ALONE
    assert apply(world.services, ADMIN, advice.id, "").state is State.APPLIED
    assert len(_held(world)) == 1


def test_what_is_refused_for_sure_is_open_again(
    world: World, advice: Recommendation, monkeypatch: pytest.MonkeyPatch
) -> None:
    _broken(monkeypatch, QuotaExceeded("20 a month"), after=False)
    with pytest.raises(QuotaExceeded):
        apply(world.services, ADMIN, advice.id, DUE)
    assert _now(world).state is State.OPEN
    monkeypatch.undo()
    assert apply(world.services, ADMIN, advice.id, DUE).state is State.APPLIED


def test_rules_that_tell_what_is_held_are_told(world: World, advice: Recommendation) -> None:
    store, table = AdviceStore(world.services.store.table), world.services.store
    table.save_account(world.account.model_copy(update={"type": ProviderType.GCP}))
    today = world.clock().date()

    def told(name: str) -> HeldCommitment:
        return HeldCommitment(
            account_id=world.account.id,
            region=SPEC.region,
            instance_type=name,
            count=1,
            start=today,
            end=today + timedelta(days=99),
        )

    def after(*names: str) -> list[HeldCommitment]:
        store.save_rules("acme", RuleEdits(held=[told(name) for name in names]))
        for _ in range(2):
            _tell(world.services, advice, SPEC)
        return store.rules("acme").held[len(names) :]

    assert after() == []
    assert after("n2-standard-2") == []
    [new] = after("e2-standard-8")
    assert (new.instance_type, new.count, new.start) == ("e2-standard-2", 4, today)
    assert new.end.year == today.year + 1


def test_what_it_saves_is_the_bills(world: World, advice: Recommendation, tmp_path: Path) -> None:
    world.clock.at = datetime(2026, 2, 10, 12, tzinfo=UTC)
    done = apply(world.services, ADMIN, advice.id, DUE)
    assert done.apply is not None
    bought = committed(f"arn:x/{done.apply.body['bought'].upper()}", "Used", Decimal(24))
    rows = [row(date(2026, 2, day), "3", ListCost=Decimal(5), **bought) for day in range(11, 28)]
    world.services.cost_store = f"file://{tmp_path}/costs"
    world.clock.at = datetime(2026, 2, 28, 12, tzinfo=UTC)
    source = Bills(rows)
    import_delivery(world.services, world.account, source, source.delivery("1", world.clock()))
    assert measure(world.services, "acme", world.services.ledger("acme")) == 1
    now = _now(world)
    assert now.realised == (Decimal(2) * 730 / 24).quantize(Decimal("0.01"))
    assert now.realised_through == date(2026, 2, 26)
    assert measure(world.services, "acme", world.services.ledger("acme")) == 0
