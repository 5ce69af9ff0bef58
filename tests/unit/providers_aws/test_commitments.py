"""Reserved instances of every region, then savings plans, which are of none."""

from __future__ import annotations

import pytest

from novacron.models.base import PageRequest
from novacron.models.commitment import CommitmentKind
from novacron.providers.aws.commitments import _reservation
from novacron.providers.base import iterate
from tests.unit.providers_aws.conftest import REGION, SECOND, World


def _plan(number: int, **told: str) -> dict[str, str]:
    given = {
        "savingsPlanId": f"sp-{number}",
        "savingsPlanType": "Compute",
        "paymentOption": "No Upfront",
        "state": "active",
        "commitment": "1.5",
        "currency": "USD",
        "start": "2026-01-01T00:00:00.000Z",
        "end": "2027-01-01T00:00:00.000Z",
        "region": "",
    }
    return given | told


def test_plans_come_after_every_regions_reservations(world: World) -> None:
    world.server.account.savings_plans = [
        *(_plan(number) for number in range(7)),
        _plan(7, savingsPlanType="EC2Instance", region=SECOND, ec2InstanceFamily="m5"),
        _plan(8, savingsPlanType="SageMaker"),
        _plan(9, state="retired"),
    ]
    provider = world.provider(regions=SECOND)
    bought = [
        provider.ec2(region).purchase_reserved_instances_offering(
            ReservedInstancesOfferingId=f"{region}-ri-off-0001", InstanceCount=1
        )["ReservedInstancesId"]
        for region in (REGION, SECOND)
    ]
    found = {one.id: one for one in iterate(provider.list_commitments, None)}
    plans = {id for id, one in found.items() if one.kind is CommitmentKind.SPEND}
    assert plans == {f"sp-{number}" for number in range(8)}
    assert {found[one].region for one in bought} == {REGION, SECOND}
    assert (found["sp-0"].region, found["sp-0"].covers) == (None, "")
    assert (found["sp-7"].region, found["sp-7"].covers) == (SECOND, "m5.")
    assert found["sp-0"].amount == "1.5 USD an hour, No Upfront"
    assert found["sp-0"].end.isoformat() == "2027-01-01T00:00:00+00:00"
    first = provider.list_commitments(REGION, PageRequest(limit=1))
    assert len(first.items) == 1


def test_one_that_is_over_is_not_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = world.provider()
    bought = provider.ec2(REGION).purchase_reserved_instances_offering(
        ReservedInstancesOfferingId=f"{REGION}-ri-off-0001", InstanceCount=1
    )["ReservedInstancesId"]
    assert bought in {one.id for one in iterate(provider.list_commitments, None)}
    clock = world.server.account.clock  # that of every other test too
    monkeypatch.setattr(clock, "offset", clock.offset + 366 * 86400)
    assert bought not in {one.id for one in iterate(provider.list_commitments, None)}


@pytest.mark.parametrize(
    ("told", "covers"),
    [
        ({"Scope": "Region"}, "t3."),
        ({"Scope": "Availability Zone"}, "t3.large"),
        ({"Scope": "Region", "ProductDescription": "Windows"}, "t3.large"),
        ({"Scope": "Region", "InstanceTenancy": "dedicated"}, "t3.large"),
    ],
)
def test_sizes_are_flexible_in_a_regions_linux_alone(told: dict[str, str], covers: str) -> None:
    plan = _plan(1)
    given = {
        "ReservedInstancesId": "r",
        "InstanceType": "t3.large",
        "InstanceCount": 2,
        "ProductDescription": "Linux/UNIX",
        "InstanceTenancy": "default",
        "OfferingType": "All Upfront",
        "Start": plan["start"],
        "End": plan["end"],
    }
    assert _reservation(REGION, given | told).covers == covers  # type: ignore[arg-type]
