"""A tenant's stored month as FOCUS 1.2 that any tool reads: every column, tags as JSON.

https://focus.finops.org/focus-specification/v1-2/
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from novacron.costs.focus import PAIRS, ROWS, TEXT
from novacron.costs.manifest import read_manifest
from novacron.operations.services import Services
from novacron.store.costs import CostStore

EXPORTED = pa.schema(
    [pa.field(one.name, TEXT if one.type == PAIRS else one.type, one.nullable) for one in ROWS]
)
"""``ROWS`` without maps, which FOCUS writes as JSON objects."""


def export_month(services: Services, tenant: str, period: date, target: Path) -> int:
    """Write the bills' rows of ``period`` to a Parquet file; returns how many. Estimates are left
    out: they are no bill. Raises NotFound: a month was replaced and swept meanwhile."""
    count = 0
    with pq.ParquetWriter(target, EXPORTED, compression="zstd") as writer:
        for batch in month_rows(services, tenant, period):
            writer.write_batch(_exported(batch))
            count += batch.num_rows
    return count


def month_rows(services: Services, tenant: str, period: date) -> Iterator[pa.RecordBatch]:
    """The stored rows, a file at a time in memory."""
    for one in CostStore(services.store.table).partitions(tenant):
        if one.period == period and not one.estimated:
            for file in read_manifest(services.costs, one).files:
                data = services.costs.get(file.path)
                yield from pq.ParquetFile(io.BytesIO(data)).iter_batches()


def _exported(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns: list[Any] = [
        _objects(column) if column.type == PAIRS else column for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, schema=EXPORTED)


def _objects(pairs: Any) -> Any:
    texts = [None if one is None else json.dumps(dict(one)) for one in pairs.to_pylist()]
    return pa.array(texts, TEXT)
