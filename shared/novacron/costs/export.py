"""A tenant's rows as FOCUS 1.2 that any tool reads: every column, tags as JSON.

https://focus.finops.org/focus-specification/v1-2/
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from novacron.costs.focus import PAIRS, ROWS, TEXT, TIME
from novacron.costs.manifest import exports
from novacron.costs.visible import RowSource, visible_rows
from novacron.models.cost_export import CostExport, CostExportRequest, ExportFormat, ExportLink
from novacron.models.showback import ReportFile
from novacron.operations.services import Services

EXPORTED = pa.schema(
    [pa.field(one.name, TEXT if one.type == PAIRS else one.type, one.nullable) for one in ROWS]
)
"""``ROWS`` without maps, which FOCUS writes as JSON objects."""
MOST_BYTES = 4 * 1024**2
"""Of the file: an answer of a function has 6 MB at most, and base64 makes four of three
(https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""


LIFE = timedelta(minutes=15)
"""Of a link, which needs no other right."""
MEDIA = {
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
    ExportFormat.CSV: "text/csv",
}


def export(services: Services, tenant: str, request: CostExportRequest) -> CostExport:
    """Raises Unsupported: the file is larger than an answer, and the costs are in no object storage
    that gives links; and as ``visible_rows``."""
    name = f"focus-{request.start}-{request.end}.{request.format.value}"
    with (
        TemporaryDirectory() as folder,
        visible_rows(services, tenant, request, estimates=request.estimates) as sources,
    ):
        path = Path(folder) / name
        with path.open("wb") as target:
            rows = write_rows(sources, target, request.format)
        if path.stat().st_size > MOST_BYTES:
            return CostExport(rows=rows, link=_link(services, tenant, path))
        content = base64.b64encode(path.read_bytes()).decode()
    file = ReportFile(name=name, media_type=MEDIA[request.format], content=content)
    return CostExport(rows=rows, file=file)


def _link(services: Services, tenant: str, file: Path) -> ExportLink:
    """The sweep of costs removes what it points to, a day later."""
    path = f"{exports(tenant)}/{secrets.token_hex(16)}/{file.name}"
    expires_at = services.now() + LIFE
    url = services.costs.sign("GET", [path], LIFE)[path]
    services.costs.put_file(path, file)
    return ExportLink(name=file.name, url=url, expires_at=expires_at)


def write_rows(
    sources: Sequence[RowSource], target: IO[bytes], form: ExportFormat = ExportFormat.PARQUET
) -> int:
    """Write a file, a batch in memory; returns how many rows."""
    count = 0
    with _writer(target, form) as writer:
        for batch in _batches(sources):
            told = _exported(batch)
            writer.write_batch(told if form is ExportFormat.PARQUET else _words(told))
            count += batch.num_rows
    return count


def _writer(target: IO[bytes], form: ExportFormat) -> Any:
    if form is ExportFormat.PARQUET:
        return pq.ParquetWriter(target, EXPORTED, compression="zstd")
    return pyarrow.csv.CSVWriter(target, pa.schema([(name, TEXT) for name in EXPORTED.names]))


def _words(batch: pa.RecordBatch) -> pa.RecordBatch:
    """As FOCUS writes values: https://focus.finops.org/focus-specification/v1-2/#date/timeformat"""
    given: list[Any] = batch.columns
    columns: list[Any] = [
        pc.strftime(column.cast(pa.timestamp("s", "UTC")), format="%Y-%m-%dT%H:%M:%SZ")
        if column.type == TIME
        else column.cast(TEXT)
        for column in given
    ]
    return pa.RecordBatch.from_arrays(columns, batch.schema.names)


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
