"""Reservations are the region's own; what of them has no plain VM's price is told."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from novacron.models.base import PageRequest
from novacron.providers.aws.provider import AwsProvider
from novacron.providers.base import iterate
from tests.unit.providers_aws.conftest import REGION, SECOND, World

WANTED: dict[str, Any] = {
    "InstanceType": "m5.large",
    "InstancePlatform": "Linux/UNIX",
    "InstanceCount": 2,
}


def _reserve(provider: AwsProvider, region: str, **told: Any) -> str:
    asked = {**WANTED, "AvailabilityZone": f"{region}a", **told}
    made = provider.ec2(region).create_capacity_reservation(**asked)
    return str(made["CapacityReservation"]["CapacityReservationId"])


def test_every_region_is_listed_by_its_pages(world: World) -> None:
    provider = world.provider(regions=SECOND)
    here = [_reserve(provider, REGION) for _ in range(7)]
    there = _reserve(provider, SECOND)
    found = {one.id: one for one in iterate(provider.list_reservations, None)}
    assert {*here, f"{SECOND}/{there}"} <= found.keys()
    assert found[f"{SECOND}/{there}"].zone == f"{SECOND}a"
    first = provider.list_reservations(REGION, PageRequest(limit=5))
    assert len(first.items) == 5
    assert first.next_cursor


@pytest.mark.parametrize(
    "wrong",
    [
        {"InstanceType": "m5.none"},
        {"InstancePlatform": "Windows"},
        {"InstanceCount": 0},
        {"AvailabilityZone": "eu-west-1a"},
    ],
)
def test_the_local_account_refuses_what_ec2_does(world: World, wrong: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="Invalid"):
        _reserve(world.provider(), REGION, **wrong)


@pytest.mark.parametrize(
    ("told", "plain"),
    [({}, True), ({"InstancePlatform": "Windows"}, False), ({"Tenancy": "dedicated"}, False)],
)
def test_only_a_plain_one_has_the_catalogs_price(
    world: World, told: dict[str, Any], plain: bool
) -> None:
    given = {"InstancePlatform": "Linux/UNIX", "Tenancy": "default", "InstanceType": "m5.large"}
    counts = {"TotalInstanceCount": 2, "AvailableInstanceCount": 1}
    place = {"CapacityReservationId": "cr-1", "AvailabilityZone": f"{REGION}a"}
    native: Any = {**given, **counts, **place, **told}
    shown = world.provider()._reservation(REGION, native)
    assert (shown.used, shown.as_listed) == (1, plain)
