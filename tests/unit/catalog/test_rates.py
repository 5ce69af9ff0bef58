"""Prices of all kinds: known ones with source and date, stale when old, never zero."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from novacron.catalog.rates import LIMITS, USUAL, rate, rates, tiered
from novacron.catalog.search import LISTED, cheapest, search
from novacron.catalog.snapshot import current, forget, shipped
from novacron.errors import InvalidSpec
from novacron.models.account import ProviderType
from novacron.models.price import PriceKind, PriceQuery
from novacron.models.vm import Architecture

TODAY = date(2026, 11, 28)
AWS, AZURE, GCP = LISTED


@pytest.fixture(autouse=True)
def _as_shipped() -> Iterator[None]:
    forget()
    yield
    forget()


@pytest.mark.parametrize(
    ("provider", "region", "kind", "name", "price"),
    [
        # https://aws.amazon.com/ebs/pricing/, US East (N. Virginia)
        (AWS, "us-east-1", PriceKind.STORAGE, "gp3", "0.08"),
        (AWS, "us-east-1", PriceKind.IOPS, "gp3", "0.005"),
        (AWS, "us-east-1", PriceKind.THROUGHPUT, "gp3", "0.04"),
        (AWS, "us-east-1", PriceKind.SNAPSHOT, "standard", "0.05"),
        (AWS, "eu-west-1", PriceKind.ADDRESS, "ipv4", "0.005"),
        (AZURE, "eastus", PriceKind.STORAGE, "StandardSSD_LRS", "2.4"),
        (AZURE, "westeurope", PriceKind.STORAGE, "Standard_LRS", "1.536"),
        (GCP, "europe-west1", PriceKind.STORAGE, "pd-balanced", "0.1"),
        (GCP, "europe-west1", PriceKind.EGRESS, "internet", "0.12"),
        (GCP, "us-central1", PriceKind.SPOT, "n2-standard-4", "0.09212"),
    ],
)
def test_what_is_known_has_a_price_and_where_it_is_from(
    provider: ProviderType, region: str, kind: PriceKind, name: str, price: str
) -> None:
    found = rate(provider, region, kind, name, TODAY)
    assert found is not None
    assert found.price == Decimal(price)
    assert found.source
    assert found.licence
    assert found.as_of < TODAY


def test_what_is_not_known_has_no_row() -> None:
    assert rate(AZURE, "eastus", PriceKind.STORAGE, "PremiumV2_LRS", TODAY) is None
    assert rates(AWS, "us-east-1", PriceKind.COMMITMENT, TODAY) == []
    assert rates(ProviderType.LIBVIRT, "own", PriceKind.ON_DEMAND, TODAY) == []
    assert rate(GCP, "atlantis", PriceKind.STORAGE, "pd-ssd", TODAY) is None


@pytest.mark.parametrize("provider", LISTED)
def test_no_row_is_free_and_each_names_a_source(provider: ProviderType) -> None:
    snapshot = current(provider)
    assert snapshot is not None
    for region in snapshot.regions():
        for row in snapshot.member(f"rates/{region}.json") or ():
            assert Decimal(row[3]) > 0
            assert row[4] in snapshot.origin["sources"]
        assert all(p is None or Decimal(p) > 0 for p in snapshot.member(f"{region}.json").values())


def test_a_price_is_stale_past_the_limit_of_its_kind() -> None:
    origin = shipped(GCP)
    assert origin is not None
    for kind, limit in ((PriceKind.ON_DEMAND, USUAL), (PriceKind.SPOT, LIMITS[PriceKind.SPOT])):
        for days, stale in ((0, False), (1, True)):
            today = origin.as_of + limit + timedelta(days=days)
            found = rate(GCP, "us-central1", kind, "n2-standard-4", today)
            assert found is not None
            assert found.stale is stale


@pytest.mark.parametrize(
    ("amount", "costs"),
    [("0", "0"), ("10", "1.2"), ("1024", "122.88"), ("2048", "235.52"), ("20480", "2006.2976")],
)
def test_tiers_are_filled_in_order(amount: str, costs: str) -> None:
    """0.12 to 1 TiB, 0.11 to 10 TiB, 0.085 after."""
    found = rates(GCP, "europe-west1", PriceKind.EGRESS, TODAY, "internet")
    assert [row.start for row in found] == [0, 1024, 10240]
    expected = Decimal(costs)
    if amount == "20480":
        expected = Decimal("122.88") + 9216 * Decimal("0.11") + 10240 * Decimal("0.085")
    assert tiered(found, Decimal(amount)) == expected


@pytest.mark.parametrize("kind", [PriceKind.ON_DEMAND, PriceKind.SPOT, PriceKind.COMMITMENT])
def test_the_cheapest_come_first_and_hold_what_is_asked(kind: PriceKind) -> None:
    query = PriceQuery(
        vcpus=4, memory_gib=Decimal(16), regions=["us-central1", "europe-west1"], kind=kind
    )
    found = search(query, TODAY).items
    prices = [one.price.price for one in found]
    assert len(found) == 10
    assert prices == sorted(prices)
    assert all(one.vcpus >= 4 and one.memory_mib >= 16384 and not one.gpus for one in found)
    best = min(
        row.price
        for region in query.regions
        for row in rates(GCP, region, kind, TODAY)
        if any(one.instance_type == row.name for one in found)
    )
    assert prices[0] == best
    first = cheapest(query)
    assert first is not None
    assert (first.name, first.price) == (found[0].instance_type, prices[0])


def test_architecture_and_gpus_are_asked_for() -> None:
    arm = PriceQuery(vcpus=2, regions=["eu-west-1"], architecture=Architecture.ARM64)
    assert all("arm64" in one.architectures for one in search(arm, TODAY).items)
    gpu = search(PriceQuery(vcpus=2, regions=["eu-west-1"], gpus=1), TODAY).items
    assert all(one.gpus >= 1 for one in gpu)
    assert gpu


def test_what_cannot_be_answered_is_refused_and_what_has_no_price_is_counted() -> None:
    with pytest.raises(InvalidSpec, match="regions"):
        search(PriceQuery(regions=["atlantis"]), TODAY)
    with pytest.raises(InvalidSpec):
        search(PriceQuery(kind=PriceKind.STORAGE), TODAY)
    spot = search(PriceQuery(regions=["eu-west-1"], kind=PriceKind.SPOT), TODAY)
    assert spot.items == []
    assert spot.unpriced > 100
    terms = PriceQuery(regions=["us-central1"], kind=PriceKind.SPOT, term="1y")
    assert search(terms, TODAY).items == []
