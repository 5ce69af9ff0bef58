"""Google's bills, from tables as Cloud Billing exports them to BigQuery."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from infra.local.bills import gcp
from infra.local.bills.charges import total as charged
from novacron.errors import InvalidSpec, NotFound, NotReady, Throttled
from novacron.providers.billing import BillDelivery, BillingSource
from novacron.providers.gcp import billing
from novacron.providers.gcp.provider import GcpProvider
from tests.exported import FLEET, OCTOBER, october, rows_of, total
from tests.unit.providers_gcp.conftest import World

TABLE = "lab-project.billing.gcp_billing_export_resource_v1_010101-ABCDEF"
VIEW = "lab-project.billing.focus_v1_0"
EXPORTED = datetime(2026, 11, 1, 5, 30, 1, 123456, tzinfo=UTC)
CHARGES = october()


@pytest.fixture
def tables(world: World) -> Iterator[dict[str, pa.Table]]:
    here = world.server.project.warehouse
    detailed = list(gcp.detailed_rows(CHARGES, FLEET, EXPORTED))
    here.tables[TABLE] = pa.Table.from_pylist(detailed)
    here.tables[VIEW] = _view()
    yield here.tables
    here.tables.clear()
    here.done.clear()
    here.requests.clear()


def _view() -> pa.Table:
    """Costs are numbers in Google's view, times are timestamps, tags are a list of pairs."""
    rows: list[dict[str, Any]] = []
    for row in gcp.focus_rows(CHARGES, FLEET):
        made: dict[str, Any] = dict(row)
        for name, value in row.items():
            if value is not None and name.endswith(("Start", "End")):
                made[name] = datetime.fromisoformat(value)
            if value is not None and name.endswith(("Cost", "Price", "Quantity")):
                made[name] = Decimal(value)
        rows.append(made | {"x_ExportTime": EXPORTED})
    return pa.Table.from_pylist(rows)


def provider_of(world: World, **settings: str) -> GcpProvider:
    told = {"bigquery_url": world.server.url, "billing_table": TABLE}
    return world.provider(**told | settings)


def october_of(provider: GcpProvider) -> BillDelivery:
    [found] = [one for one in provider.bill_deliveries(OCTOBER) if one.period == OCTOBER]
    return found


def read(provider: GcpProvider, delivery: BillDelivery) -> list[dict[str, Any]]:
    return [row for part in delivery.parts for row in rows_of(provider.bill_rows(delivery, part))]


def test_the_detailed_export_is_read_whole(world: World, tables: dict[str, pa.Table]) -> None:
    provider = provider_of(world)
    delivery = october_of(provider)
    assert delivery.delivered_at == EXPORTED
    assert delivery.complete
    found = read(provider, delivery)
    assert total(found) == charged(CHARGES)
    assert found == read(provider, delivery)
    assert isinstance(provider, BillingSource)


def test_the_focus_view_is_read_whole(world: World, tables: dict[str, pa.Table]) -> None:
    provider = provider_of(world, billing_table=VIEW, billing_format="focus")
    found = read(provider, october_of(provider))
    assert total(found) == charged(CHARGES)
    assert total(found, "EffectiveCost") == charged(CHARGES)
    assert ("vm", "web-1") in [pair for row in found if row["Tags"] for pair in row["Tags"]]


def test_a_month_is_cut_between_days(
    world: World, tables: dict[str, pa.Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(billing, "ROWS_A_PART", 200)
    provider = provider_of(world)
    delivery = october_of(provider)
    assert len(delivery.parts) > 5
    assert len({part.id for part in delivery.parts}) == len(delivery.parts)
    assert total(read(provider, delivery)) == charged(CHARGES)


def test_a_delivery_stays_as_it_was(world: World, tables: dict[str, pa.Table]) -> None:
    """What is exported later, corrections of the same days too, is another delivery's."""
    provider = provider_of(world)
    before = october_of(provider)
    later = EXPORTED + timedelta(hours=4)
    more = pa.Table.from_pylist(
        list(gcp.detailed_rows(CHARGES[:3], FLEET, later)), tables[TABLE].schema
    )
    tables[TABLE] = pa.concat_tables([tables[TABLE], more])
    world.server.project.warehouse.requests.clear()
    after = october_of(provider)
    assert after.version != before.version
    assert total(read(provider, before)) == charged(CHARGES)
    assert total(read(provider, after)) == charged(CHARGES) + charged(CHARGES[:3])


def test_pages_are_all_read(
    world: World, tables: dict[str, pa.Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("novacron.providers.gcp.bigquery.PAGE", 100)
    provider = provider_of(world)
    assert total(read(provider, october_of(provider))) == charged(CHARGES)


def test_numbers_never_become_floats(world: World, tables: dict[str, pa.Table]) -> None:
    """0.1 three times, as BigQuery has it, is 0.3."""
    row = next(iter(gcp.detailed_rows(CHARGES[:1], FLEET, EXPORTED)))
    tables[TABLE] = pa.Table.from_pylist([{**row, "cost": 0.1}] * 3, tables[TABLE].schema)
    found = read(provider_of(world), october_of(provider_of(world)))
    assert total(found) == Decimal("0.3")


def test_a_query_that_is_not_done_is_asked_for_again(
    world: World, tables: dict[str, pa.Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    from infra.local.google_project import bigquery
    from infra.local.google_project.routes import ROUTES

    def slow(project: Any, call: Any) -> dict[str, Any]:
        answer = bigquery.query(project, call)
        return {"jobReference": answer["jobReference"], "jobComplete": False}

    provider = provider_of(world)
    with monkeypatch.context() as patch:
        patch.setitem(ROUTES, "jobs.query", slow)
        with pytest.raises(NotReady):
            provider.bill_deliveries(OCTOBER)
    jobs = len(world.server.project.warehouse.done)
    provider.bill_deliveries(OCTOBER)
    assert len(world.server.project.warehouse.done) == jobs, "the same request, the same job"


def test_what_is_missing_is_said(world: World, tables: dict[str, pa.Table]) -> None:
    with pytest.raises(NotFound, match="No billing export"):
        world.provider(bigquery_url=world.server.url).bill_deliveries(OCTOBER)
    tables.clear()
    with pytest.raises(NotFound):
        provider_of(world).bill_deliveries(OCTOBER)
    world.fault("jobs.query", "rateLimitExceeded", http_status=403)
    with pytest.raises(Throttled):
        provider_of(world).bill_deliveries(OCTOBER)


@pytest.mark.parametrize("wrong", ["x`; DROP TABLE y; --", "a.b", "lab-project.b.c` WHERE 1=1"])
def test_a_table_is_a_name_and_nothing_else(world: World, wrong: str) -> None:
    with pytest.raises(InvalidSpec):
        world.provider(billing_table=wrong)
