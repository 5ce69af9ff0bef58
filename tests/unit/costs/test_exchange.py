"""Reference rates: read safely, kept by day, used where the tenant has none of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from novacron.costs.exchange.ecb import parsed, published
from novacron.costs.exchange.reference import ReferenceRates
from novacron.costs.export import EXPORTED, export
from novacron.costs.focus import ROWS
from novacron.costs.imports import import_delivery
from novacron.costs.sql.ask import ask
from novacron.errors import Conflict, ProviderUnavailable, Throttled
from novacron.models.cost import CostMetric, CostQuestion, Exchange, RateSource
from novacron.models.cost_export import CostExportRequest
from novacron.models.cost_import import CostSettings
from novacron.models.cost_sql import SqlQuestion
from novacron.store.costs import CostStore
from tests.bills import Bills, row
from tests.ecb import FRIDAY, MONDAY, RATES, document, ecb
from tests.world import World

JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)
SATURDAY = date(2026, 1, 3)
DAYS = {"start": JAN, "end": FEB}


@pytest.fixture
def told(world: World, tmp_path: Path) -> World:
    world.services.cost_store = f"file://{tmp_path}/costs"
    ReferenceRates(world.services.costs).add(parsed(document()))
    return world


def _import(world: World, rows: list[dict[str, Any]], hour: int = 1) -> None:
    bills = Bills(rows)
    at = datetime(2026, 1, 20, hour, tzinfo=UTC)
    import_delivery(world.services, world.account, bills, bills.delivery(str(hour), at))


def _settings(world: World, **told: Any) -> None:
    CostStore(world.services.store.table).save_settings("acme", CostSettings(**told))


def _rows(world: World) -> list[list[Any]]:
    sql = (
        "SELECT BilledCost, x_BilledCost, x_ExchangeRate, x_ExchangeRateDate, x_ExchangeRateSource "
        "FROM costs ORDER BY ChargePeriodStart, BilledCost"
    )
    return ask(world.services, "acme", SqlQuestion.model_validate({**DAYS, "sql": sql})).rows


def _exchange(world: World) -> list[Exchange]:
    asked = CostQuestion(start=JAN, end=FEB, metric=CostMetric.BILLED)
    return world.services.ledger("acme").ask(asked).exchange


def test_rates_are_read_and_kept_by_day(world: World, tmp_path: Path) -> None:
    world.services.cost_store = f"file://{tmp_path}/costs"
    store = ReferenceRates(world.services.costs)
    with ecb(document({FRIDAY: RATES[FRIDAY]})) as url:
        first = store.add(published(url))
    with ecb(document({MONDAY: RATES[MONDAY]})) as url:
        second = store.add(published(url))
    assert (first.days, first.new, second.days, second.new) == (1, 1, 2, 1)
    assert second.newest == date.fromisoformat(MONDAY)
    found = ReferenceRates(world.services.costs).of("USD", "EUR", SATURDAY)
    assert found is not None
    assert (found.rate, found.as_of.isoformat()) == (Decimal("0.8"), FRIDAY)


@pytest.mark.parametrize(
    ("currency", "into", "rate"),
    [
        ("EUR", "USD", "1.25"),
        ("USD", "EUR", "0.8"),
        ("GBP", "USD", "1.5625"),
        ("JPY", "GBP", "0.005"),
        ("USD", "JPY", "128"),
    ],
)
def test_other_pairs_go_by_the_euro(told: World, currency: str, into: str, rate: str) -> None:
    found = ReferenceRates(told.services.costs).of(currency, into, SATURDAY)
    assert found is not None
    assert (found.rate, found.source) == (Decimal(rate), RateSource.ECB)


def test_what_is_not_quoted_or_long_gone_has_no_rate(told: World) -> None:
    rates = ReferenceRates(told.services.costs)
    assert rates.of("RUB", "EUR", SATURDAY) is None
    assert rates.of("USD", "EUR", JAN) is None
    assert rates.of("USD", "EUR", date(2026, 2, 5)) is not None
    assert rates.of("USD", "EUR", date(2026, 2, 6)) is None


def test_a_bill_is_converted_and_its_rows_keep_by_what(told: World) -> None:
    euros = [row(SATURDAY, "10", BillingCurrency="EUR"), row(SATURDAY, "20")]
    _import(told, euros)
    assert [[str(Decimal(cell).normalize()) for cell in one[:3]] for one in _rows(told)] == [
        ["1E+1", "12.5", "1.25"],
        ["2E+1", "2E+1", "1"],
    ]
    assert [one[3:] for one in _rows(told)] == [[FRIDAY, "ecb"], [SATURDAY.isoformat(), None]]
    [shown] = _exchange(told)
    assert (shown.currency, shown.source, shown.stale) == ("EUR", RateSource.ECB, False)


def test_a_tenants_own_rate_comes_first(told: World) -> None:
    """Also one that is older than a reference rate; before its first day there is none."""
    own = {"EUR": {date(2026, 1, 4): Decimal(2)}}
    _settings(told, rates=own)
    _import(told, [row(date(2026, 1, day), "1", BillingCurrency="EUR") for day in (3, 4, 6)])
    assert [one[4] for one in _rows(told)] == ["ecb", "tenant", "tenant"]
    assert [shown.source for shown in _exchange(told)] == [RateSource.TENANT]


def test_a_days_own_rate_takes_the_place_of_the_day_befores(world: World, tmp_path: Path) -> None:
    world.services.cost_store = f"file://{tmp_path}/costs"
    store = ReferenceRates(world.services.costs)
    monday = date.fromisoformat(MONDAY)
    bill = [row(monday, "1", BillingCurrency="EUR")]
    store.add(parsed(document({FRIDAY: RATES[FRIDAY]})))
    _import(world, bill, 1)
    assert _rows(world)[0][3] == FRIDAY
    store.add(parsed(document()))
    _import(world, bill, 2)
    assert _rows(world)[0][3] == MONDAY
    corrected = {MONDAY: {**RATES[MONDAY], "USD": "9"}}
    store.add(parsed(document(corrected)))
    _settings(world, rates={"EUR": {JAN: Decimal(7)}})
    _import(world, bill, 3)
    assert Decimal(_rows(world)[0][2]) == Decimal("1.1")


def test_an_old_rate_is_shown_as_stale(told: World) -> None:
    _import(told, [row(date(2026, 1, 10), "1", BillingCurrency="EUR")])
    assert [one.stale for one in _exchange(told)] == [False]
    _import(told, [row(date(2026, 1, 11), "1", BillingCurrency="EUR")], 2)
    assert [(one.stale, one.as_of.isoformat()) for one in _exchange(told)] == [(True, MONDAY)]


def test_without_any_rate_the_import_waits(told: World) -> None:
    with pytest.raises(Conflict, match="no exchange rate from CHF to USD"):
        _import(told, [row(SATURDAY, "1", BillingCurrency="CHF")])


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>"""
BAD = {
    "a document type": BOMB + document().partition(b"?>")[2],
    "a document type in UTF-16": (BOMB + document().partition(b"?>")[2])
    .decode()
    .replace('version="1.0"', 'version="1.0" encoding="UTF-16"', 1)
    .encode("utf-16"),
    "cut short": document()[:-40],
    "no rates": document({}),
    "a day without rates": document({FRIDAY: {}}),
    "zero": document({FRIDAY: {"USD": "0"}}),
    "below zero": document({FRIDAY: {"USD": "-1"}}),
    "not a number": document({FRIDAY: {"USD": "NaN"}}),
    "no rate": document({FRIDAY: {"USD": "N/A"}}),
    "no day": document({"soon": {"USD": "1"}}),
    "a page": b"<html><body>Sorry</body></html>",
    "nothing": b"",
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_as_documented_is_refused(name: str) -> None:
    with pytest.raises(ProviderUnavailable), ecb(BAD[name]) as url:
        published(url)


@pytest.mark.parametrize(("status", "kind"), [(429, Throttled), (503, ProviderUnavailable)])
def test_a_refusal_is_told(status: int, kind: type[Exception]) -> None:
    with pytest.raises(kind), ecb(b"", status) as url:
        published(url)


def test_files_from_before_the_source_was_kept_are_read(told: World, tmp_path: Path) -> None:
    """Beside newer ones, of another month."""
    _import(told, [row(SATURDAY, "1")])
    _import(told, [row(FEB, "2", BillingCurrency="EUR")], 2)
    [old] = (tmp_path / "costs/acme/memory/acc-1/2026-01").rglob("*.parquet")
    pq.write_table(pq.read_table(old).drop_columns(["x_ExchangeRateSource"]), old)
    both = {"start": JAN, "end": date(2026, 3, 1)}
    sql = "SELECT x_ExchangeRateSource FROM costs ORDER BY BilledCost"
    question = SqlQuestion.model_validate({**both, "sql": sql})
    assert ask(told.services, "acme", question).rows == [[None], ["ecb"]]
    assert export(told.services, "acme", CostExportRequest.model_validate(both)).rows == 2
    assert EXPORTED.names == ROWS.names
