"""Exports' rows as readers are given them, and rows that are easy to ask."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from infra.local.bills.charges import Charge, Fleet, month
from infra.local.bills.focus import Row
from novacron.costs.focus import TEXT

FLEET = Fleet("us-east-1", "us-east-1a")
OCTOBER = date(2026, 10, 1)


def october(days: int | None = None) -> list[Charge]:
    return month(FLEET, OCTOBER, days=days)


def as_batch(rows: Iterable[Row]) -> pa.RecordBatch:
    """As a CSV file's reader gives them: text, whatever it means."""
    found = list(rows)
    return pa.RecordBatch.from_pylist(found, pa.schema([(name, TEXT) for name in found[0]]))


def as_rest(value: Any) -> Any:
    """As the adapter reads what BigQuery's REST interface writes: numbers are text."""
    match value:
        case dict():
            return {key: as_rest(one) for key, one in value.items()}
        case list():
            return [as_rest(one) for one in value]
        case float():
            return repr(value)
        case Decimal():
            return format(value, "f")
    return value


def rows_of(batches: Iterable[pa.RecordBatch]) -> list[dict[str, Any]]:
    return [row for batch in batches for row in batch.to_pylist()]


def total(rows: Iterable[dict[str, Any]], column: str = "BilledCost") -> Decimal:
    return sum((row[column] for row in rows), Decimal(0))
