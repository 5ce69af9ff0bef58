"""A month as a FOCUS file: the tenant's valid rows, every digit, tags as JSON."""

from __future__ import annotations

import base64
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from novacron.costs import export as exporting
from novacron.costs.export import EXPORTED, export
from novacron.costs.imports import import_delivery
from novacron.errors import InvalidSpec
from novacron.models.cost_export import CostExportRequest
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


def test_a_file_is_no_larger_than_an_answer(told: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MOST_BYTES", 1000)
    with pytest.raises(InvalidSpec, match="more than") as refused:
        _export(told, JAN, FEB)
    assert refused.value.field == "start"
