"""Which interruptible VMs are advised to be spot, over which types, by what providers tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from novacron.costs.advice import spot
from novacron.costs.advice.finding import Finding, Scene
from novacron.costs.advice.prices import Prices
from novacron.costs.advice.rules import SHIPPED, rule_book
from novacron.costs.advice.spot_mix import candidates
from novacron.errors import PermissionDenied
from novacron.models.account import ProviderType
from novacron.models.advice import RuleEdits
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.models.provider_account import ProviderAccount
from novacron.models.recommendation import Confidence, RecommendationKind
from novacron.models.spot_market import Interruptions, Measure, SpotMarket
from novacron.providers.aws.provider import AwsProvider
from tests.world import World

NOW = datetime(2026, 1, 20, tzinfo=UTC)
BATCH = {"role": "batch"}
SIZE = {"vcpus": 2, "memory_mib": 8192, "instance_type": "m5.large", "volume_ids": ["vol-1"]}
ON_DEMAND = Decimal("0.096")
SELDOM = (5, 10)


class Told:
    """What the provider says of each type."""

    def __init__(self) -> None:
        self.markets: list[SpotMarket] = []
        self.asked: list[tuple[str, Sequence[str], datetime]] = []

    def add(
        self, name: str, *prices: str, rate: tuple[int, int] | None = SELDOM, zone: str = "a"
    ) -> None:
        """``prices``: of as long a time each, the last up to now."""
        span = timedelta(days=30) / len(prices)
        points = [(NOW - span * (len(prices) - n), Decimal(one)) for n, one in enumerate(prices)]
        rates = rate and Interruptions(low=rate[0], high=rate[1], of=Measure.MONTH)
        one = SpotMarket(
            instance_type=name,
            zone=f"us-east-1{zone}",
            price=points[-1][1],
            points=points,
            interruptions=rates or None,
        )
        self.markets.append(one)

    def spot_markets(
        self, region: str, instance_types: Sequence[str], since: datetime
    ) -> list[SpotMarket]:
        self.asked.append((region, instance_types, since))
        return self.markets


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    found = Told()
    monkeypatch.setattr(AwsProvider, "spot_markets", lambda _self, *of: found.spot_markets(*of))
    return found


def _vm(name: str, tags: dict[str, str] = BATCH, **told: Any) -> ResourceRecord:
    return ResourceRecord(
        id=f"vm-{name}",
        tenant="acme",
        kind=ResourceKind.VM,
        account_id="acc-aws",
        provider_id=name,
        name=name,
        region="us-east-1",
        state="running",
        document={**SIZE, "tags": tags, **told},
        observed_at=NOW,
        created_at=NOW,
    )


def _found(world: World, *records: ResourceRecord, **limits: float) -> list[Finding]:
    world.clock.at = NOW
    secret = world.services.providers.secrets.write("acme", "aws", {"external_id": "agreed"})
    role = "arn:aws:iam::123456789012:role/novacron-test"
    account = ProviderAccount(
        id="acc-aws",
        tenant="acme",
        name="aws",
        type=ProviderType.AWS,
        settings={"region": "us-east-1", "role_arn": role},
        secret_id=secret,
        created_at=NOW,
    )
    scene = Scene(
        services=world.services,
        tenant="acme",
        now=NOW,
        book=rule_book(RuleEdits()),
        accounts={account.id: account},
        everything=list(records),
        usages={},
        prices=Prices(world.services, None),
    )
    rule = next(one for one in SHIPPED if one.kind is RecommendationKind.SPOT)
    rule = rule.model_copy(update={"thresholds": {**rule.thresholds, **limits}})
    return list(spot.find(scene, rule))


def test_it_is_for_what_is_tagged_and_keeps_nothing(world: World, told: Told) -> None:
    told.add("m5.large", "0.04")
    vms = [
        _vm("i-1"),
        _vm("i-2", tags={}),
        _vm("i-3", spot=True),
        _vm("i-4", volume_ids=["a", "b"]),
        _vm("i-5", tags={**BATCH, "keep": ""}),
        _vm("i-6"),
    ]
    assert [one.record.name for one in _found(world, *vms)] == ["i-1", "i-6"]
    [(region, types, since)] = told.asked  # once for all VMs of a place
    assert (region, since) == ("us-east-1", NOW - timedelta(days=30))
    assert "m5.large" in types


def test_candidates_are_of_different_families_and_no_smaller() -> None:
    found = candidates(ProviderType.AWS, _vm("i-1"))
    assert len(found) == len({name.partition(".")[0].partition("-")[0] for name in found}) == 8
    assert found[:2] == ["m5.large", "m5a.large"]
    assert not [name for name in found if name.startswith(("t", "m6g", "c5"))]
    assert candidates(ProviderType.AWS, _vm("i-1", instance_type="none")) == []
    google = _vm("g", instance_type="n2-standard-4").model_copy(update={"region": "us-central1"})
    assert len({one.partition("-")[0] for one in candidates(ProviderType.GCP, google)}) == 8


def test_the_mix_is_the_cheapest_by_the_time_that_prices_held(world: World, told: Told) -> None:
    told.add("m5.large", "0.04", "0.02")
    told.add("m5.large", "0.05", zone="b")
    told.add("m5a.large", "0.05")
    [found] = _found(world, _vm("i-1"))
    assert "50% each" in found.detail
    assert "m5.large in us-east-1a at 0.030000, m5a.large in us-east-1a at 0.05" in found.detail
    assert found.saving.monthly == ((ON_DEMAND - Decimal("0.04")) * 730).quantize(Decimal("0.01"))
    assert (found.confidence, found.saving.unknown) == (Confidence.MEDIUM, [])
    assert "at worst 5 to 10% of the VMs of the last month" in found.risk
    assert "20.8% of the price on demand" in found.risk
    price, swing, rate = found.evidence[:3]
    assert [value for _, value in price.points] == [0.04, 0.02]
    assert (price.observed, price.threshold) == (0.03, 0.0768)
    assert (swing.observed, swing.threshold) == (20.8, 25)
    assert (rate.observed, rate.threshold) == (10, 10)
    assert found.unknown == [spot.STATE]


@pytest.mark.parametrize(
    ("prices", "rate"),
    [
        (("0.08",), SELDOM),  # saves too little
        (("0.02", "0.05"), SELDOM),  # moves too much
        (("0.03",), (10, 15)),  # is taken back too often
    ],
)
def test_what_is_beyond_a_threshold_is_not_advised(
    world: World, told: Told, prices: tuple[str, ...], rate: tuple[int, int]
) -> None:
    told.add("m5.large", *prices, rate=rate)
    assert _found(world, _vm("i-1")) == []
    most = {"min_saving_percent": 0, "max_swing_percent": 100, "max_month_percent": 15}
    assert len(_found(world, _vm("i-1"), **most)) == 1
    told.add("m5a.large", "0.04")
    [found] = _found(world, _vm("i-1"))
    assert "m5.large" not in found.detail


def test_each_measure_of_interruptions_has_its_own_threshold(world: World, told: Told) -> None:
    told.add("m5.large", "0.04")
    for measure, high, fits in (
        (Measure.HOUR, 5, True),
        (Measure.HOUR, 10, False),
        (Measure.STOPS, 30, True),
        (Measure.STOPS, 31, False),
    ):
        rates = Interruptions(low=0, high=high, of=measure)
        told.markets = [told.markets[0].model_copy(update={"interruptions": rates})]
        assert bool(_found(world, _vm("i-1"))) is fits


def test_what_is_not_told_is_unknown(world: World, told: Told) -> None:
    told.add("m5.large", "0.04", rate=None)
    told.markets = [told.markets[0].model_copy(update={"points": []})]
    [found] = _found(world, _vm("i-1"))
    assert found.confidence is Confidence.LOW
    assert found.unknown[:2] == [
        "interruptions of m5.large in us-east-1a",
        "how the price of m5.large in us-east-1a moved",
    ]
    assert "100% each" in found.detail


def test_who_cannot_be_asked_leaves_the_catalogs_price(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionDenied("The role lacks it.")

    monkeypatch.setattr(AwsProvider, "spot_markets", refused)
    [found] = _found(world, _vm("i-1"))
    assert found.unknown[0] == f"{spot.UNTOLD}: The role lacks it."
    assert found.saving.monthly == Decimal("38.21")
    assert found.saving.unknown == ["how the spot price moves"]
    assert found.confidence is Confidence.LOW
    [found] = _found(world, _vm("i-2", instance_type="m7i.large"))
    assert "spread over: m7i.large, m5a.large, m6a.large, " in found.detail
    assert (found.saving.monthly, found.saving.unknown) == (None, ["spot price"])


def test_nothing_told_of_its_types_leaves_the_catalogs_price(world: World, told: Told) -> None:
    told.add("c5.large", "0.01")
    [found] = _found(world, _vm("i-1"))
    assert found.unknown[0] == f"{spot.UNTOLD}: none is told"
