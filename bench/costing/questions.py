"""Ten questions of a dashboard, to the aggregates in the table and to the rows in Parquet."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import duckdb

from bench.costing.files import MONTH
from novacron.costs.manifest import read_manifest
from novacron.models.cost import CostQuestion
from novacron.operations.services import Services
from novacron.store.costs import CostStore

TIMES = 20
WHOLE = {"start": MONTH, "end": MONTH.replace(month=11), "granularity": "total"}
VM = f"i-{17:017x}"
QUESTIONS: dict[str, dict[str, Any]] = {
    "month's total": {},
    "each day": {"granularity": "day"},
    "last week": {"start": MONTH.replace(day=25), "granularity": "day"},
    "by account": {"group_by": ["account"]},
    "by service": {"group_by": ["service"]},
    "by region, each day": {"group_by": ["region"], "granularity": "day"},
    "by environment": {"group_by": ["tag:env"]},
    "production by service": {"group_by": ["service"], "filters": {"tag:env": ["prod"]}},
    "one resource": {"filters": {"resource": [VM]}, "granularity": "day"},
    "top 20 resources": {"group_by": ["resource"], "top": 20},
}
COLUMNS = {
    "account": "x_AccountId",
    "service": "ServiceName",
    "region": "RegionId",
    "resource": "coalesce(ResourceId, '')",
    "tag:env": "coalesce(Tags['env'], '')",
}
Timed = tuple[str, float, float, float, float]


def compare(services: Services, tenant: str) -> list[Timed]:
    """Question, then p50 and p99 in ms of each way. Both give the same total."""
    store = CostStore(services.store.table)
    root = services.cost_store.removeprefix("file://")
    files = [
        f"{root}/{file.path}"
        for one in store.partitions(tenant)
        for file in read_manifest(services.costs, one).files
    ]
    rows: list[Timed] = []
    for name, given in QUESTIONS.items():
        question = CostQuestion.model_validate({**WHOLE, **given})
        ours, total = _timed(partial(_in_table, services, tenant, question))
        theirs, again = _timed(partial(_in_rows, question, files))
        if total != again:
            raise AssertionError(f"{name}: {total} in the table, {again} in the rows")
        rows.append((name, *ours, *theirs))
    return rows


def _in_table(services: Services, tenant: str, question: CostQuestion) -> Decimal:
    return services.ledger(tenant).ask(question).total


def _in_rows(question: CostQuestion, files: list[str]) -> Decimal:
    by = [COLUMNS[name] for name in question.group_by]
    if question.granularity == "day":
        by.append("CAST(ChargePeriodStart AS DATE)")
    where = ["ChargePeriodStart >= ?", "ChargePeriodStart < ?"]
    values: list[Any] = [files, question.start, question.end]
    for name, allowed in question.filters.items():
        where.append(f"list_contains(?, {COLUMNS[name]})")
        values.append(allowed)
    columns = ", ".join([*by, "sum(x_EffectiveCost)"])
    query = f"SELECT {columns} FROM read_parquet(?) WHERE {' AND '.join(where)} GROUP BY ALL"
    found = duckdb.execute(query, values).fetchall()
    return sum((row[-1] for row in found), Decimal(0))


def _timed(ask: Callable[[], Decimal]) -> tuple[tuple[float, float], Decimal]:
    took = []
    total = ask()
    for _ in range(TIMES):
        begun = time.perf_counter()
        ask()
        took.append((time.perf_counter() - begun) * 1000)
    took.sort()
    return (took[TIMES // 2], took[-1]), total
