"""Exercises of the functions that tell what VMs cost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from novacron.costs.imports import import_delivery
from novacron.models.provider_account import ProviderAccount
from novacron.operations.services import Services
from tests.bills import Bills, row
from tests.handlers.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = date(2026, 1, 1)


def spend(services: Services, account: ProviderAccount, folder: Path) -> None:
    """A day's cost of ``vm-ours``."""
    services.cost_store = f"file://{folder}/costs"
    bills = Bills([row(DAY, "1.5", ResourceId="vm-ours")])
    import_delivery(services, account, bills, bills.delivery("1", datetime.now(UTC)))


def query(stage: Stage) -> None:
    spend(stage.services, stage.account(), stage.folder)
    body = {"start": "2026-01-01", "end": "2026-02-01", "group_by": ["resource"]}
    stage.http("POST", "/costs:query", 200, body)


def respend(stage: Stage) -> None:
    """The same month twice: the first generation is replaced."""
    spend(stage.services, stage.account(), stage.folder)
    bills = Bills([row(DAY, "2", ResourceId="vm-ours")])
    later = datetime.now(UTC) + timedelta(hours=1)
    import_delivery(stage.services, stage.account(), bills, bills.delivery("2", later))


def report(stage: Stage) -> None:
    spend(stage.services, stage.account(), stage.folder)
    body = {"start": "2026-01-01", "end": "2026-02-01", "format": "pdf"}
    stage.http("POST", "/costs:report", 200, body)


def read_settings(stage: Stage) -> None:
    stage.http("GET", "/costs/settings", 200)


def change_settings(stage: Stage) -> None:
    """With success, and into another currency than that of what is stored."""
    spend(stage.services, stage.account(), stage.folder)
    stage.http("PUT", "/costs/settings", 200, {"tags": ["env"]}, key="first")
    stage.http("PUT", "/costs/settings", 409, {"currency": "EUR", "version": 1}, key="second")


EXERCISES: dict[str, Callable[[Stage], None]] = {
    "costs.query": query,
    "costs.report": report,
    "costs.get_settings": read_settings,
    "costs.put_settings": change_settings,
}
