"""Costs: every report's total is the raw rows' total, to the last decimal, whatever was restated.

Raw are the charges as they were made, before any cloud had written them down, and the text of a
public sample. They are added up here by Python's own decimals; the ledger adds Arrow's.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest

from infra.local.bills.charges import Charge, month
from infra.proofs.__main__ import NotProven
from infra.proofs.bills import ENVIRONMENTS, imported
from infra.proofs.commands import ROOT
from infra.proofs.commands import pytest as run_tests
from novacron.costs.exact import exactly
from novacron.costs.manifest import read_manifest
from novacron.costs.showback import report
from novacron.costs.sources import focus
from novacron.models.account import ProviderType
from novacron.models.allocation import Allocation, Split
from novacron.models.cost import CostMetric, CostQuestion, Dimension, Granularity
from novacron.models.cost_import import CostSettings
from novacron.models.showback import ShowbackRequest
from novacron.operations.services import Services
from novacron.store.costs import CostStore
from tests.exported import as_batch
from tests.world import aws, make_world

YEAR = 2026
SAMPLE = ROOT / "tests" / "data" / "focus" / "focus_1_0_sample.csv"
SAMPLE_PROVIDERS = {"AWS": ProviderType.AWS, "Microsoft": ProviderType.AZURE}
RATES = {date(YEAR, month, 1): Decimal(f"1.{month:02}0317") for month in range(1, 13)}
GROUPS: list[list[Dimension]] = [
    [],
    ["provider"],
    ["account"],
    ["region"],
    ["service"],
    ["resource"],
    ["tag:env"],
    ["tag:vm"],
    ["provider", "service"],
    ["commitment", "commitment_status"],
    ["account", "region", "commitment_type", "instance_type"],
    ["account", "tag:env"],
    ["tag:env", "tag:vm"],
    ["account", "resource", "service", "tag:env"],
]
Totals = dict[CostMetric, Decimal]


def prove() -> str:
    with (
        pytest.MonkeyPatch.context() as patch,
        TemporaryDirectory() as folder,
        aws(patch) as client,
        exactly(),
    ):
        services = make_world(client, Path(folder), patch).services
        services.cost_store = f"file://{folder}/costs"
        year, sample = _year(services), _sample(services)
        told = [_compared(services, "year", *year), _compared(services, "sample", *sample)]
    told.append(run_tests("-q", "tests/unit/costs/test_restatements.py"))
    return "; ".join(told)


def _year(services: Services) -> tuple[date, date, int, Totals]:
    settings = CostSettings(tags=["env", "vm"], rates={"EUR": RATES})
    CostStore(services.store.table).save_settings("year", settings)
    rows, totals = 0, _nothing()
    for provider, environment in ENVIRONMENTS.items():
        for number in range(1, 13):
            first = date(YEAR, number, 1)
            charges = month(environment.fleet, first)
            batches = list(environment.read(charges, environment.fleet))
            rows += imported(services, "year", provider, first, batches)
            rate = RATES[first] if environment.fleet.currency == "EUR" else Decimal(1)
            _add_charges(totals, charges, batches, rate)
    return date(YEAR, 1, 1), date(YEAR + 1, 1, 1), rows, totals


def _add_charges(
    totals: Totals, charges: list[Charge], batches: Iterable[Any], rate: Decimal
) -> None:
    """What is billed and amortised is known; at list price it is what the mapped rows say."""
    totals[CostMetric.BILLED] += rate * sum(one.billed for one in charges)
    totals[CostMetric.EFFECTIVE] += rate * sum(one.effective for one in charges)
    for batch in batches:
        for metric, name in (
            (CostMetric.LIST, "ListCost"),
            (CostMetric.CONTRACTED, "ContractedCost"),
        ):
            totals[metric] += rate * sum(batch.column(name).to_pylist())


def _sample(services: Services) -> tuple[date, date, int, Totals]:
    """The rows of AWS and Microsoft. Oracle's seven have no contracted cost, which FOCUS asks of
    every row, and are no environment of ours."""
    by: defaultdict[str, list[dict[str, str | None]]] = defaultdict(list)
    totals = _nothing()
    with SAMPLE.open() as file:
        for row in csv.DictReader(file):
            if row["ProviderName"] in SAMPLE_PROVIDERS:
                by[row["ProviderName"]].append(dict(row))
                for metric in CostMetric:
                    totals[metric] += Decimal(row[f"{metric.value.title()}Cost"])
    rows = 0
    for name, found in by.items():
        batches = list(focus.rows(as_batch(found)))
        provider = SAMPLE_PROVIDERS[name]
        rows += imported(services, "sample", provider, date(2024, 9, 1), batches)
    return date(2024, 9, 1), date(2024, 11, 1), rows, totals


def _compared(
    services: Services, tenant: str, start: date, end: date, rows: int, totals: Totals
) -> str:
    """Every question and every way to add up its answer; the Parquet rows; who pays."""
    asked = 0
    groups = [one for one in GROUPS if tenant == "year" or not any("tag" in name for name in one)]
    for metric, by, granularity, top in product(CostMetric, groups, Granularity, (None, 3)):
        question = CostQuestion(
            start=start, end=end, metric=metric, group_by=by, granularity=granularity, top=top
        )
        answer = services.ledger(tenant).ask(question)
        points = sum(point.amount for group in answer.groups for point in group.points)
        for sum_ in (answer.total, sum(group.total for group in answer.groups), points):
            if sum_ != totals[metric]:
                raise NotProven(f"{tenant}: {question}: {sum_}, the rows say {totals[metric]}")
        asked += 1
    if _parquet(services, tenant) != (rows, totals):
        raise NotProven(f"{tenant}: the Parquet rows have other totals")
    asked += _showbacks(services, tenant, start, end, totals)
    return f"{tenant}: {rows:,} rows, {totals[CostMetric.BILLED]} billed, {asked} reports equal"


def _parquet(services: Services, tenant: str) -> tuple[int, Totals]:
    partitions = list(CostStore(services.store.table).partitions(tenant))
    names = [
        f"{services.cost_store.removeprefix('file://')}/{file.path}"
        for one in partitions
        for file in read_manifest(services.costs, one).files
    ]
    sums = ", ".join(f"sum(x_{metric.value.title()}Cost)" for metric in CostMetric)
    found = duckdb.execute(f"SELECT count(*), {sums} FROM read_parquet(?)", [names]).fetchone()
    if found is None:
        raise NotProven("DuckDB answers nothing")
    return found[0], dict(zip(CostMetric, found[1:], strict=True))


def _showbacks(services: Services, tenant: str, start: date, end: date, totals: Totals) -> int:
    asked = 0
    fixed = {"shares": {"acc-aws": "0.333333333333", "acc-azure": "0.5"}}
    for metric, split in product(CostMetric, Split):
        shared = {"name": "network", "filters": {"service": ["AWS Data Transfer", "Network"]}}
        rule = {**shared, "split": split, **(fixed if split is Split.FIXED else {})}
        allocation = Allocation.model_validate({"by": "account", "rules": [rule]})
        asking = ShowbackRequest(start=start, end=end, metric=metric, allocation=allocation)
        told = report(services, tenant, asking)
        sum_ = sum((one.total for one in told.owners), told.unallocated.total)
        if not sum_ == told.total == totals[metric]:
            raise NotProven(f"{tenant}: shared {split.value}: {sum_} of {totals[metric]}")
        asked += 1
    return asked


def _nothing() -> Totals:
    return dict.fromkeys(CostMetric, Decimal(0))
