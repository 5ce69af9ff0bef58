"""A refresh replaces the snapshot whole, or leaves it; readers prefer the newer one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from novacron.catalog import live, snapshot
from novacron.catalog.catalog import price
from novacron.catalog.rates import rate, rates
from novacron.errors import ProviderUnavailable, Throttled
from novacron.migration.objects import ObjectStore
from novacron.models.account import ProviderType
from novacron.models.price import PriceKind
from novacron.operations.refresh_prices import refresh_azure
from tests.price_api import PriceApi, item, price_api, small_snapshot
from tests.shipped import shipping

AZURE = ProviderType.AZURE
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
VMS, DISKS = "Virtual Machines", "Storage"


@pytest.fixture(autouse=True)
def _new_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Of three sizes in two regions, so that few meters are a whole answer."""
    with shipping(monkeypatch, AZURE, small_snapshot("2026-06-18")):
        yield


@pytest.fixture
def api() -> Iterator[PriceApi]:
    with price_api() as made:
        made.items = [
            item(VMS, "eastus", 0.096),
            item(VMS, "eastus", 0.5, effectiveStartDate="2027-01-01T00:00:00Z"),
            item(VMS, "eastus", 0.094, effectiveStartDate="2025-01-01T00:00:00Z"),
            item(VMS, "eastus", 0.188, productName="Virtual Machines DSv3 Series Windows"),
            item(VMS, "eastus", 0.02, skuName="D2s v3 Spot"),
            item(VMS, "eastus", 0.03, skuName="D2s v3 Low Priority"),
            item(VMS, "eastus", 500.0, type="Reservation", reservationTerm="1 Year"),
            item(VMS, "eastus", 0.05, type="DevTestConsumption"),
            item(VMS, "eastus", 0.7, armSkuName="Standard_New_v9"),
            item(VMS, "eastus", 0.0, armSkuName="Standard_E2s_v5"),
            item(
                *(VMS, "westeurope", 0.24),
                armSkuName="Standard_D4s_v3",
                savingsPlan=[{"unitPrice": 0.1, "retailPrice": 0.1, "term": "3 Years"}],
            ),
            _disk("S10 LRS Disk", "Standard HDD Managed Disks", 5.888),
            _disk("P10 LRS Disk", "Premium SSD Managed Disks", 19.71),
            _disk("Premium LRS Provisioned Capacity", "Azure Premium SSD v2", 0.000111),
            _disk("Premium LRS Provisioned IOPS", "Azure Premium SSD v2", 0.0),
            item(
                *("Bandwidth", "eastus", 0.0),
                productName="Rtn Preference: MGN",
                meterName="Standard Data Transfer Out",
            ),
            _egress(100, 0.087),
            _egress(10340, 0.083),
        ]
        yield made


def _disk(meter: str, product: str, price: float) -> dict[str, Any]:
    return item(DISKS, "eastus", price, meterName=meter, productName=product, armSkuName="")


def _egress(start: int, price: float) -> dict[str, Any]:
    told = {"productName": "Rtn Preference: MGN", "meterName": "Standard Data Transfer Out"}
    return item("Bandwidth", "eastus", price, tierMinimumUnits=float(start), **told)


def _services(store: ObjectStore, now: datetime = NOW) -> Any:
    return SimpleNamespace(costs=store, now=lambda: now)


def _refreshed(api: PriceApi, store: ObjectStore, now: datetime = NOW) -> Any:
    return refresh_azure(_services(store, now), api.url)


def _read(store: ObjectStore) -> None:
    """As a new process would."""
    snapshot.forget()
    live.forget()
    live.use_newest(store, NOW)


def test_what_is_told_replaces_what_was_known(api: PriceApi) -> None:
    store = ObjectStore.at("memory:///")
    report = _refreshed(api, store)
    assert report.changed
    assert (report.on_demand, report.zero) == (2, 1)
    assert report.unknown == ["Standard_New_v9"]
    _read(store)
    today = NOW.date()
    found = price(AZURE, "Standard_D2s_v3", "eastus")
    assert found is not None
    assert (found.hourly, found.as_of) == (Decimal("0.096"), today)
    assert found.source == "Azure Retail Prices API"
    spot = rate(AZURE, "eastus", PriceKind.SPOT, "Standard_D2s_v3", today)
    assert spot is not None
    assert (spot.price, spot.stale) == (Decimal("0.02"), False)
    terms = rates(AZURE, "eastus", PriceKind.COMMITMENT, today)
    assert [(one.term, one.payment, one.price) for one in terms] == [
        ("1y", "reservation", Decimal("0.05707763"))
    ]
    plan = rates(AZURE, "westeurope", PriceKind.COMMITMENT, today)
    assert [(one.term, one.payment, one.price) for one in plan] == [
        ("3y", "savings-plan", Decimal("0.1"))
    ]
    assert [one.start for one in rates(AZURE, "eastus", PriceKind.EGRESS, today)] == [0, 10340]


