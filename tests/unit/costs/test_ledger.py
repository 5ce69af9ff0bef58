"""Questions over imported months."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from novacron.costs import aggregates
from novacron.costs.imports import import_delivery
from novacron.errors import InvalidSpec
from novacron.models.cost import CostAnswer, CostMetric, CostQuestion, Days
from novacron.models.cost_import import CostSettings
from novacron.store.costs import CostStore
from tests.bills import Bills, row
from tests.world import World

JAN, FEB, MAR = (date(2026, n, 1) for n in (1, 2, 3))
AT = datetime(2026, 3, 1, tzinfo=UTC)
SERVICES = ["VMs", "Disks", "Egress"]
ROWS = [
    row(
        month.replace(day=day),
        f"{day}.{index}",
        ServiceName=SERVICES[index % 3],
        RegionId=f"r{day % 2}",
        ResourceId=f"vm-{index}" if index else None,
        tags={"env": ["prod", "dev"][index % 2], "team": f"t{index % 5}"} if index != 4 else {},
    )
    for month in (JAN, FEB)
    for day in range(1, 29)
    for index in range(7)
]


@pytest.fixture(params=[400_000, 50], ids=["memory", "disk"])
def imported(
    world: World, tmp_path: object, monkeypatch: pytest.MonkeyPatch, request: Any
) -> World:
    monkeypatch.setattr(aggregates, "MOST_ROWS", request.param)
    world.services.cost_store = f"file://{tmp_path}/costs"
    CostStore(world.services.store.table).save_settings("acme", CostSettings(tags=["env", "team"]))
    for month in (JAN, FEB):
        bills = Bills([one for one in ROWS if one["BillingPeriodStart"].date() == month], size=10)
        import_delivery(world.services, world.account, bills, bills.delivery("1", AT))
    return world


def _ask(world: World, **told: Any) -> CostAnswer:
    question = {"start": JAN, "end": MAR, "metric": "billed", "granularity": "total"} | told
    return world.services.ledger("acme").ask(CostQuestion.model_validate(question))


def _sum(**values: Any) -> Decimal:
    def holds(one: dict[str, Any]) -> bool:
        tags = dict(one.get("Tags", []))
        return all(
            (tags.get(name[3:], "") if name.startswith("tag") else one[name]) == value
            for name, value in values.items()
        )

    return sum((one["BilledCost"] for one in ROWS if holds(one)), Decimal(0))


@pytest.mark.parametrize(
    ("by", "column"),
    [("service", "ServiceName"), ("region", "RegionId"), ("resource", "ResourceId")],
)
def test_groups_are_the_rows_sums(imported: World, by: str, column: str) -> None:
    told = _ask(imported, group_by=[by])
    assert told.total == _sum()
    for group in told.groups:
        assert group.total == _sum(**{column: group.key[by] or None})


def test_tags_and_what_has_none(imported: World) -> None:
    told = {one.key["tag:env"]: one.total for one in _ask(imported, group_by=["tag:env"]).groups}
    assert told == {value: _sum(tagenv=value) for value in ("prod", "dev", "")}
    both = _ask(imported, group_by=["tag:env", "tag:team"], filters={"service": ["VMs"]})
    assert both.total == _sum(ServiceName="VMs")
    for group in both.groups:
        key = {"tagenv": group.key["tag:env"], "tagteam": group.key["tag:team"]}
        assert group.total == _sum(ServiceName="VMs", **key)


def test_one_resource_and_its_days(imported: World) -> None:
    days = Days(start=date(2026, 1, 3), end=date(2026, 1, 5))
    ledger = imported.services.ledger("acme")
    series = ledger.daily(days, CostMetric.BILLED, {"resource": ["vm-5"]})
    assert series == {days.start: Decimal("3.5"), date(2026, 1, 4): Decimal("4.5")}
    by = ledger.daily_by(days, CostMetric.BILLED, {}, "account")
    assert list(by) == ["acc-1"]


def test_top_keeps_the_total_and_names_the_rest(imported: World) -> None:
    told = _ask(imported, group_by=["resource"], top=2)
    assert [group.key["resource"] for group in told.groups] == ["vm-6", "vm-5", "other"]
    assert told.total == _sum()


def test_months_weeks_and_comparisons(imported: World) -> None:
    [group] = _ask(imported, granularity="month").groups
    assert [point.start for point in group.points] == [JAN, FEB]
    [week] = _ask(imported, granularity="week", end=date(2026, 1, 12)).groups
    assert [point.start for point in week.points] == [JAN, date(2026, 1, 5)]
    [against] = _ask(imported, start=FEB, end=date(2026, 2, 8), compare="previous").groups
    assert against.compared == sum(
        one["BilledCost"]
        for one in ROWS
        if date(2026, 1, 25) <= one["ChargePeriodStart"].date() < FEB
    )
    assert against.change == against.total - against.compared


def test_what_cannot_be_answered_says_what_to_do(imported: World) -> None:
    with pytest.raises(InvalidSpec, match="not kept by tag:owner") as refused:
        _ask(imported, group_by=["tag:owner"])
    assert "PUT /costs/settings" in str(refused.value.remedy)


def test_another_tenant_sees_nothing(imported: World) -> None:
    question = CostQuestion(start=JAN, end=MAR, group_by=["resource"])
    told = imported.services.ledger("umbrella").ask(question)
    assert (told.total, told.groups, told.freshness) == (Decimal(0), [], [])
