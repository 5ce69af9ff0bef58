"""What is held by the bill: as many units as commitments pay for, whatever use they find."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from novacron.costs.advice.held import paid_units
from novacron.costs.advice.on_bill import on_bill
from novacron.costs.commitments.units import Prices
from novacron.costs.imports import import_delivery
from novacron.errors import NotFound
from novacron.models.account import ProviderType
from novacron.models.operation import ResourceKind, ResourceRecord
from tests.bills import Bills, Row, committed, row
from tests.world import World

REGION, TYPE, LARGE = "us-central1", "e2-standard-2", "e2-standard-4"
TODAY, START = date(2026, 3, 1), date(2026, 2, 21)
FIRST = datetime(2026, 2, 10, tzinfo=UTC)
OFFSET = (datetime(2026, 2, 21, tzinfo=UTC) - FIRST) // timedelta(hours=1)
HOURS = 24 * 7
TENANTS = itertools.count()
FULL, HALF = Decimal(10), Decimal(5)
LAST = row(date(2026, 2, 28), "1", ResourceId="vm-0")
"""The bill's last day, which may lack hours and is left out."""
hourly = st.lists(st.integers(0, 6), min_size=24, max_size=24)


@pytest.fixture
def billed(world: World, tmp_path: object) -> World:
    world.services.cost_store = f"file://{tmp_path}/costs"
    return world


def _import(world: World, rows: list[Row], account: str = "acc-1", tenant: str = "") -> str:
    """Returns the tenant, which has a VM of two types, ``vm-0`` and ``vm-1``."""
    tenant = tenant or f"held-{next(TENANTS)}"
    for number, name in enumerate((TYPE, LARGE)):
        record = ResourceRecord(
            id=f"{account}-{number}",
            tenant=tenant,
            kind=ResourceKind.VM,
            account_id=account,
            provider_id=f"vm-{number}",
            name=name,
            region=REGION,
            state="running",
            document={"instance_type": name},
            observed_at=FIRST,
            created_at=FIRST,
        )
        world.services.store.adopt(record, ProviderType.GCP)
    mine = world.account.model_copy(
        update={"id": account, "tenant": tenant, "type": ProviderType.GCP}
    )
    source = Bills([one | {"RegionId": REGION} for one in [*rows, LAST]])
    delivery = source.delivery("1", datetime(2026, 3, 1, tzinfo=UTC), period=date(2026, 2, 1))
    import_delivery(world.services, mine, source, delivery)
    return tenant


def _paid(world: World, tenant: str, within: dict[str, Counter[int]]) -> dict[str, Decimal]:
    bill = on_bill(world.services.ledger(tenant), "acc-1", TODAY)
    paid = paid_units(bill, REGION, TYPE, within, _prices(), FIRST)
    assert paid is not None
    return paid.by


def _prices() -> Prices:
    return Prices(ProviderType.GCP, REGION, TODAY)


def _covered(vms: list[int], units: int, resource: str, price: Decimal) -> Iterator[Row]:
    """A day's rows, seven times, of so many VMs in each hour, of which a commitment pays for at
    most ``units``."""
    used = sum(min(one, units) for one in vms)
    lost, rest = 24 * units - used, sum(vms) - used
    for day in range(7):
        on = START + timedelta(days=day)
        yield row(on, used * price, ResourceId=resource, **_of(used, "Used"))
        yield row(on, lost * price, ResourceId="ri-1", **_of(lost, "Unused"))
        yield row(on, rest * price, ResourceId=resource)


def _of(hours: int, status: str, name: str = "ri-1") -> Row:
    return committed(name, status, Decimal(hours))


@given(vms=hourly.filter(any), units=st.integers(1, 5))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None
)
def test_a_reservation_is_as_large_as_it_was_bought(
    billed: World, vms: list[int], units: int
) -> None:
    """Whether it found use in each hour or not."""
    tenant = _import(billed, list(_covered(vms, units, "vm-0", FULL)))
    use = Counter({OFFSET + hour: vms[hour % 24] for hour in range(HOURS)})
    found = _paid(billed, tenant, {TYPE: use})
    assert round(found["ri-1"], 20) == units


def _always(count: int) -> Counter[int]:
    return Counter({OFFSET + hour: count for hour in range(HOURS)})


