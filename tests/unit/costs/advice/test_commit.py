"""Commitments to buy, from the state history of VMs and the catalog's prices."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from novacron.catalog import live, snapshot
from novacron.catalog.snapshot import Snapshot
from novacron.costs.advice import commit
from novacron.costs.advice.engine import FINDERS
from novacron.costs.advice.finding import Finding, Scene, as_recommendation
from novacron.costs.advice.prices import Prices
from novacron.costs.advice.rules import SHIPPED, rule_book
from novacron.costs.commitments import aws_sizes
from novacron.costs.commitments.units import Prices as CommitPrices
from novacron.costs.commitments.units import Unit
from novacron.costs.commitments.usage import pooled, running
from novacron.costs.imports import import_delivery
from novacron.costs.ledger import Ledger
from novacron.migration.objects import ObjectStore
from novacron.models.account import ProviderType
from novacron.models.advice import RuleEdit, RuleEdits
from novacron.models.commitment import Commitment
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.models.recommendation import RecommendationKind, RecommendationState
from novacron.models.sighting import Sighting
from novacron.operations.refresh_prices import refresh_aws
from novacron.store.costs import CostStore
from novacron.store.history import History
from novacron.store.recommendations import AdviceStore
from tests.bills import Bills, committed, row
from tests.price_list import plan, price_list, reserved, small_aws, vm
from tests.world import World

Kind, State = RecommendationKind, RecommendationState
NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
FIRST = NOW.replace(minute=0) - timedelta(hours=720)
REGION = "us-central1"
REGIONS = {ProviderType.GCP: REGION, ProviderType.AWS: "us-east-1"}
AWS, CENT, PARTIAL = ProviderType.AWS, Decimal("0.01"), Decimal("0.05863790")
YEAR, STANDARD_2 = ("1y", "monthly"), "e2-standard-2"


def _ran(
    world: World,
    name: str,
    type_: str,
    since: datetime,
    until: datetime | None,
    provider: ProviderType = ProviderType.GCP,
) -> None:
    """A VM that is first seen running at ``since``, and stopped from ``until`` on."""
    store = world.services.store
    told = {"instance_type": type_, "bills_compute": True}
    record = ResourceRecord(
        id=f"vm-{name}",
        tenant="acme",
        kind=ResourceKind.VM,
        account_id=f"acc-{provider.value}",
        provider_id=name,
        name=name,
        region=REGIONS[provider],
        state="running",
        document=told,
        observed_at=since,
        created_at=since,
    )
    store.adopt(record, provider)
    if until is not None:
        stopped = {**told, "bills_compute": False}
        update = {"state": "stopped", "observed_at": until, "document": stopped}
        stored = store.resource("acme", ResourceKind.VM, record.id)
        store.save_resource(stored.model_copy(update=update), provider)


def _found(
    world: World,
    ledger: Ledger | None = None,
    seen: Sequence[Commitment] = (),
    provider: ProviderType = ProviderType.GCP,
    **edits: Any,
) -> list[Finding]:
    scene = _scene(world, ledger, seen, provider, **edits)
    rule = next(one for one in scene.book.rules if one.kind is Kind.COMMIT)
    found = list(commit.find(scene, rule))
    for one in found:
        advice = as_recommendation(scene, rule, one)
        assert advice.revert is None, "a commitment is for good"
    return found


def _scene(
    world: World,
    ledger: Ledger | None = None,
    seen: Sequence[Commitment] = (),
    provider: ProviderType = ProviderType.GCP,
    **edits: Any,
) -> Scene:
    world.clock.at = NOW
    told = {"id": f"acc-{provider.value}", "type": provider}
    account = world.account.model_copy(update=told)
    book = rule_book(RuleEdits.model_validate(edits))
    return Scene(
        services=world.services,
        tenant="acme",
        now=NOW,
        book=book,
        accounts={account.id: account},
        everything=[],
        usages={},
        prices=Prices(world.services, ledger),
        unused={
            Kind.EXPIRING_COMMITMENT: [
                Sighting(account_id=account.id, first=NOW, found=one) for one in seen
            ]
        },
    )


LONG_BEFORE = FIRST - timedelta(days=60)


def test_hours_are_those_in_which_a_vm_billed(world: World) -> None:
    _ran(world, "a", "e2-standard-4", FIRST + timedelta(hours=10), FIRST + timedelta(hours=12))
    _ran(world, "b", STANDARD_2, LONG_BEFORE, FIRST + timedelta(hours=1, minutes=20))
    _ran(world, "c", "e2-standard-3000", FIRST, None)
    history = History(world.services.store.table)
    seen = running(history, "acme", "acc-gcp", FIRST, 720, set())
    assert seen[REGION, "e2-standard-4"] == {10: 1, 11: 1}
    assert seen[REGION, STANDARD_2] == {0: 1}, "20 minutes are not half of an hour"
    assert running(history, "umbrella", "acc-gcp", FIRST, 720, set()) == {}
    within = {name: by_hour for (_, name), by_hour in seen.items()}
    prices = CommitPrices(ProviderType.GCP, REGION, NOW.date())
    pools, unpriced = pooled(within, prices, 720)
    assert {at: used for at, used in enumerate(pools[STANDARD_2]) if used} == {0: 1, 10: 2, 11: 2}
    assert unpriced == {"e2-standard-3000"}


def test_a_family_is_one_where_its_prices_are_whole_multiples() -> None:
    prices = CommitPrices(ProviderType.GCP, REGION, NOW.date())
    assert prices.unit("e2-standard-8") == Unit(STANDARD_2, 4)
    assert prices.unit("e2-medium") == Unit("e2-medium", 1)
    assert prices.unit("e2-highmem-4") == Unit("e2-highmem-2", 2)
    prices.on_demand["e2-standard-8"] += Decimal("0.00000001")
    assert prices.unit("e2-standard-8") == Unit("e2-standard-8", 1)
    assert CommitPrices(ProviderType.AWS, "us-east-1", NOW.date()).unit("m5.large") is None


def test_what_runs_longer_than_break_even_is_committed_to(world: World) -> None:
    """Three units ran always, and two for 300 hours of 720: break-even is at 454."""
    _ran(world, "a", STANDARD_2, LONG_BEFORE, None)
    _ran(world, "b", "e2-standard-4", LONG_BEFORE, None)
    _ran(world, "c", "e2-standard-4", LONG_BEFORE, FIRST + timedelta(hours=300))
    [found] = _found(world)
    prices = CommitPrices(ProviderType.GCP, REGION, NOW.date())
    listed, committed = prices.on_demand[STANDARD_2], prices.offers[STANDARD_2][YEAR].price
    assert found.title == f"Commit to 3 units of {STANDARD_2} in {REGION} for 1y"
    assert found.saving.monthly == (3 * (listed - committed) * 730).quantize(Decimal("0.01"))
    levels, last = found.evidence
    assert (levels.threshold, levels.observed) == (3, round((3 * 720 + 2 * 300) / 720, 2))
    assert max(value for _, value in levels.points) == 5
    assert len(levels.points) <= 200
    assert (last.observed, last.threshold) == (720, 454)
    assert "used to 100%" in found.detail
    assert "It pays for 78% of" in found.detail
    assert "1 on 2026-03-01, 1 on 2026-04-01, 1 on 2026-05-01" in found.detail
    assert "3y monthly" in found.detail
    assert "to 50%, it saves" in found.risk
    assert any("`held`" in one for one in found.unknown)


def test_half_a_month_pays_for_three_years_alone(world: World) -> None:
    """Break-even for three years is at 324 hours."""
    _ran(world, "a", STANDARD_2, FIRST + timedelta(hours=360), None)
    assert _found(world) == []
    three = {"commit": RuleEdit(thresholds={"max_term_years": 3})}
    [found] = _found(world, rules=three)
    assert found.title.endswith("for 3y")


def _hold(start: date, end: date) -> list[dict[str, object]]:
    told = {"account_id": "acc-gcp", "region": REGION, "instance_type": "e2-standard-4", "count": 1}
    return [{**told, "start": start, "end": end}]


def test_what_is_held_is_not_bought_again_until_it_ends(world: World) -> None:
    _ran(world, "a", "e2-standard-4", LONG_BEFORE, None)
    assert _found(world, held=_hold(date(2026, 1, 1), date(2027, 1, 1))) == []
    [found] = _found(world, held=_hold(date(2025, 1, 1), date(2026, 3, 1)))
    assert found.title.startswith("Commit to 2 units")
    _ran(world, "b", STANDARD_2, LONG_BEFORE, None)
    [found] = _found(world, held=_hold(date(2026, 1, 1), date(2027, 1, 1)))
    assert found.title.startswith("Commit to 1 units")
    assert "2 units end on 2027-01-01" in found.detail
    assert found.unknown == []


def _billed(world: World, tmp_path: Path) -> Ledger:
    """Three VMs of two units: a commitment pays for one, and nobody uses as much again of it."""
    world.services.cost_store = f"file://{tmp_path}/costs"
    rows = []
    for day in range(1, 29):
        on, hours = date(2026, 2, day), Decimal(24)
        rows += [
            row(on, "3", ResourceId="a", RegionId=REGION, **committed("cud-1", "Used", hours)),
            *(row(on, "3", ResourceId=name, RegionId=REGION) for name in "bc"),
            row(on, "2", ResourceId="cud-1", **committed("cud-1", "Unused", hours)),
            row(on, "2", ResourceId="cud-2", **committed("cud-2", "Unused", hours)),
        ]
    account = world.account.model_copy(update={"id": "acc-gcp", "type": ProviderType.GCP})
    source = Bills(rows)
    import_delivery(world.services, account, source, source.delivery("1", NOW))
    return world.services.ledger("acme")


def test_what_the_bill_says_is_held_is_not_bought_again(world: World, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        _ran(world, name, "e2-standard-4", LONG_BEFORE, None)
    ledger = _billed(world, tmp_path)
    [found] = _found(world, ledger)
    assert found.title.startswith("Commit to 2 units")
    assert "4 units are held" in found.saving.formula
    seen = found.evidence[-1]
    assert "(cud-1)" in seen.signal
    assert (seen.observed, seen.threshold, seen.window_hours) == (4, 6, 168)
    ends, idle = found.unknown
    assert ends.startswith("when cud-1 ends")
    assert "cud-2" in idle


def test_a_step_that_was_bought_lately_is_not_advised_again(world: World) -> None:
    _ran(world, "a", "e2-standard-4", LONG_BEFORE, None)
    [found] = _found(world)
    assert found.apply is not None
    assert found.apply.body["spec"]["count"] == 1, "the first of the steps"
    rule = next(one for one in SHIPPED if one.kind is Kind.COMMIT)
    store = AdviceStore(world.services.store.table)
    for days, advised in ((10, 0), (27, 0), (28, 1)):
        kept = as_recommendation(_scene(world), rule, found)
        bought = {"state": State.APPLIED, "applied_at": NOW - timedelta(days=days)}
        store.save(kept.model_copy(update=bought), store.find("acme", kept.id))
        assert len(_found(world)) == advised


def _commitment(id: str, **told: object) -> Commitment:
    given = {"id": id, "name": id, "kind": "usage", "region": REGION, "covers": "e2-"}
    more = {"amount": "8 vCPU", "start": NOW, "end": NOW + timedelta(days=90), "renews": False}
    return Commitment.model_validate({**given, **more, **told})


def test_what_the_provider_tells_of_ends_is_in_the_advice(world: World, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        _ran(world, name, "e2-standard-4", LONG_BEFORE, None)
    seen = [
        _commitment("CUD-1"),
        _commitment("plan", covers="", region=None, end=NOW + timedelta(days=30)),
        _commitment("of-a-type", covers="e2-standard-8", end=NOW + timedelta(days=40)),
        _commitment("elsewhere", region="europe-west1"),
        _commitment("of-another-family", covers="n2-"),
        _commitment("of-years-to-come", end=NOW + timedelta(days=400)),
    ]
    [found] = _found(world, _billed(world, tmp_path), seen)
    [idle] = found.unknown
    assert "cud-2" in idle
    wanted = "plan (8 vCPU) ends on 2026-03-31; of-a-type (8 vCPU) ends on 2026-04-10; CUD-1"
    assert f"To renew: {wanted} (8 vCPU) ends on 2026-05-30. Applying" in found.detail


def test_what_the_rules_tell_comes_before_the_bill(world: World, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        _ran(world, name, "e2-standard-4", LONG_BEFORE, None)
    ledger = _billed(world, tmp_path)
    [found] = _found(world, ledger, held=_hold(date(2026, 1, 1), date(2027, 1, 1)))
    assert found.title.startswith("Commit to 4 units")
    assert not any("bill" in one.signal for one in found.evidence)
    assert found.unknown == []


def test_an_old_bill_does_not_say_what_is_held(world: World, tmp_path: Path) -> None:
    _ran(world, "a", "e2-standard-4", LONG_BEFORE, None)
    ledger = _billed(world, tmp_path)
    store = CostStore(world.services.store.table)
    [there] = store.partitions("acme")
    store.switch(there.model_copy(update={"through": date(2026, 2, 20)}), there, None)
    [found] = _found(world, ledger)
    assert found.title.startswith("Commit to 2 units")
    [unknown] = found.unknown
    assert "`held`" in unknown
    assert "no bill that reaches 2026-02-22" in unknown


def test_sustained_use_is_what_a_commitment_must_beat(world: World) -> None:
    """An N2 that runs always pays 80% of its price: 63% for a year saves 17%, not 37%."""
    _ran(world, "a", "n2-standard-2", LONG_BEFORE, None)
    [found] = _found(world)
    assert found.saving.monthly is not None
    share = found.saving.monthly / (Decimal("0.097118") * 730)
    assert share == pytest.approx(Decimal("0.17"), abs=Decimal("0.005"))


def test_no_solver_is_needed_where_no_plan_is_offered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)
    _ran(world, "a", STANDARD_2, LONG_BEFORE, None)
    assert len(_found(world)) == 1


LARGE_FEES = [("No Upfront", "0.0605", ""), ("Partial Upfront", "0.0293", "257")]
XLARGE_FEES = [("No Upfront", "0.121", ""), ("Partial Upfront", "0.0587", "513")]
"""The fee is a dollar less than twice that of a large one, as AWS rounds it."""


def _refresh(world: World, monkeypatch: pytest.MonkeyPatch, xlarge: list[Any]) -> None:
    """AWS's prices are those of a local price list, of us-east-1 alone."""
    region = REGIONS[AWS]
    small = Snapshot(small_aws("2026-01-01"))
    monkeypatch.setattr(snapshot, "shipped", lambda provider: small if provider is AWS else None)
    monkeypatch.setattr(snapshot, "_preferred", {})
    services: Any = SimpleNamespace(costs=ObjectStore.at("memory:///"), now=lambda: NOW)
    live.forget()
    with price_list() as told:
        told.rows[region] = [
            vm(region, "m5.large", "0.096"),
            vm(region, "m5.xlarge", "0.192"),
            vm(region, "t4g.nano", "0.0042"),
        ]
        for name, offers in (("m5.large", LARGE_FEES), ("m5.xlarge", xlarge)):
            for option, hourly, fee in offers:
                how = {"PurchaseOption": option, "OfferTermCode": option}
                told.rows[region] += reserved(region, name, hourly, fee, **how)
        told.plans[region] = [plan(region, "t4g.nano", "0.0031")]
        done = refresh_aws(services, told.index, lambda *_: [])
    assert done.snapshot is not None
    live.forget()
    live.use_newest(services.costs, NOW)
    live.forget()


