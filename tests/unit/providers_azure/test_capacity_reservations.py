"""Which reservations bill and can be given up, and what of them is used."""

from __future__ import annotations

from typing import Any

import pytest

from novacron.models.base import Page, PageRequest
from novacron.models.capacity_reservation import CapacityReservation
from novacron.providers.azure.capacity_reservations import _count, _used
from novacron.providers.base import iterate
from tests.unit.providers_azure.conftest import REGION, World


@pytest.mark.parametrize(
    ("use", "count", "used"),
    [
        ({}, 3, 0),
        ({"currentCapacity": 2, "virtualMachinesAllocated": [{}]}, 2, 1),
        ({"currentCapacity": 2, "virtualMachinesAllocated": [{}, {}, {}]}, 2, 2),
        ({"usedReservedCountBySubscription": {"a": 1, "b": 1}}, 3, 2),
        ({"currentCapacity": 0}, 0, 0),
    ],
)
def test_what_is_had_and_what_is_used(use: dict[str, Any], count: int, used: int) -> None:
    native = {"sku": {"capacity": 3}, "utilizationInfo": use}
    assert (_count(native), _used(native)) == (count, used)


def _reserve(world: World, group: str, size: str, count: int = 1, zone: str = "") -> None:
    provider = world.provider()
    here: Any = {"location": REGION, "zones": [zone] if zone else []}
    groups = provider.compute.capacity_reservation_groups
    groups.create_or_update(provider.account.resource_group, group, here)
    asked = {**here, "sku": {"name": size, "capacity": count}, "tags": {"team": "web"}}
    begin = provider.compute.capacity_reservations.begin_create_or_update
    provider.begin(begin, group, size.removeprefix("Standard_"), asked)


def test_groups_are_walked_and_blocks_and_empty_ones_left_out(world: World) -> None:
    provider = world.provider()
    _reserve(world, "a", "Standard_D2s_v5", zone="2")
    _reserve(world, "b", "Standard_D2s_v5", count=2)
    _reserve(world, "b", "Standard_D4s_v5")
    _reserve(world, "b", "Standard_B2s_v2", count=0)
    _reserve(world, "c", "Standard_D2s_v5")
    block = world.server.account.store.get(
        provider.arm_id("Microsoft.Compute", "capacityReservationGroups", "c")
    )
    assert block is not None
    block.properties["reservationType"] = "Block"

    def two_at_a_time(region: str | None, page: PageRequest) -> Page[CapacityReservation]:
        return provider.list_reservations(region, page.model_copy(update={"limit": 2}))

    found = list(iterate(two_at_a_time, REGION))
    assert [(one.id, one.zone, one.count) for one in found] == [
        ("a/D2s_v5", f"{REGION}-2", 1),
        ("b/D2s_v5", REGION, 2),
        ("b/D4s_v5", REGION, 1),
    ]
    assert found[0].tags == {"team": "web"}
