"""Every billing export, read as FOCUS rows, adds up to the last digit of what was charged."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pyarrow as pa

from infra.local.bills import aws, azure, gcp
from infra.local.bills.charges import Charge, Fleet, month, total
from infra.proofs.__main__ import NotProven
from novacron.costs.sources import cur, focus, google
from tests.exported import as_batch, as_rest, rows_of
from tests.exported import total as added

FLEET = Fleet("us-east-1", "us-east-1a", vms=12)
EXPORTED = datetime(2026, 11, 1, tzinfo=UTC)


def prove() -> str:
    charges = month(FLEET, date(2026, 10, 1))
    expected, told = total(charges), []
    for name, batches in _exports(charges):
        begun = time.monotonic()
        found = list(batches)
        seconds = time.monotonic() - begun
        rows = rows_of(found)
        for cost in ("BilledCost", "EffectiveCost"):
            if added(rows, cost) != expected:
                raise NotProven(f"{name}: {cost} adds up to {added(rows, cost)}, not {expected}")
        told.append(f"{name} {len(rows) / seconds:,.0f} rows/s")
    return f"{len(charges)} charges of {expected} USD in {len(told)} exports: {', '.join(told)}"


def _exports(charges: list[Charge]) -> Iterator[tuple[str, Iterator[pa.RecordBatch]]]:
    yield "AWS FOCUS 1.2", focus.rows(as_batch(aws.focus_rows(charges, FLEET)))
    yield "AWS FOCUS 1.0", focus.rows(as_batch(aws.focus_rows(charges, FLEET, "1.0")))
    yield "AWS CUR 2.0", cur.rows(as_batch(aws.cur_rows(charges, FLEET)))
    yield "Azure FOCUS", focus.rows(as_batch(azure.focus_rows(charges, FLEET)))
    yield "Google FOCUS", focus.rows(as_batch(gcp.focus_rows(charges, FLEET)))
    rows = [as_rest(row) for row in gcp.detailed_rows(charges, FLEET, EXPORTED)]
    yield "Google detailed", (google.rows(part) for part in (rows,))
