"""The resources that a month's import lists, so that its top ones need no other page."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute

from novacron.costs.cube import AMOUNTS, TOP_LISTED

pc: Any = pyarrow.compute
KEYS = ["resource", "day"]


def ranked(table: pa.Table) -> pa.Table:
    """Of sums by resource and day: each resource's sum that is one of the TOP_LISTED largest of a
    metric, under its first day, and the sum of what has no resource."""
    sums: list[Any] = [(amount, "sum") for amount in AMOUNTS]
    found = table.group_by("resource").aggregate([("day", "min"), *sums])
    columns = [found.column(name) for name in ("resource", "day_min")]
    columns += [found.column(f"{amount}_sum") for amount in AMOUNTS]
    whole = pa.table(columns, [*KEYS, *AMOUNTS])
    empty = pc.equal(whole.column("resource"), "")
    named = whole.filter(pc.invert(empty))
    places = [
        pc.sort_indices(named, [(amount, "descending")]).slice(0, TOP_LISTED) for amount in AMOUNTS
    ]
    chosen = pc.unique(pa.concat_arrays(places))
    return pa.concat_tables([whole.filter(empty), named.take(chosen)])
