"""Exercises of the functions that tell what VMs cost."""

from __future__ import annotations

from datetime import UTC, date, datetime
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


EXERCISES: dict[str, Callable[[Stage], None]] = {"costs.query": query}
