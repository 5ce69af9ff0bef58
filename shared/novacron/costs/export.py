"""A tenant's rows as FOCUS 1.2 that any tool reads: every column, tags as JSON.

https://focus.finops.org/focus-specification/v1-2/
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from novacron.costs.focus import PAIRS, ROWS, TEXT, TIME
from novacron.costs.visible import RowSource, visible_rows
from novacron.errors import InvalidSpec
from novacron.models.cost_export import CostExport, CostExportRequest
from novacron.models.showback import ReportFile
from novacron.operations.services import Services

EXPORTED = pa.schema(
    [pa.field(one.name, TEXT if one.type == PAIRS else one.type, one.nullable) for one in ROWS]
)
"""``ROWS`` without maps, which FOCUS writes as JSON objects."""
MOST_BYTES = 4 * 1024**2
"""Of the file: an answer of a function has 6 MB at most, and base64 makes four of three
(https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""


def export(services: Services, tenant: str, request: CostExportRequest) -> CostExport:
    """Raises InvalidSpec (start): the file would be larger than an answer; and as
    ``visible_rows``."""
    sink = io.BytesIO()
    with visible_rows(services, tenant, request, estimates=request.estimates) as sources:
        rows = write_rows(sources, sink, MOST_BYTES)
    file = ReportFile(
        name=f"focus-{request.start}-{request.end}.parquet",
        media_type="application/vnd.apache.parquet",
        content=base64.b64encode(sink.getvalue()).decode(),
    )
    return CostExport(rows=rows, file=file)


def write_rows(sources: Sequence[RowSource], target: IO[bytes], most: int | None = None) -> int:
    """Write a Parquet file, a batch in memory; returns how many rows. InvalidSpec (start): it has
    more than ``most`` bytes."""
    count = 0
    with pq.ParquetWriter(target, EXPORTED, compression="zstd") as writer:
        for batch in _batches(sources):
            writer.write_batch(_exported(batch))
            count += batch.num_rows
            _hold(target.tell(), most)
    _hold(target.tell(), most)
    return count


def _hold(size: int, most: int | None) -> None:
    if most is not None and size > most:
        raise InvalidSpec(
            f"The file has more than the {most / 1e6:.1f} MB of an answer.",
            field="start",
            remedy="Ask for fewer days.",
        )


def _batches(sources: Sequence[RowSource]) -> Iterator[pa.RecordBatch]:
    for source in sources:
        start, end = _instant(source.start), _instant(source.end)
        for file in source.files:
            for batch in pq.ParquetFile(file).iter_batches():
                begun = batch.column("ChargePeriodStart")
                chosen = pc.and_(pc.greater_equal(begun, start), pc.less(begun, end))
                found = batch.filter(chosen)
                if found.num_rows:
                    yield _whole(found)


def _whole(batch: pa.RecordBatch) -> pa.RecordBatch:
    """With the columns that came since the file was written."""
    columns: list[Any] = [
        batch.column(field.name)
        if field.name in batch.schema.names
        else pa.nulls(batch.num_rows, field.type)
        for field in ROWS
    ]
    return pa.RecordBatch.from_arrays(columns, schema=ROWS)


def _instant(day: date) -> pa.Scalar[Any]:
    return pa.scalar(datetime(day.year, day.month, day.day, tzinfo=UTC), TIME)


def _exported(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns: list[Any] = [
        _objects(column) if column.type == PAIRS else column for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, schema=EXPORTED)


def _objects(pairs: Any) -> Any:
    texts = [None if one is None else json.dumps(dict(one)) for one in pairs.to_pylist()]
    return pa.array(texts, TEXT)