def _week(cost: Decimal, **told: Any) -> list[Row]:
    return [row(START + timedelta(days=day), cost, **told) for day in range(7)]


def test_a_plan_over_two_types_and_what_nobody_used(billed: World) -> None:
    """Half of each type's use, and as much again that is lost; one large VM is two units."""
    plan = [
        committed("sp-1", "Used", Decimal(1), "USD"),
        committed("sp-1", "Unused", Decimal(1), "USD"),
    ]
    rows = _week(HALF, ResourceId="sp-1", **plan[1])
    for resource in ("vm-0", "vm-1"):
        rows += _week(HALF, ResourceId=resource, **plan[0]) + _week(HALF, ResourceId=resource)
        rows += _week(FULL, ResourceId=resource, PricingCategory="Dynamic")
        rows += _week(FULL, ResourceId=resource, ServiceCategory="Networking")
    tenant = _import(billed, rows)
    found = _paid(billed, tenant, {TYPE: _always(4), LARGE: _always(3)})
    assert found["sp-1"] == (4 + 6) / Decimal(2) * (2 + 1) / 2, "two are used, one is lost"


def test_another_account_of_the_tenant_uses_the_rest(billed: World) -> None:
    mine = _week(FULL, ResourceId="vm-0", **_of(24, "Used"))
    theirs = _week(FULL, ResourceId="vm-0", **_of(24, "Used"))
    lost = _week(FULL, ResourceId="ri-1", **_of(24, "Unused"))
    tenant = _import(billed, mine)
    _import(billed, theirs + lost, "acc-2", tenant)
    assert _paid(billed, tenant, {TYPE: _always(2)}) == {"ri-1": Decimal(3)}


def test_what_has_ended_and_what_is_idle_pays_for_nothing(billed: World) -> None:
    ended = _week(FULL, ResourceId="vm-0", **_of(24, "Used"))[:5]
    idle = _week(FULL, ResourceId="ri-2", **_of(24, "Unused", "ri-2"))
    tenant = _import(billed, [*ended, *idle, *_week(FULL, ResourceId="vm-0")])
    assert _paid(billed, tenant, {TYPE: _always(2)}) == {}
    assert on_bill(billed.services.ledger(tenant), "acc-1", TODAY).idle == ["ri-2"]


def test_a_months_waste_on_its_first_day_is_the_months(billed: World) -> None:
    """CUR 2.0 has it with the fee. Half of 27 days was used, and the window has 7 of them."""
    rows = [
        row(date(2026, 2, day), FULL, ResourceId="vm-0", **_of(24, "Used")) for day in range(1, 28)
    ]
    waste = {"ResourceId": "ri-1", **_of(27 * 24, "Unused")}
    idle = {"ResourceId": "ri-2", **_of(27 * 24, "Unused", "ri-2")}
    first = [row(date(2026, 2, 1), 27 * FULL, **one) for one in (waste, idle)]
    tenant = _import(billed, [*rows, *first, *_week(FULL, ResourceId="vm-0")])
    assert _paid(billed, tenant, {TYPE: _always(2)}) == {"ri-1": Decimal(2)}
    assert on_bill(billed.services.ledger(tenant), "acc-1", TODAY).idle == ["ri-2"]


def test_costs_tell_what_was_used_where_quantities_do_not(billed: World) -> None:
    """Exports of FOCUS 1.0."""
    none = {"CommitmentDiscountQuantity": None, "CommitmentDiscountUnit": None}
    rows = _week(HALF, ResourceId="vm-0", **_of(1, "Used") | none)
    rows += _week(HALF, ResourceId="ri-1", **_of(1, "Unused") | none)
    tenant = _import(billed, rows)
    assert _paid(billed, tenant, {TYPE: _always(2)}) == {"ri-1": Decimal(4)}


def test_a_bill_that_does_not_say(billed: World) -> None:
    tenant = _import(billed, _week(FULL, ResourceId="vm-9"))
    ledger = billed.services.ledger(tenant)
    bill = on_bill(ledger, "acc-1", TODAY)
    within = {TYPE: _always(1)}
    assert paid_units(bill, REGION, TYPE, within, _prices(), FIRST) is None
    for account, today in (("acc-2", TODAY), ("acc-1", date(2026, 3, 8))):
        with pytest.raises(NotFound, match="no bill that reaches"):
            on_bill(ledger, account, today)
