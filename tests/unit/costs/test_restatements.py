"""Deliveries restated, repeated, out of order and killed anywhere: the newest one's rows count."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from novacron.costs import aggregates, parquet, ranked, top
from novacron.costs.exact import exactly
from novacron.costs.imports import import_delivery
from novacron.costs.sweep import sweep_tenant
from novacron.models.cost import CommitmentUse, CostMetric, CostQuestion, Dimension
from novacron.models.cost_import import CostSettings
from novacron.operations.services import Services
from novacron.store.costs import CostStore
from tests.bills import Bills, Killed, Row, committed, row
from tests.world import World

JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)
AT = datetime(2026, 1, 10, tzinfo=UTC)
TENANTS = itertools.count()

amounts = st.decimals(min_value=-(10**14), max_value=10**14, places=18)
rows = st.builds(
    lambda day, cost, listed, vm, env, commitment: row(
        JAN + timedelta(days=day),
        cost,
        ListCost=listed,
        ResourceId=vm,
        tags={"env": env},
        **committed(commitment[0], commitment[1], listed),
    ),
    st.integers(0, 30),
    amounts,
    amounts,
    st.sampled_from(["vm-1", "vm-2", None]),
    st.sampled_from(["prod", "dev", ""]),
    st.tuples(st.sampled_from(["ri-1", "sp-1", None]), st.sampled_from(["Used", "Unused", None])),
)
versions = st.lists(st.lists(rows, min_size=1, max_size=8), min_size=1, max_size=4)
COMMITTED: list[Dimension] = ["commitment", "commitment_status"]
KILLS = ["object", "page", "row", "switch", "none"]
steps = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(KILLS), st.integers(0, 8)), max_size=10
)


@pytest.fixture(params=[400_000, 2], ids=["memory", "disk"])
def stored(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> World:
    """The second spills sums to disk and puts every row into a file of its own."""
    monkeypatch.setattr(aggregates, "MOST_ROWS", request.param)
    for module in (ranked, top):
        monkeypatch.setattr(module, "TOP_LISTED", 2)
    if request.param < 400_000:
        monkeypatch.setattr(parquet, "ROWS_A_GROUP", 1)
        monkeypatch.setattr(parquet, "BYTES_A_FILE", 1)
    world.services.cost_store = f"file://{tmp_path}/costs"
    return world


@given(versions=versions, steps=steps)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
def test_the_newest_delivery_counts(
    stored: World, versions: list[list[Row]], steps: list[tuple[int, str, int]]
) -> None:
    services, tenant = stored.services, f"t-{next(TENANTS)}"
    store = CostStore(services.store.table)
    store.save_settings(tenant, CostSettings(tags=["env"]))
    account = stored.account.model_copy(update={"tenant": tenant})
    newest = -1
    for number, kill, after in [*steps, (len(versions) - 1, "none", 0)]:
        version = number % len(versions)
        bills = Bills(versions[version], size=2)
        delivery = bills.delivery(str(version), AT + timedelta(hours=version))
        with Killing(services, bills, kill, after):
            import_delivery(services, account, bills, delivery)
            newest = max(newest, version)
        _holds(services, tenant, versions[newest] if newest >= 0 else [])
    stored.clock.at += timedelta(days=2)
    sweep_tenant(services, tenant)
    _holds(services, tenant, versions[-1])
    assert len(list(store.attempts(tenant))) == 1


class Killing:
    """The ``after``-th effect of one kind does not happen, as the process is gone."""

    def __init__(self, services: Services, bills: Bills, kill: str, after: int) -> None:
        self._patch = pytest.MonkeyPatch()
        self._after = after
        if kill == "row":
            bills.kill_after = after
        elif kill == "object":
            self._count(services.costs, "put")
        elif kill != "none":
            self._count(CostStore, "put_pages" if kill == "page" else "switch")

    def _count(self, target: object, name: str) -> None:
        real, seen = getattr(target, name), itertools.count()
        after = 0 if name == "switch" else self._after

        def counted(*given: object) -> object:
            if next(seen) >= after:
                raise Killed
            return real(*given)

        self._patch.setattr(target, name, counted)

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        self._patch.undo()
        return kind is Killed


def _holds(services: Services, tenant: str, rows: list[Row]) -> None:
    for metric, name in ((CostMetric.BILLED, "BilledCost"), (CostMetric.LIST, "ListCost")):
        with exactly():
            expected = sum((one[name] for one in rows), Decimal(0))
            for by in ([], ["resource"], ["tag:env"], ["service", "tag:env"], COMMITTED):
                question = CostQuestion(start=JAN, end=FEB, metric=metric, group_by=by)
                told = services.ledger(tenant).ask(question)
                assert told.total == expected, by
                assert sum((one.total for one in told.groups), Decimal(0)) == expected
            _quantities_hold(rows, told.commitments)
            _top_holds(services, tenant, metric, rows, name)


def _quantities_hold(rows: list[Row], told: list[CommitmentUse]) -> None:
    """Of each commitment and day; ``told`` is of the last question of ``_holds``."""
    expected: defaultdict[tuple[str, str, date], Decimal] = defaultdict(Decimal)
    for one in rows:
        if one["CommitmentDiscountId"] and one["CommitmentDiscountStatus"]:
            day = one["ChargePeriodStart"].date()
            key = (one["CommitmentDiscountId"], one["CommitmentDiscountStatus"], day)
            expected[key] += one["CommitmentDiscountQuantity"]
    found = {
        (one.commitment, status, point.start): quantity
        for one in told
        for point in one.points
        for status, quantity in (("Used", point.used), ("Unused", point.unused))
        if quantity
    }
    assert found == {key: quantity for key, quantity in expected.items() if quantity}


def _top_holds(
    services: Services, tenant: str, metric: CostMetric, rows: list[Row], name: str
) -> None:
    """The resource with the largest sum, which lists of two by metric tell."""
    asked = {"start": JAN, "end": FEB, "metric": metric, "group_by": ["resource"]}
    question = CostQuestion.model_validate({**asked, "granularity": "total", "top": 1})
    sums: dict[str, Decimal] = {}
    for one in rows:
        resource = one["ResourceId"] or ""
        sums[resource] = sums.get(resource, Decimal(0)) + one[name]
    told = services.ledger(tenant).ask(question).groups
    if sums:
        largest = min(sums, key=lambda one: (-sums[one], one))
        assert (told[0].key["resource"], told[0].total) == (largest, sums[largest])
