"""For programs: a row for each owner and part, of which the amounts add up to the total."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from novacron.costs.focus import NUMBER, TEXT
from novacron.models.showback import Showback

DIRECT = "direct"
_TYPES: dict[str, pa.DataType] = {
    "owner": TEXT,
    "part": TEXT,
    "rule": TEXT,
    "amount": NUMBER,
    "currency": TEXT,
    "start": pa.date32(),
    "end": pa.date32(),
}
SCHEMA = pa.schema(_TYPES)
"""``owner`` is null for what is unallocated; ``part`` is ``direct`` or ``shared`` by ``rule``."""


def as_parquet(report: Showback) -> bytes:
    rows: list[tuple[str | None, str, str | None, Decimal]] = []
    for one in [*report.owners, report.unallocated]:
        rows.append((one.owner or None, DIRECT, None, one.direct))
        rows += [(one.owner or None, "shared", rule, share) for rule, share in one.shared.items()]
    own = {"currency": report.currency, "start": report.start, "end": report.end}
    names = ("owner", "part", "rule", "amount")
    told = [dict(zip(names, row, strict=True)) | own for row in rows]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(told, schema=SCHEMA), sink)
    return sink.getvalue().to_pybytes()
