"""Google's prices are added up of SKUs, and published whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest

from novacron.catalog import live, snapshot
from novacron.catalog.catalog import price
from novacron.catalog.rates import rate, rates
from novacron.catalog.refresh.refresh import Refreshed
from novacron.errors import AuthenticationFailed, NovaCronError, ProviderUnavailable, Throttled
from novacron.migration.objects import ObjectStore
from novacron.models.account import ProviderType
from novacron.models.price import PriceKind
from novacron.operations.refresh_prices import refresh_gcp
from tests.billing_catalog import (
    IOWA,
    KEY,
    NETHERLANDS,
    Catalog,
    billing_catalog,
    sku,
    small_gcp,
)
from tests.shipped import shipping

GCP = ProviderType.GCP
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
FREE = Decimal(0)
CORE = "N2 Instance Core running in"
RAM = "N2 Instance Ram running in"


@pytest.fixture(autouse=True)
def _new_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with shipping(monkeypatch, GCP, small_gcp("2026-07-30")):
        yield


@pytest.fixture
def api() -> Iterator[Catalog]:
    with billing_catalog() as made:
        made.page = 5
        made.skus = [
            sku(f"{CORE} Americas", "0.031611", IOWA, "us-east1"),
            sku(f"{RAM} Americas", "0.004237", IOWA, "us-east1", unit="GiBy.h"),
            sku(f"{CORE} Netherlands", "0.034802", NETHERLANDS),
            sku(f"{RAM} Netherlands", "0.004664", NETHERLANDS, unit="GiBy.h"),
            sku("E2 Instance Core running in Americas", "0.02181159"),
            sku("E2 Instance Ram running in Americas", "0.00292353", unit="GiBy.h"),
            sku("Micro Instance with burstable CPU running in Americas", "0.0076"),
            sku(f"Spot Preemptible {CORE} Iowa", "0.00765", usage="Preemptible"),
            sku(f"Spot Preemptible {RAM} Iowa", "0.00103", unit="GiBy.h", usage="OnDemand"),
            sku("Spot Preemptible E2 Instance Core running in Iowa", "0.006"),
            sku("Commitment v1: N2 Cpu in Iowa for 3 Years", "0.014225", usage="Commit3Yr"),
            sku("Commitment v1: N2 Ram in Iowa for 3 Year", "0.001907", unit="GiBy.h"),
            sku("N2 Custom Instance Core running in Iowa", "9"),
            sku("N2 Sole Tenancy Instance Core running in Iowa", "9"),
            sku("DWS Calendar Mode N2 Instance Core running in Iowa", "9"),
            sku("Reserved N2 Core in Iowa for 1 Year", "9"),
            sku("SSD backed PD Capacity in Iowa", "0.17", unit="GiBy.mo"),
            sku("Regional SSD backed PD Capacity in Iowa", "9", unit="GiBy.mo"),
            sku("Storage PD Capacity", [(0, FREE), (30, Decimal("0.04"))], unit="GiBy.mo"),
            sku("SSD backed Local Storage in Iowa", "0.08", unit="GiBy.mo"),
            sku("SSD backed Local Storage attached to Spot Preemptible VMs in Iowa", "9"),
            sku("Storage PD Snapshot in Iowa", "0.05", unit="GiBy.mo"),
            sku(
                *("External IP Charge on a Standard VM", [(0, FREE), (744, Decimal("0.005"))]),
                "global",
            ),
            _egress("Americas", [(0, "0"), (1, "0.12"), (1024, "0.11"), (10240, "0.08")]),
            _egress("China", [(0, "0.23")]),
        ]
        yield made


def _egress(to: str, tiers: list[tuple[int, str]]) -> dict[str, Any]:
    told = f"Network Internet Data Transfer Out from Americas to {to}"
    return sku(told, [(start, Decimal(one)) for start, one in tiers], unit="GiBy")


def _refreshed(
    api: Catalog,
    store: ObjectStore,
    now: datetime = NOW,
    secret: Mapping[str, str] = MappingProxyType({"api_key": KEY}),
) -> Refreshed:
    secrets = SimpleNamespace(read=lambda name: {"prices": secret}[name])
    providers = SimpleNamespace(secrets=secrets)
    services: Any = SimpleNamespace(costs=store, now=lambda: now, providers=providers)
    return refresh_gcp(services, api.url, "prices")


@pytest.fixture
def store() -> ObjectStore:
    return ObjectStore.at("memory:///")


def _hourly(name: str, region: str = IOWA) -> str | None:
    found = price(GCP, name, region)
    return None if found is None else str(found.hourly)


def _published(api: Catalog, store: ObjectStore) -> Refreshed:
    """Read by a new process."""
    report = _refreshed(api, store)
    snapshot.forget()
    live.forget()
    live.use_newest(store, NOW)
    return report


def test_a_type_costs_what_its_parts_cost(api: Catalog, store: ObjectStore) -> None:
    report = _published(api, store)
    assert (report.changed, report.on_demand, report.zero) == (True, 4, 0)
    assert _hourly("n2-standard-2") == "0.09711800"
    assert _hourly("n2-standard-2", NETHERLANDS) == "0.10691600"
    assert _hourly("e2-micro") == "0.00837643"
    assert _hourly("f1-micro") == "0.00760000"
    found = price(GCP, "n2-standard-2", IOWA)
    assert found is not None
    assert (found.source, found.as_of) == ("Cloud Billing Catalog API", NOW.date())


def test_spot_and_commitments_are_told_as_shipped(api: Catalog, store: ObjectStore) -> None:
    _published(api, store)
    spot = rates(GCP, IOWA, PriceKind.SPOT, NOW.date())
    assert [(one.name, one.price) for one in spot] == [("n2-standard-2", Decimal("0.02354"))]
    terms = rates(GCP, IOWA, PriceKind.COMMITMENT, NOW.date())
    assert [(one.name, one.term, one.payment, one.price) for one in terms] == [
        ("n2-standard-2", "3y", "monthly", Decimal("0.043706"))
    ]


def test_disks_snapshots_addresses_and_egress(api: Catalog, store: ObjectStore) -> None:
    _published(api, store)
    today = NOW.date()
    disks = {one.name: str(one.price) for one in rates(GCP, IOWA, PriceKind.STORAGE, today)}
    assert disks == {
        "hyperdisk-new": "0.3",
        "local-ssd": "0.080000000",
        "pd-ssd": "0.170000000",
        "pd-standard": "0.040000000",
    }
    kept = rate(GCP, IOWA, PriceKind.SNAPSHOT, "standard", today)
    assert kept is not None
    assert kept.price == Decimal("0.05")
    for region in (IOWA, NETHERLANDS):
        address = rate(GCP, region, PriceKind.ADDRESS, "ipv4", today)
        assert address is not None
        assert address.price == Decimal("0.005")
    egress = rates(GCP, IOWA, PriceKind.EGRESS, today)
    assert [(one.start, str(one.price)) for one in egress] == [
        (0, "0.120000000"),
        (1024, "0.110000000"),
        (10240, "0.080000000"),
    ]


def test_a_type_without_one_of_its_parts_has_no_price(api: Catalog, store: ObjectStore) -> None:
    """Nor has M2 with M1's parts alone, and what has GPUs without theirs."""
    api.skus += [
        sku("Memory-optimized Instance Core running in Americas", "0.0348"),
        sku("Memory-optimized Instance Ram running in Americas", "0.0051", unit="GiBy.h"),
        sku("A4 Instance Core running in Iowa", "0.03"),
        sku("A4 Instance Ram running in Iowa", "0.004", unit="GiBy.h"),
        sku("N1 Predefined Instance Core running in Americas", "0.031611"),
        sku("N1 Predefined Instance Ram running in Americas", "0.004237", unit="By.s"),
    ]
    report = _published(api, store)
    missing = ["a4-highgpu-8g", "m2-ultramem-208", "n1-highcpu-2"]
    assert report.unknown == missing
    assert report.unpriced == 3
    assert [_hourly(name) for name in missing] == [None] * 3


