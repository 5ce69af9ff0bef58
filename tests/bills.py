"""Bills for tests: rows as a provider gives them, and a source that gives them in parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from novacron.costs.focus import BILL
from novacron.providers.billing import BillDelivery, BillingSource, BillPart

Row = dict[str, Any]


def row(day: date, cost: str | Decimal, **told: Any) -> Row:
    """A day of usage of a VM; ``tags`` is a dict."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    amount = Decimal(cost)
    month = start.replace(day=1)
    given: Row = {
        "BillingAccountId": "123456789012",
        "BillingCurrency": "USD",
        "ChargeCategory": "Usage",
        "InvoiceIssuerName": "Cloud Ltd",
        "ProviderName": "Cloud",
        "PublisherName": "Cloud",
        "ServiceCategory": "Compute",
        "ServiceName": "VMs",
        "BillingPeriodStart": month,
        "BillingPeriodEnd": (month + timedelta(days=32)).replace(day=1),
        "ChargePeriodStart": start,
        "ChargePeriodEnd": start + timedelta(days=1),
        **dict.fromkeys(("BilledCost", "ContractedCost", "EffectiveCost", "ListCost"), amount),
        "RegionId": "north",
        "ResourceId": "vm-1",
    }
    tags = told.pop("tags", None)
    return given | told | ({"Tags": list(tags.items())} if tags is not None else {})


def committed(name: str | None, status: str | None, quantity: Decimal, unit: str = "Hours") -> Row:
    """What ``row`` is told of a commitment; nothing without a name, as FOCUS has it."""
    values = [name, status, quantity, unit, "Reserved Instance", "Usage"]
    names = ["Id", "Status", "Quantity", "Unit", "Type", "Category"]
    return {
        f"CommitmentDiscount{key}": value if name else None
        for key, value in zip(names, values, strict=True)
    }


def batch(rows: Sequence[Row]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(list(rows), schema=BILL)


class Killed(BaseException):
    """The process is gone: nothing may catch it."""


class Bills(BillingSource):
    """One delivery of ``rows``, ``size`` to a part; gone after ``kill_after`` rows."""

    def __init__(
        self, rows: Sequence[Row], size: int = 1000, kill_after: int | None = None
    ) -> None:
        self.rows, self.size, self.kill_after = rows, size, kill_after

    def delivery(
        self, version: str, at: datetime, complete: bool = True, period: date | None = None
    ) -> BillDelivery:
        first = period or self.rows[0]["BillingPeriodStart"].date()
        parts = [BillPart(id=str(n), place=str(n)) for n in range(0, len(self.rows), self.size)]
        return BillDelivery(
            period=first, version=version, delivered_at=at, parts=parts, complete=complete
        )

    def bill_deliveries(self, since: date) -> list[BillDelivery]:
        return [self.delivery("1", datetime(2026, 1, 1, tzinfo=UTC))]

    def bill_rows(self, delivery: BillDelivery, part: BillPart) -> Iterator[pa.RecordBatch]:
        start = int(part.place)
        if self.kill_after is not None and start >= self.kill_after:
            raise Killed
        yield batch(self.rows[start : start + self.size])
