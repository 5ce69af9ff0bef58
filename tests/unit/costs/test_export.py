"""A month as a FOCUS file: the tenant's valid rows, every digit, tags as JSON."""

from __future__ import annotations

import base64
import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from novacron.costs import export as exporting
from novacron.costs.export import EXPORTED, export
from novacron.costs.imports import import_delivery
from novacron.costs.sweep import sweep_tenant
from novacron.errors import NotFound, Unsupported
from novacron.migration.objects import ObjectStore
from novacron.models.cost_export import CostExportRequest, ExportFormat, ExportLink
from tests.bills import Bills, row
from tests.world import World

JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)
AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def told(world: World, tmp_path: Path) -> World:
    world.services.cost_store = f"file://{tmp_path}/costs"
    rival = world.account.model_copy(update={"tenant": "rival", "id": "acc-rival"})
    here = world.account
    _import(world, here, [row(JAN, "1.000000000000000001", tags={"env": "prod"}), row(JAN, "2")])
    _import(world, here, [row(date(2026, 2, 28), "4")])
    _import(world, rival, [row(JAN, "666")])
    return world


def _import(world: World, account: Any, rows: list[dict[str, Any]], **more: Any) -> None:
    bills = Bills(rows)
    import_delivery(world.services, account, bills, bills.delivery("1", AT), **more)


def _export(
    world: World, start: date, end: date, tenant: str = "acme", estimates: bool = False
) -> list[dict[str, Any]]:
    request = CostExportRequest(start=start, end=end, estimates=estimates)
    told = export(world.services, tenant, request)
    assert told.file is not None
    table = pq.read_table(io.BytesIO(base64.b64decode(told.file.content)))
    assert table.schema.equals(EXPORTED)
    assert table.num_rows == told.rows
    return table.to_pylist()


def test_a_month_of_the_tenants_own_rows(told: World) -> None:
    rows = _export(told, JAN, FEB)
    assert [one["BilledCost"] for one in rows] == [Decimal("1.000000000000000001"), Decimal(2)]
    assert {one["x_Tenant"] for one in rows} == {"acme"}
    assert json.loads(rows[0]["Tags"]) == {"env": "prod"}
    assert rows[1]["Tags"] is None


def test_no_rows_are_a_file_with_columns(told: World) -> None:
    assert _export(told, JAN, FEB, tenant="nobody") == []


def test_days_are_the_charges(told: World) -> None:
    assert _export(told, FEB, date(2026, 2, 28)) == []
    assert len(_export(told, JAN, date(2026, 3, 1))) == 3


def test_estimates_are_in_it_where_they_are_asked_for(told: World) -> None:
    march = date(2026, 3, 2)
    _import(told, told.account, [row(march, "9")], estimated=True)
    days = (march, date(2026, 4, 1))
    assert _export(told, *days) == []
    assert [one["x_Estimated"] for one in _export(told, *days, estimates=True)] == [True]


def _linked(told: World, monkeypatch: pytest.MonkeyPatch) -> ExportLink:
    """A file too large to be an answer; the store gives links that say where it is."""
    monkeypatch.setattr(exporting, "MOST_BYTES", 1000)
    signed = {"GET": "https://bucket.test"}

    def sign(_: object, method: str, paths: list[str], life: timedelta) -> dict[str, str]:
        assert life <= timedelta(minutes=15)
        return {path: f"{signed[method]}/{path}" for path in paths}

    monkeypatch.setattr(ObjectStore, "sign", sign)
    found = export(told.services, "acme", CostExportRequest(start=JAN, end=FEB))
    assert (found.rows, found.file) == (2, None)
    assert found.link is not None
    return found.link


def test_a_larger_file_is_a_link_to_it(told: World, monkeypatch: pytest.MonkeyPatch) -> None:
    link = _linked(told, monkeypatch)
    assert link.expires_at > told.services.now()
    path = link.url.removeprefix("https://bucket.test/")
    assert path.startswith("acme/exports/")
    table = pq.read_table(io.BytesIO(told.services.costs.get(path)))
    assert table.column("BilledCost").to_pylist() == [Decimal("1.000000000000000001"), Decimal(2)]


def test_a_linked_file_is_swept(told: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _linked(told, monkeypatch).url.removeprefix("https://bucket.test/")
    told.clock.at = datetime.now(UTC)
    sweep_tenant(told.services, "acme")
    assert told.services.costs.get(path)
    told.clock.at += timedelta(days=1, minutes=1)
    sweep_tenant(told.services, "acme")
    with pytest.raises(NotFound):
        told.services.costs.get(path)


def test_a_folder_gives_no_links(told: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MOST_BYTES", 1000)
    with pytest.raises(Unsupported, match="no links"):
        export(told.services, "acme", CostExportRequest(start=JAN, end=FEB))


def test_csv_has_every_column_and_digit(told: World) -> None:
    request = CostExportRequest(start=JAN, end=FEB, format=ExportFormat.CSV)
    found = export(told.services, "acme", request)
    assert found.file is not None
    assert found.file.media_type == "text/csv"
    [first, _] = csv.DictReader(base64.b64decode(found.file.content).decode().splitlines())
    assert list(first) == EXPORTED.names
    assert Decimal(first["BilledCost"]) == Decimal("1.000000000000000001")
    assert first["ChargePeriodStart"] == "2026-01-01T00:00:00Z"
    assert json.loads(first["Tags"]) == {"env": "prod"}
    assert first["InvoiceId"] == ""