def test_a_part_at_no_price_is_not_free(api: Catalog, store: ObjectStore) -> None:
    api.skus[3] = sku(f"{RAM} Netherlands", "0", NETHERLANDS, unit="GiBy.h")
    report = _published(api, store)
    assert (report.unknown[-1], report.unpriced) == ("n1-highcpu-2", 4)
    assert _hourly("n2-standard-2", NETHERLANDS) is None


def test_memory_that_is_told_by_the_gb_is_converted(api: Catalog, store: ObjectStore) -> None:
    api.skus[1] = sku(f"{RAM} Americas", "0.004", unit="GBy.h")
    _published(api, store)
    assert _hourly("n2-standard-2") == "0.09758174"


def test_of_two_prices_of_a_part_the_dearer_counts(api: Catalog, store: ObjectStore) -> None:
    api.skus += [sku(f"{CORE} Iowa", "0.04"), sku(f"{CORE} the United States", "0.03")]
    _published(api, store)
    assert _hourly("n2-standard-2") == "0.11389600"


def test_the_memory_of_a_type_is_what_google_says_and_not_whole_mib(
    api: Catalog, store: ObjectStore
) -> None:
    """https://cloud.google.com/compute/vm-instance-pricing: of 1.8 GiB, which are 1,843.2 MiB."""
    api.skus += [
        sku("N1 Predefined Instance Core running in Americas", "0.031611"),
        sku("N1 Predefined Instance Ram running in Americas", "0.004237", unit="GiBy.h"),
    ]
    _published(api, store)
    assert _hourly("n1-highcpu-2") == "0.07084860"


