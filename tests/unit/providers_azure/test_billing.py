"""Azure's bills: a FOCUS export in a storage account, and sums by the Query API."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import obstore
import pytest
from obstore.store import MemoryStore

from infra.local.bills import azure
from infra.local.bills.azure import Export
from infra.local.bills.charges import first_of
from infra.local.bills.charges import total as charged
from infra.local.bills.files import Format
from novacron.costs.sources.files import Files
from novacron.errors import Conflict, InvalidSpec, Throttled
from novacron.providers.azure.provider import AzureProvider
from novacron.providers.billing import BillDelivery, BillingSource
from tests.exported import FLEET, OCTOBER, october, rows_of, total
from tests.unit.providers_azure.conftest import World

SETTINGS = {
    "billing_storage_account": "bills",
    "billing_container": "exports",
    "billing_directory": "costs",
    "billing_export": "focus",
}
CHARGES = october()
ROWS = list(azure.focus_rows(CHARGES, FLEET))
AT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def provider(world: World, store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> AzureProvider:
    made = world.provider(**SETTINGS)
    monkeypatch.setattr(made, "export_files", lambda: Files(store))
    return made


def deliver(store: MemoryStore, export: Export, rows: list[Any], run: str) -> None:
    for name, content in export.delivery(rows, first_of(OCTOBER), run, AT).items():
        obstore.put(store, name, content)


def october_of(provider: AzureProvider) -> BillDelivery:
    [found] = [one for one in provider.bill_deliveries(OCTOBER) if one.period == OCTOBER]
    return found


def read(provider: AzureProvider, delivery: BillDelivery) -> list[dict[str, Any]]:
    return [row for part in delivery.parts for row in rows_of(provider.bill_rows(delivery, part))]


@pytest.mark.parametrize("form", list(Format))
def test_a_delivery_is_read_whole(
    provider: AzureProvider, store: MemoryStore, form: Format
) -> None:
    deliver(store, Export("costs", "focus", form), ROWS, "run-1")
    delivery = october_of(provider)
    assert delivery.complete
    found = read(provider, delivery)
    assert total(found) == charged(CHARGES)
    assert {row["ProviderName"] for row in found} == {"Microsoft"}
    assert isinstance(provider, BillingSource)


def test_the_newest_run_counts(provider: AzureProvider, store: MemoryStore) -> None:
    export = Export("costs", "focus")
    deliver(store, export, ROWS[:10], "run-1")
    first = october_of(provider)
    deliver(store, export, ROWS, "run-2")
    second = october_of(provider)
    assert first.version != second.version
    assert total(read(provider, second)) == charged(CHARGES)


def test_a_blob_that_was_replaced_is_a_conflict(
    provider: AzureProvider, store: MemoryStore
) -> None:
    deliver(store, Export("costs", "focus"), ROWS, "run-1")
    delivery = october_of(provider)
    obstore.put(store, delivery.parts[0].place, b"something else")
    with pytest.raises(Conflict):
        read(provider, delivery)


def test_an_export_without_its_manifest_is_not_listed(
    provider: AzureProvider, store: MemoryStore
) -> None:
    found = Export("costs", "focus").delivery(ROWS, first_of(OCTOBER), "run-1", AT)
    for name in list(found)[:-1]:
        obstore.put(store, name, found[name])
    assert provider.bill_deliveries(OCTOBER) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"billing_storage_account": "evil.example.com/"},
        {"billing_container": "../x"},
        {"billing_export": "a/b"},
    ],
)
def test_settings_name_places_of_azure_alone(world: World, wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidSpec):
        world.provider(**{**SETTINGS, **wrong})


@pytest.fixture
def charges(world: World) -> Iterator[list[dict[str, str]]]:
    """More than a page of sums, with amounts that no float holds."""
    chance = random.Random(7)
    made = [
        {
            "day": f"202610{day:02}",
            "service": f"Service {number}",
            "location": "EU West",
            "billed": f"{chance.randrange(10**9)}e-9",
            "effective": f"{chance.randrange(10**9)}e-9",
        }
        for day in range(1, 31)
        for number in range(70)
    ]
    world.server.account.charges = made
    yield made
    world.server.account.charges = []


def test_sums_are_asked_for_without_an_export(world: World, charges: list[dict[str, str]]) -> None:
    provider = world.provider()
    delivery = october_of(provider)
    assert not delivery.complete
    found = read(provider, delivery)
    assert len(found) == len(charges) > 2000
    assert total(found) == sum((Decimal(one["billed"]) for one in charges), Decimal(0))
    effective = sum((Decimal(one["effective"]) for one in charges), Decimal(0))
    assert total(found, "EffectiveCost") == effective
    assert {row["RegionId"] for row in found} == {"euwest"}
    assert october_of(provider).version == delivery.version


def test_a_refusal_says_when_to_come_back(world: World, charges: list[dict[str, str]]) -> None:
    world.fault("Query_Usage", "TooManyRequests", http_status=429, message="QPU", retry_after=17)
    provider = world.provider()
    with pytest.raises(Throttled) as caught:
        read(provider, october_of(provider))
    assert caught.value.retry_after == 17


def test_a_day_is_the_days_own(world: World, charges: list[dict[str, str]]) -> None:
    provider = world.provider()
    found = read(provider, october_of(provider))
    first = [row for row in found if row["ChargePeriodStart"].date() == date(2026, 10, 1)]
    assert len(first) == 70


def test_the_specification_has_the_route() -> None:
    """The path is the one that the SDK asks for."""
    import azure.mgmt.costmanagement.operations as sdk

    text = Path(str(sdk.__file__)).with_name("_operations.py").read_text()
    assert '"/{scope}/providers/Microsoft.CostManagement/query"' in text
