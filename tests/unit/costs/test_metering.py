"""Metering by the second: what stood costs, what was off or gone does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacron.catalog.catalog import price
from novacron.costs.metering.prices import by_card, by_catalog
from novacron.costs.metering.source import MeteredCosts
from novacron.costs.metering.spans import spans
from novacron.errors import NotFound
from novacron.models.account import ProviderType
from novacron.models.history import Change
from novacron.models.operation import OperationKind, ResourceKind
from novacron.models.rate_card import FlatRates, RateCard
from novacron.operations.kinds import NoArguments, StopArguments
from novacron.operations.submit import submit_change
from novacron.store.history import History
from novacron.store.rate_cards import RateCards
from tests.exported import rows_of, total
from tests.world import ALICE, World

OCTOBER = date(2026, 10, 1)
START = datetime(2026, 10, 1, tzinfo=UTC)
CARD = RateCard(
    currency="EUR",
    flat=FlatRates(
        vcpu_hour=Decimal("0.02"),
        memory_gib_hour=Decimal("0.005"),
        storage_gib_hour=Decimal("0.0001"),
    ),
)


SIZE: dict[str, Any] = {"vcpus": 2, "memory_mib": 2048}


def at(seconds: float, state: str = "running", **told: Any) -> Change:
    return Change(
        resource="vm-1",
        kind=ResourceKind.VM,
        account_id="acc-1",
        provider_id="p-1",
        name="web",
        state=state,
        at=START + timedelta(seconds=seconds),
        version=0,
        **{
            "region": "lab",
            "bills_compute": state == "running",
            "vcpus": 2,
            "memory_mib": 2048,
            **told,
        },
    )


@given(
    st.lists(st.floats(0, 200_000), min_size=1, max_size=8, unique=True),
    st.integers(0, 100_000),
    st.integers(1, 100_000),
)
def test_hours_make_up_the_window(moments: list[float], first: int, length: int) -> None:
    changes = [at(moment) for moment in sorted(moments)]
    start = START + timedelta(seconds=first)
    end = start + timedelta(seconds=length)
    found = list(spans(changes, start, end))
    covered = (end - max(start, changes[0].at)) / timedelta(seconds=1)
    assert float(sum(one.seconds for one in found)) == pytest.approx(max(covered, 0), abs=1e-3)
    assert all(0 < one.seconds <= 3600 for one in found)


def metered(world: World, until: datetime) -> MeteredCosts:
    table = world.services.store.table
    pricer = by_card(RateCards(table), "acme", world.account.id)
    return MeteredCosts(world.account, History(table), pricer, lambda: until)


def read(source: MeteredCosts) -> list[dict[str, Any]]:
    return [
        row
        for delivery in source.bill_deliveries(OCTOBER)
        for row in rows_of(source.bill_rows(delivery, delivery.parts[0]))
    ]


def begin(world: World, when: datetime) -> str:
    world.clock.at = when
    made = world.create_vm(vcpus=2, memory_mib=2048)
    world.run()
    return made.resource_id


def test_a_vm_costs_while_it_runs(world: World) -> None:
    RateCards(world.services.store.table).save("acme", world.account.id, CARD, START)
    vm = begin(world, START + timedelta(minutes=30))
    world.clock.at = START + timedelta(hours=3, minutes=15)
    submit_change(world.services, ALICE, OperationKind.VM_STOP, vm, StopArguments(), world.key())
    world.run()
    world.clock.at = START + timedelta(hours=9)
    submit_change(world.services, ALICE, OperationKind.VM_DELETE, vm, NoArguments(), world.key())
    world.run()

    rows = read(metered(world, START + timedelta(days=1)))

    hourly = 2 * Decimal("0.02") + 2 * Decimal("0.005")
    assert float(total(rows)) == pytest.approx(float(hourly * Decimal("2.75")), abs=1e-5)
    assert {row["ChargePeriodStart"].hour for row in rows} == {0, 1, 2, 3}
    assert {row["BillingCurrency"] for row in rows} == {"EUR"}
    [whole] = [row for row in rows if row["ChargePeriodStart"].hour == 1]
    assert (whole["PricingQuantity"], whole["BilledCost"]) == (1, hourly)
    assert whole["ProviderName"] == "On-premises"


def test_a_new_card_changes_no_past_hour(world: World) -> None:
    cards = RateCards(world.services.store.table)
    cards.save("acme", world.account.id, CARD, START)
    begin(world, START)
    before = read(metered(world, START + timedelta(hours=5)))
    one = Decimal(1)
    flat = FlatRates(vcpu_hour=one, memory_gib_hour=one, storage_gib_hour=one)
    dearer = RateCard(currency="EUR", flat=flat)
    cards.save("acme", world.account.id, dearer, START + timedelta(hours=5))
    after = read(metered(world, START + timedelta(hours=6)))
    assert after[: len(before)] == before
    assert after[-1]["BilledCost"] == 4


def test_without_a_card_nothing_is_free(world: World) -> None:
    begin(world, START)
    with pytest.raises(NotFound, match="rate card"):
        read(metered(world, START + timedelta(hours=5)))


def test_a_delivery_grows_by_full_minutes_and_then_stays(world: World) -> None:
    early, late = START + timedelta(hours=5, minutes=59, seconds=31), START + timedelta(days=40)
    [first] = metered(world, early).bill_deliveries(OCTOBER)
    assert first.delivered_at == START + timedelta(hours=5, minutes=59)
    closed, current = metered(world, late).bill_deliveries(OCTOBER)
    assert closed.delivered_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert current.period == date(2026, 11, 1)
    [again, _] = metered(world, late + timedelta(hours=1)).bill_deliveries(OCTOBER)
    assert again == closed


def test_clouds_are_estimated_by_their_catalog() -> None:
    found = price(ProviderType.AWS, "m5.large", "us-east-1")
    assert found is not None
    pricer = by_catalog(ProviderType.AWS)
    vm = at(0, region="us-east-1", instance_type="m5.large")
    [charge] = pricer(vm, START)
    assert charge.hourly == found.hourly
    assert str(found.as_of) in charge.source
    for other in (
        at(0, region="us-east-1", instance_type="m5.large", spot=True),
        at(0, state="stopped", region="us-east-1", instance_type="m5.large"),
        at(0, region="us-east-1", instance_type="x99.large"),
    ):
        assert list(pricer(other, START)) == []


def test_an_account_without_vms_has_an_empty_bill(world: World) -> None:
    assert read(metered(world, START + timedelta(hours=5))) == []
