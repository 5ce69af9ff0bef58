"""Deliveries in every order and state; what the ledger says is the rows' own sum."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from novacron.costs.imports import import_delivery
from novacron.costs.parquet import read_manifest
from novacron.errors import Conflict
from novacron.models.cost import CostMetric, CostQuestion, Days
from novacron.models.cost_import import CostSettings, ImportReport, Outcome, PartitionKey
from novacron.store.costs import CostStore
from tests.bills import Bills, Killed, Row, row
from tests.world import World

JAN = date(2026, 1, 1)
MONTH = Days(start=JAN, end=date(2026, 2, 1))
AT = datetime(2026, 1, 10, tzinfo=UTC)
KEY = PartitionKey(tenant="acme", account_id="acc-1", period=JAN)


def _day(n: int) -> date:
    return JAN + timedelta(days=n)


def _import(world: World, rows: list[Row], version: str, hours: int, **told: bool) -> ImportReport:
    bills = Bills(rows, size=3)
    delivery = bills.delivery(version, AT + timedelta(hours=hours), told.pop("complete", True))
    return import_delivery(world.services, world.account, bills, delivery, **told)


def _total(world: World, metric: CostMetric = CostMetric.BILLED) -> Decimal:
    return sum(world.services.ledger("acme").daily(MONTH, metric, {}).values(), Decimal(0))


@pytest.fixture(autouse=True)
def _store(world: World, tmp_path: object) -> None:
    world.services.cost_store = f"file://{tmp_path}/costs"


@pytest.fixture
def store(world: World) -> CostStore:
    return CostStore(world.services.store.table)


ROWS = [
    row(_day(0), "0.000000000000000001", ResourceId="vm-1", tags={"env": "prod"}),
    row(_day(0), "12.34", ResourceId="vm-2", RegionId="south", tags={"env": "dev"}),
    row(_day(1), "-3.3", ServiceName="Disks", ResourceId=None, ChargeCategory="Credit"),
    row(_day(2), "99999999.99", ResourceId="vm-1", EffectiveCost=Decimal("0.1")),
]


def test_a_month_is_kept_and_its_total_is_exact(world: World, store: CostStore) -> None:
    report = _import(world, ROWS, "1", 0)
    exact = Decimal("99999999.99") + Decimal("9.040000000000000001")
    assert (report.outcome, report.rows) == (Outcome.IMPORTED, 4)
    assert report.totals[CostMetric.BILLED] == _total(world) == exact
    assert _total(world, CostMetric.EFFECTIVE) == exact - Decimal("99999999.89")
    there = store.partition(KEY)
    assert there is not None
    assert (there.first, there.last, there.through) == (_day(0), _day(2), _day(2))


def test_the_rows_are_parquet_that_the_manifest_names(world: World, store: CostStore) -> None:
    _import(world, ROWS, "1", 0)
    there = store.partition(KEY)
    assert there is not None
    [file] = read_manifest(world.services.costs, there).files
    folder = world.services.cost_store.removeprefix("file://")
    table = pq.read_table(f"{folder}/{file.path}")
    assert table.num_rows == file.rows == 4
    assert table.column("x_BilledCost").to_pylist() == [one["BilledCost"] for one in ROWS]
    assert set(table.column("x_Tenant").to_pylist()) == {"acme"}


def test_a_later_delivery_replaces_and_an_earlier_one_is_ignored(world: World) -> None:
    _import(world, ROWS, "2", 2)
    assert _import(world, ROWS, "2", 2).outcome is Outcome.UNCHANGED
    assert _import(world, ROWS[:1], "1", 1).outcome is Outcome.OUTDATED
    assert _import(world, ROWS[1:2], "3", 3).outcome is Outcome.IMPORTED
    assert _total(world) == Decimal("12.34")
    assert _import(world, ROWS, "4", 4, complete=False).outcome is Outcome.COARSER
    assert _total(world) == Decimal("12.34")


def test_a_kill_leaves_the_old_totals_and_the_next_try_succeeds(world: World) -> None:
    _import(world, ROWS[:2], "1", 1)
    before = _total(world)
    bills = Bills(ROWS, size=1, kill_after=3)
    delivery = bills.delivery("2", AT + timedelta(hours=2))
    with pytest.raises(Killed):
        import_delivery(world.services, world.account, bills, delivery)
    assert _total(world) == before
    bills.kill_after = None
    import_delivery(world.services, world.account, bills, delivery)
    assert _total(world) == sum(one["BilledCost"] for one in ROWS)


def test_a_closed_month_that_changes_is_reported(world: World, store: CostStore) -> None:
    closed = 24 * 40
    assert _import(world, ROWS, "1", closed).change is None
    change = _import(world, ROWS[:2], "2", closed + 1).change
    assert change is not None
    assert change.difference[CostMetric.BILLED] == -(ROWS[2]["BilledCost"] + ROWS[3]["BilledCost"])
    assert list(store.changes("acme")) == [change]


def test_another_currency_is_converted_by_the_rate_of_then(world: World, store: CostStore) -> None:
    euros = [row(_day(3), "10.01", BillingCurrency="EUR")]
    with pytest.raises(Conflict, match="no exchange rate from EUR to USD for 2026-01-04"):
        _import(world, euros, "1", 1)
    assert store.partition(KEY) is None
    rates = {"EUR": {_day(0): Decimal("1.1"), _day(3): Decimal("1.123456789012")}}
    kept = store.save_settings("acme", CostSettings(rates=rates))
    _import(world, euros, "1", 1)
    assert _total(world) == Decimal("10.01") * Decimal("1.123456789012")
    other = {"EUR": {_day(0): Decimal(2)}}
    store.save_settings("acme", kept.model_copy(update={"rates": other}))
    _import(world, [*euros, row(_day(4), "1", BillingCurrency="EUR")], "2", 2)
    assert _total(world) == Decimal("10.01") * Decimal("1.123456789012") + 2


def test_estimates_count_where_the_bill_does_not_reach(world: World) -> None:
    estimates = [row(_day(n), "1") for n in range(5)]
    _import(world, estimates, "e", 1, estimated=True)
    assert _total(world) == 5
    _import(world, [row(_day(0), "7"), row(_day(1), "7")], "b", 1)
    assert _total(world) == 14 + 3
    question = CostQuestion(start=MONTH.start, end=MONTH.end, metric=CostMetric.BILLED)
    told = world.services.ledger("acme").ask(question)
    assert (told.total, told.estimated) == (Decimal(17), Decimal(3))
    alone = question.model_copy(update={"estimates": False})
    assert world.services.ledger("acme").ask(alone).total == 14
