"""Questions about the commitments that bills name: the raw rows' sums, or a clear refusal."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from infra.local.bills import aws, azure
from novacron.costs import committed as committed_sums
from novacron.costs.cube import COMMITMENT
from novacron.costs.imports import import_delivery
from novacron.costs.sources import cur, focus
from novacron.errors import InvalidSpec
from novacron.models.account import ProviderType
from novacron.models.cost import CostAnswer, CostQuestion
from novacron.models.cost_import import CostSettings, Outcome
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.store.costs import CostStore
from tests.bills import Bills, Row, committed, row
from tests.exported import FLEET, OCTOBER, as_batch, october, rows_of
from tests.unit.costs.test_mappers import SAMPLE
from tests.world import World

JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)
AT = datetime(2026, 2, 20, tzinfo=UTC)
TINY = Decimal("0.000000000000000001")
FEE: dict[str, Any] = {"ChargeCategory": "Purchase", "ResourceId": "ri-1"}
ROWS = [
    row(JAN, "1.5", **committed("ri-1", "Used", Decimal(18) + TINY)),
    row(JAN, "0.5", ResourceId="ri-1", **committed("ri-1", "Unused", Decimal(6))),
    row(JAN.replace(day=2), "2", **committed("ri-1", "Used", Decimal(24))),
    row(JAN, "60", **FEE, **committed("ri-1", None, Decimal(744))),
    row(JAN, "0.25", **committed("sp-1", "Used", Decimal("0.25"), "USD")),
    row(JAN, "7"),
]


@pytest.fixture(params=[100_000, 0], ids=["at once", "batch by batch"])
def stored(world: World, tmp_path: object, monkeypatch: pytest.MonkeyPatch, request: Any) -> World:
    monkeypatch.setattr(committed_sums, "MOST_ROWS", request.param)
    world.services.cost_store = f"file://{tmp_path}/costs"
    return world


def _import(world: World, rows: list[Row], period: date = JAN) -> Outcome:
    source = Bills(rows, size=2)
    delivery = source.delivery("1", AT, period=period)
    return import_delivery(world.services, world.account, source, delivery).outcome


def _ask(world: World, **told: Any) -> CostAnswer:
    given = {"start": JAN, "end": FEB, "group_by": ["commitment"]} | told
    return world.services.ledger("acme").ask(CostQuestion.model_validate(given))


def test_used_and_unused_of_each_commitment_and_day(stored: World) -> None:
    _import(stored, ROWS)
    told = _ask(stored)
    assert {group.key["commitment"]: group.total for group in told.groups} == {
        "ri-1": Decimal(64),
        "sp-1": Decimal("0.25"),
        "": Decimal(7),
    }
    reserved, plan = told.commitments
    assert (reserved.commitment, reserved.type, reserved.unit) == (
        "ri-1",
        "Reserved Instance",
        "Hours",
    )
    assert (reserved.used, reserved.unused) == (Decimal(42) + TINY, Decimal(6))
    assert reserved.utilisation == Decimal("0.875")
    assert (reserved.used_cost, reserved.unused_cost) == (Decimal("3.5"), Decimal("0.5"))
    first, second = reserved.points
    assert (first.start, first.used, first.unused) == (JAN, Decimal(18) + TINY, Decimal(6))
    assert (first.utilisation, second.utilisation) == (Decimal("0.75"), Decimal(1))
    assert (plan.unit, plan.used, plan.utilisation) == ("USD", Decimal("0.25"), Decimal(1))


def test_status_and_filters(stored: World) -> None:
    _import(stored, ROWS)
    by = _ask(stored, group_by=["commitment_status"])
    assert {group.key["commitment_status"]: group.total for group in by.groups} == {
        "Used": Decimal("3.75"),
        "Unused": Decimal("0.5"),
        "": Decimal(67),
    }
    assert by.commitments == []
    [reserved] = _ask(stored, filters={"commitment": ["ri-1"]}).commitments
    assert reserved.utilisation == Decimal("0.875")
    [part] = _ask(stored, filters={"commitment_status": ["Unused"]}).commitments
    assert (part.used, part.unused, part.utilisation) == (Decimal(0), Decimal(6), None), (
        "half is no whole"
    )
    assert [one.commitment for one in _ask(stored, top=1).commitments] == ["ri-1"]


def test_quantities_that_are_not_told_are_not_zero(stored: World) -> None:
    """Exports of FOCUS 1.0 have none."""
    without = committed("ri-1", "Used", Decimal(24)) | {
        "CommitmentDiscountQuantity": None,
        "CommitmentDiscountUnit": None,
    }
    _import(stored, [*ROWS, row(JAN.replace(day=3), "1", **without)])
    reserved = _ask(stored).commitments[0]
    assert (reserved.used, reserved.unused, reserved.utilisation) == (None, None, None)
    assert reserved.used_cost == Decimal("4.5")
    assert [point.used for point in reserved.points] == [Decimal(18) + TINY, 24, None]


def test_what_was_imported_before_refuses_until_it_is_imported_anew(stored: World) -> None:
    _import(stored, ROWS)
    store = CostStore(stored.services.store.table)
    [there] = store.partitions("acme")
    pages = {view: count for view, count in there.pages.items() if view != COMMITMENT}
    store.switch(there.model_copy(update={"pages": pages}), there, None)
    with pytest.raises(InvalidSpec, match="2026-01 were imported before") as refused:
        _ask(stored, group_by=["commitment_status"])
    assert refused.value.field == "commitment_status"
    assert "/costs:sql" in str(refused.value.remedy)
    assert _ask(stored, group_by=["service"]).total == Decimal("71.25")
    assert _import(stored, ROWS) is Outcome.IMPORTED
    assert _ask(stored).total == Decimal("71.25")
    assert _import(stored, ROWS) is Outcome.UNCHANGED


def test_a_month_without_rows_is_kept_by_commitment(stored: World) -> None:
    assert _import(stored, []) is Outcome.IMPORTED
    assert _import(stored, []) is Outcome.UNCHANGED
    assert _ask(stored).groups == []


@pytest.mark.parametrize("other", ["resource", "tag:env"])
def test_not_together_with_what_another_view_has(stored: World, other: str) -> None:
    CostStore(stored.services.store.table).save_settings("acme", CostSettings(tags=["env"]))
    _import(stored, ROWS)
    with pytest.raises(InvalidSpec, match=f"not kept by commitment and {other} together"):
        _ask(stored, group_by=["commitment", other])


def test_types_are_those_of_our_vms_compute_on_demand(stored: World) -> None:
    record = ResourceRecord(
        id="vm-a",
        tenant="acme",
        kind=ResourceKind.VM,
        account_id=stored.account.id,
        provider_id="vm-1",
        name="a",
        region="north",
        state="running",
        document={"instance_type": "e2-standard-2"},
        observed_at=AT,
        created_at=AT,
    )
    stored.services.store.adopt(record, ProviderType.GCP)
    others = [
        row(JAN, "10", PricingCategory="Dynamic"),
        row(JAN, "20", ServiceCategory="Networking"),
        row(JAN, "40", ResourceId="vm-2"),
    ]
    _import(stored, [*ROWS, *others])
    told = _ask(stored, group_by=["instance_type", "commitment"])
    found = {tuple(group.key.values()): group.total for group in told.groups}
    assert found == {
        ("", "ri-1"): Decimal("60.5"),
        ("", ""): Decimal(70),
        ("e2-standard-2", "ri-1"): Decimal("3.5"),
        ("e2-standard-2", "sp-1"): Decimal("0.25"),
        ("e2-standard-2", ""): Decimal(7),
    }


@pytest.mark.parametrize("export", ["aws focus", "aws cur", "azure focus"])
def test_an_exports_reservation(stored: World, export: str) -> None:
    charges = october()
    rows = {
        "aws focus": lambda: focus.rows(as_batch(aws.focus_rows(charges, FLEET))),
        "aws cur": lambda: cur.rows(as_batch(aws.cur_rows(charges, FLEET))),
        "azure focus": lambda: focus.rows(as_batch(azure.focus_rows(charges, FLEET))),
    }[export]()
    _import(stored, rows_of(rows), OCTOBER)
    [told] = _ask(stored, start=OCTOBER, end=date(2026, 11, 1)).commitments
    assert told.unused_cost == Decimal("7.44")
    assert told.used_cost + told.unused_cost == Decimal("44.64")
    assert told.used is not None
    assert told.unused is not None
    assert told.used + told.unused == 744
    assert told.utilisation == (told.used_cost / Decimal("44.64")).quantize(Decimal("0.000001"))


def test_the_public_sample_adds_up(stored: World) -> None:
    with SAMPLE.open() as file:
        given = [one for one in csv.DictReader(file) if one["ProviderName"] == "AWS"]
    expected: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in given:
        key = (one["CommitmentDiscountId"], one["CommitmentDiscountStatus"])
        expected[key] += Decimal(one["EffectiveCost"])
    _import(stored, rows_of(focus.rows(as_batch(given))), date(2024, 9, 1))
    september = {"start": date(2024, 9, 1), "end": date(2024, 11, 1)}
    told = _ask(stored, **september, group_by=["commitment", "commitment_status"])
    found = {
        tuple(value or "NULL" for value in group.key.values()): group.total for group in told.groups
    }
    assert found == dict(expected)
    assert len(told.commitments) == 2
    assert {one.used for one in told.commitments} == {None}