def test_twice_on_a_day_changes_nothing_more(api: Catalog, store: ObjectStore) -> None:
    assert _refreshed(api, store).changed
    kept = sorted(store.list(""))
    assert not _refreshed(api, store).changed
    assert sorted(store.list("")) == kept
    assert _refreshed(api, store, NOW + timedelta(days=1)).changed


@pytest.mark.parametrize("breaks_at", range(1, 6))
def test_an_answer_that_breaks_off_changes_nothing(
    api: Catalog, store: ObjectStore, breaks_at: int
) -> None:
    api.breaks_at = breaks_at
    with pytest.raises(ProviderUnavailable, match="503"):
        _refreshed(api, store)
    assert list(store.list("")) == []
    api.breaks_at = None
    assert _refreshed(api, store).changed


def test_a_page_that_is_cut_short_changes_nothing(api: Catalog, store: ObjectStore) -> None:
    api.cut = 9
    with pytest.raises(ProviderUnavailable):
        _refreshed(api, store)
    assert list(store.list("")) == []


def test_an_answer_that_is_too_small_is_refused(api: Catalog, store: ObjectStore) -> None:
    api.skus = api.skus[7:]
    with pytest.raises(ProviderUnavailable, match="cut short"):
        _refreshed(api, store)
    assert list(store.list("")) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"description": None},
        {"pricingInfo": [{}]},
        {"pricingInfo": [{"pricingExpression": {"tieredRates": [{"unitPrice": {}}]}}]},
        {"pricingInfo": "free"},
    ],
)
def test_what_is_not_as_documented_is_refused(
    api: Catalog, store: ObjectStore, wrong: dict[str, Any]
) -> None:
    api.skus[-1] |= wrong
    with pytest.raises(ProviderUnavailable, match="not as documented"):
        _refreshed(api, store)
    assert list(store.list("")) == []


@pytest.mark.parametrize(
    ("status", "kind"), [(429, Throttled), (500, ProviderUnavailable), (403, AuthenticationFailed)]
)
def test_a_refusal_is_told(
    api: Catalog, store: ObjectStore, status: int, kind: type[NovaCronError]
) -> None:
    api.breaks_at, api.status = 2, status
    with pytest.raises(kind):
        _refreshed(api, store)


@pytest.mark.parametrize("secret", [{"api_key": "another"}, {"api_key": ""}, {"key": KEY}])
def test_the_key_is_the_secrets_and_in_no_url(
    api: Catalog, store: ObjectStore, secret: dict[str, str]
) -> None:
    with pytest.raises(AuthenticationFailed):
        _refreshed(api, store, secret=secret)
    assert api.asked == []
    _refreshed(api, store)
    assert KEY not in "".join(api.asked)