def test_aws_is_advised_on_once_its_prices_are_refreshed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large and an xlarge that ran always are three units; no nano is sold but under a plan."""
    for name, type_ in (("a", "m5.large"), ("b", "m5.xlarge"), ("c", "t4g.nano")):
        _ran(world, name, type_, LONG_BEFORE, None, AWS)
    assert _found(world, provider=AWS) == []
    _refresh(world, monkeypatch, XLARGE_FEES)
    [found] = _found(world, provider=AWS)
    assert found.title == "Commit to 3 units of m5.large in us-east-1 for 1y"
    assert found.saving.monthly == (3 * (Decimal("0.096") - PARTIAL) * 730).quantize(CENT)
    assert f"{PARTIAL} an hour (partial-upfront) against 0.096 on demand" in found.detail
    assert "1y no-upfront at 0.06050000: 3 units save" in found.detail
    assert "a price to commit to t4g.nano" in found.unknown


def test_a_savings_plan_of_aws_pays_for_what_is_not_reserved(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        _ran(world, name, "t4g.nano", LONG_BEFORE, None, AWS)
    _refresh(world, monkeypatch, XLARGE_FEES)
    rules = {"commit": {"thresholds": {"min_saving": 0}}}
    [found] = _found(world, provider=AWS, rules=rules)
    assert found.title == "Commit to 0.006 USD an hour in a savings plan for 1y"
    # The 0.006 pay for what would be 0.006 / 0.0031 x 0.0042 on demand.
    pays = Decimal("0.006") / Decimal("0.0031") * Decimal("0.0042")
    assert found.saving.monthly == ((pays - Decimal("0.006")) * 730).quantize(CENT)


def test_a_family_of_aws_is_one_where_its_offers_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An xlarge that is not sold for a fee in part, and one that is dearer than two large ones."""
    for xlarge in (XLARGE_FEES[:1], [XLARGE_FEES[0], ("Partial Upfront", "0.0687", "600")]):
        _refresh(world, monkeypatch, xlarge)
        prices = CommitPrices(AWS, REGIONS[AWS], NOW.date())
        assert prices.unit("m5.xlarge") == Unit("m5.xlarge", 1)
    _refresh(world, monkeypatch, XLARGE_FEES)
    assert CommitPrices(AWS, REGIONS[AWS], NOW.date()).unit("m5.xlarge") == Unit("m5.large", 2)


@pytest.mark.parametrize(
    ("name", "base", "wanted"),
    [
        ("t3.2xlarge", "t3.nano", 64),
        ("m5zn.3xlarge", "m5zn.large", 6),
        ("m7i.metal-24xl", "m7i.large", 48),
        ("m5.metal", "m5.large", None),
        ("x2iezn.6xlarge", "x2iezn.4xlarge", None),
        ("g5.2xlarge", "g5.xlarge", None),
        ("g5g.2xlarge", "g5g.xlarge", None),
        ("p5.48xlarge", "p5.4xlarge", None),
        ("p5en.48xlarge", "p5en.24xlarge", 2),
    ],
)
def test_sizes_of_aws_are_whole_numbers_of_the_smallest(
    name: str, base: str, wanted: int | None
) -> None:
    assert aws_sizes.count(name, base) == wanted


def test_every_kind_that_is_shipped_is_looked_for() -> None:
    assert {rule.kind for rule in SHIPPED} == FINDERS.keys()
