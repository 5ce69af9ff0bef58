"""Parquet files of FOCUS as a cloud delivers them, of as many rows as asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from infra.local.bills.aws import focus_rows
from infra.local.bills.charges import Fleet, month
from novacron.costs.focus import TEXT
from novacron.costs.sources import focus
from novacron.costs.sources.files import parquet_rows
from novacron.providers.billing import BillDelivery, BillingSource, BillPart
from tests.exported import as_batch

MONTH = date(2026, 10, 1)
ROWS_A_FILE = 1_000_000
ROWS_A_BATCH = 50_000
RESOURCES = 1_000


def write(folder: Path, rows: int) -> list[Path]:
    """A month of a known fleet, over and over, each row another of the resources."""
    fleet = Fleet("us-east-1", "us-east-1a")
    [base] = focus.rows(as_batch(focus_rows(month(fleet, MONTH), fleet)))
    at = 0
    files: list[Path] = []
    while at < rows:
        size = min(ROWS_A_FILE, rows - at)
        files.append(folder / f"{len(files):03}.parquet")
        with pq.ParquetWriter(files[-1], base.schema, compression="snappy") as writer:
            for start in range(at, at + size, ROWS_A_BATCH):
                writer.write_batch(_batch(base, start, min(ROWS_A_BATCH, at + size - start)))
        at += size
    return files


def _batch(base: pa.RecordBatch, start: int, size: int) -> pa.RecordBatch:
    numbers = range(start, start + size)
    taken: Any = base.take(pa.array([n % base.num_rows for n in numbers], pa.int32()))
    names = pa.array([f"i-{n * 7919 % RESOURCES:017x}" for n in numbers], TEXT)
    index = base.schema.get_field_index("ResourceId")
    batch: pa.RecordBatch = taken.set_column(index, base.schema.field(index), names)
    return batch


class Files(BillingSource):
    """One delivery of ``files``, through the mapper of FOCUS exports."""

    def __init__(self, files: list[Path]) -> None:
        self._files = files

    def bill_deliveries(self, since: date) -> list[BillDelivery]:  # noqa: ARG002
        parts = [BillPart(id=one.name, place=str(one)) for one in self._files]
        at = datetime(2026, 11, 2, tzinfo=UTC)
        return [BillDelivery(period=MONTH, version="1", delivered_at=at, parts=parts)]

    def bill_rows(self, delivery: BillDelivery, part: BillPart) -> Iterator[pa.RecordBatch]:  # noqa: ARG002
        for batch in parquet_rows(part.place, ROWS_A_BATCH):
            yield from focus.rows(batch)