def test_what_is_not_told_is_kept_or_unknown_and_never_free(api: PriceApi) -> None:
    store = ObjectStore.at("memory:///")
    _refreshed(api, store)
    _read(store)
    today = NOW.date()
    # The API's disks of this type took the place of the old ones; addresses stayed as they were.
    disks = rates(AZURE, "eastus", PriceKind.STORAGE, today)
    assert [(one.name, one.start, one.price) for one in disks] == [
        ("PremiumV2_LRS", 0, Decimal("0.08103")),
        ("Premium_LRS", 128, Decimal("19.71")),
        ("Standard_LRS", 128, Decimal("5.888")),
    ]
    assert rates(AZURE, "eastus", PriceKind.IOPS, today) == []
    address = rate(AZURE, "eastus", PriceKind.ADDRESS, "ipv4", today)
    assert address is not None
    assert (address.source, address.stale) == ("shipped", True)
    assert price(AZURE, "Standard_D4s_v3", "eastus") is None
    assert price(AZURE, "Standard_E2s_v5", "eastus") is None


def test_twice_on_a_day_changes_nothing_more(api: PriceApi) -> None:
    store = ObjectStore.at("memory:///")
    assert _refreshed(api, store).changed
    kept = sorted(store.list(""))
    assert not _refreshed(api, store).changed
    assert sorted(store.list("")) == kept
    assert _refreshed(api, store, NOW + timedelta(days=1)).changed


@pytest.mark.parametrize("breaks_at", range(1, 12))
def test_an_answer_that_breaks_off_changes_nothing(api: PriceApi, breaks_at: int) -> None:
    store = ObjectStore.at("memory:///")
    api.breaks_at = breaks_at
    with pytest.raises(ProviderUnavailable, match="503"):
        _refreshed(api, store)
    assert list(store.list("")) == []
    api.breaks_at = None
    assert _refreshed(api, store).changed


def test_an_answer_that_is_too_small_is_refused(api: PriceApi) -> None:
    store = ObjectStore.at("memory:///")
    api.items = api.items[:1]
    with pytest.raises(ProviderUnavailable, match="cut short"):
        _refreshed(api, store)
    assert list(store.list("")) == []


def test_a_crash_before_the_pointer_leaves_the_old_prices(api: PriceApi) -> None:
    store = ObjectStore.at("memory:///")
    _refreshed(api, store)
    real = store.put

    def put(path: str, data: bytes) -> None:
        if path.startswith(live.POINTERS):
            raise OSError("crashed")
        real(path, data)

    store.put = put  # type: ignore[method-assign]
    api.items[0]["retailPrice"] = 9.9
    with pytest.raises(OSError, match="crashed"):
        _refreshed(api, store, NOW + timedelta(days=1))
    _read(store)
    found = price(AZURE, "Standard_D2s_v3", "eastus")
    assert found is not None
    assert found.hourly == Decimal("0.096")


def test_being_asked_to_wait_is_said(api: PriceApi) -> None:
    api.breaks_at, api.status = 1, 429
    with pytest.raises(Throttled):
        _refreshed(api, ObjectStore.at("memory:///"))


def test_what_is_shipped_wins_when_it_is_newer(api: PriceApi) -> None:
    store = ObjectStore.at("memory:///")
    _refreshed(api, store, datetime(2026, 6, 1, tzinfo=UTC))
    _read(store)
    found = price(AZURE, "Standard_D2s_v3", "eastus")
    assert found is not None
    assert found.hourly == Decimal("0.09")


def test_pointers_are_looked_at_once_in_a_while(api: PriceApi) -> None:
    store = ObjectStore.at("memory:///")
    live.use_newest(store, NOW)
    _refreshed(api, store, NOW)
    live.use_newest(store, NOW + live.LOOK_AGAIN - timedelta(seconds=1))
    assert price(AZURE, "Standard_D4s_v3", "westeurope") is None
    live.use_newest(store, NOW + live.LOOK_AGAIN)
    assert price(AZURE, "Standard_D4s_v3", "westeurope") is not None


def test_the_shipped_snapshot_is_one_that_can_be_published() -> None:
    store = ObjectStore.at("memory:///")
    data = (snapshot.DATA / "azure.zip").read_bytes()
    assert live.publish(store, AZURE, data)
    assert not live.publish(store, AZURE, data)
