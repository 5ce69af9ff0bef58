"""Rows as the files that exports consist of."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from enum import StrEnum

import pyarrow as pa
import pyarrow.parquet as pq

from .focus import Row

NUMBERS = ("Cost", "Quantity", "UnitPrice")
"""Ends of the names of columns that FOCUS exports in Parquet have as numbers."""


class Format(StrEnum):
    PARQUET = "snappy.parquet"
    CSV = "csv"
    GZIP = "csv.gz"


def split(rows: list[Row], size: int) -> Iterator[list[Row]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def written_as(rows: list[Row], form: Format) -> bytes:
    """Parquet has costs as doubles, as AWS's exports do; CSV as they are."""
    if form is Format.PARQUET:
        return _parquet(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    data = text.getvalue().encode()
    return gzip.compress(data, mtime=0) if form is Format.GZIP else data


def _parquet(rows: list[Row]) -> bytes:
    columns = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        numeric = name.endswith(NUMBERS) or name.startswith("line_item_unblended_cost")
        made = pa.array(values, pa.string())
        columns[name] = made.cast(pa.float64()) if numeric else made
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, compression="snappy")
    return out.getvalue()
