"""Exercises of the functions that foresee costs and find what is unusual in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from novacron.costs.imports import import_delivery
from novacron.models.anomaly import Anomaly, Cause, Scope
from novacron.models.provider_account import ProviderAccount
from novacron.operations.services import Services
from novacron.store.anomalies import AnomalyStore
from tests.bills import Bills, row
from tests.handlers.stage import Stage

FIRST, LAST = date(2026, 1, 1), date(2026, 2, 28)
FOUND = Anomaly(
    id="20260228-0123456789abcdef",
    tenant="acme",
    scope=Scope.RESOURCE,
    value="vm-ours",
    day=LAST,
    amount=Decimal(90),
    expected=Decimal(10),
    low=Decimal(9),
    high=Decimal(11),
    severity=Decimal(80),
    currency="USD",
    score=0.9,
    cause=Cause.USAGE,
    contributors=[],
    found_at=datetime(2026, 3, 1, tzinfo=UTC),
    updated_at=datetime(2026, 3, 1, tzinfo=UTC),
)


def find(services: Services) -> None:
    """An anomaly of ours."""
    AnomalyStore(services.store.table).add(FOUND)


def spend_much(services: Services, account: ProviderAccount, folder: Path) -> None:
    """Two months of ``vm-ours`` at 10 a day, and 90 on the last."""
    services.cost_store = f"file://{folder}/costs"
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    for month in (1, 2):
        rows = [
            row(day, "90" if day == LAST else "10", ResourceId="vm-ours")
            for day in days
            if day.month == month
        ]
        bills = Bills(rows)
        told = bills.delivery("1", datetime(2026, 3, 1, tzinfo=UTC))
        import_delivery(services, account, bills, told)


def forecast(stage: Stage) -> None:
    spend_much(stage.services, stage.account(), stage.folder)
    stage.services.now = lambda: datetime(2026, 3, 1, 9, tzinfo=UTC)
    stage.http("GET", "/costs/forecast?until=year&group_by=service", 200)


def search(stage: Stage) -> None:
    spend_much(stage.services, stage.account(), stage.folder)
    stage.services.now = lambda: datetime(2026, 3, 1, 9, tzinfo=UTC)
    stage.invoke("functions.schedules.find_anomalies", {})


def get(stage: Stage) -> None:
    find(stage.services)
    stage.http("GET", f"/anomalies/{FOUND.id}", 200)


def feedback(stage: Stage) -> None:
    """Once each way, and once of one that is not there."""
    find(stage.services)
    path = f"/anomalies/{FOUND.id}/feedback"
    stage.http("POST", path, 200, {"verdict": "expected"}, key="first")
    stage.http("POST", path, 200, {"verdict": "confirmed"}, key="second")
    stage.http("POST", "/anomalies/none/feedback", 404, {"verdict": "expected"}, key="third")


EXERCISES: dict[str, Callable[[Stage], None]] = {
    "anomalies.feedback": feedback,
    "anomalies.get": get,
    "anomalies.list": lambda stage: stage.http("GET", "/anomalies", 200),
    "costs.forecast": forecast,
    "schedules.find_anomalies": search,
}
