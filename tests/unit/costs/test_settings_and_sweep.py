"""The currency stays once costs are stored; what nobody reads is removed, and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from novacron.costs.imports import import_delivery
from novacron.costs.sweep import sweep_tenant
from novacron.errors import Conflict, NotReady
from novacron.models.cost import CostMetric, Days
from novacron.models.cost_import import CostSettings
from novacron.store.costs import CostStore
from tests.bills import Bills, Killed, row
from tests.world import World

JAN = date(2026, 1, 1)
MONTH = Days(start=JAN, end=date(2026, 2, 1))
AT = datetime(2026, 1, 10, tzinfo=UTC)


@pytest.fixture
def store(world: World, tmp_path: Path) -> CostStore:
    world.services.cost_store = f"file://{tmp_path}/costs"
    return CostStore(world.services.store.table)


def _import(world: World, cost: str, version: str, kill_after: int | None = None) -> None:
    bills = Bills([row(JAN, cost), row(JAN, cost)], size=1, kill_after=kill_after)
    delivery = bills.delivery(version, AT + timedelta(hours=int(version)))
    import_delivery(world.services, world.account, bills, delivery)


def _total(world: World) -> Decimal:
    series = world.services.ledger("acme").daily(MONTH, CostMetric.BILLED, {})
    return sum(series.values(), Decimal(0))


def test_the_currency_stays_once_costs_are_stored(world: World, store: CostStore) -> None:
    store.save_settings("acme", CostSettings(currency="EUR"))
    kept = store.save_settings("acme", CostSettings(currency="USD", version=1))
    _import(world, "1", "1")
    with pytest.raises(Conflict, match="stored in USD; they cannot become EUR") as refused:
        store.save_settings("acme", kept.model_copy(update={"currency": "EUR"}))
    assert refused.value.remedy
    assert store.save_settings("acme", kept.model_copy(update={"tags": ["env"]})).version == 3
    with pytest.raises(Conflict, match="changed meanwhile"):
        store.save_settings("acme", kept)
    assert store.save_settings("umbrella", CostSettings(currency="EUR")).currency == "EUR"


def test_a_currency_that_changes_during_the_first_import_stops_it(
    world: World, store: CostStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Bills.bill_rows

    def changing(self: Bills, *given: object) -> object:
        settings = store.settings("acme")
        store.save_settings("acme", settings.model_copy(update={"currency": "EUR"}))
        return real(self, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Bills, "bill_rows", changing)
        with pytest.raises(NotReady, match="the currency of costs changed"):
            _import(world, "1", "1")
    assert _total(world) == 0


def test_the_sweep_removes_what_a_kill_left_and_what_was_replaced(
    world: World, store: CostStore
) -> None:
    _import(world, "1", "1")
    with pytest.raises(Killed):
        _import(world, "5", "2", kill_after=1)
    _import(world, "2", "3")
    assert sweep_tenant(world.services, "acme").generations == 0
    world.clock.at += timedelta(days=2)
    assert sweep_tenant(world.services, "umbrella").generations == 0
    swept = sweep_tenant(world.services, "acme")
    assert (swept.generations, swept.files) == (2, 2)
    assert _total(world) == 4
    [valid] = store.partitions("acme")
    assert [one.generation for one in store.attempts("acme")] == [valid.generation]
    left = list(world.services.costs.list("acme"))
    assert len(left) == 2
    assert all(valid.generation in path for path in left)
    items = store.table.client.scan(TableName="novacron")["Items"]
    pages = [one["sk"]["S"] for one in items if "COST#PAGE" in one["pk"]["S"]]
    assert pages
    assert all(valid.generation in sk for sk in pages)
