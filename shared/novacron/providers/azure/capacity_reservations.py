"""Capacity reservations, which are in groups that VMs name:
https://learn.microsoft.com/en-us/azure/virtual-machines/capacity-reservation-overview

Used and unused, each is billed as a VM of the size without its software, as that page says.
"""

from __future__ import annotations

from collections.abc import Iterator

from novacron.models.base import Page, PageRequest
from novacron.models.capacity_reservation import CapacityReservation
from novacron.providers.azure.base import COMPUTE, AzureBase
from novacron.providers.azure.errors import translated
from novacron.providers.azure.ownership import Json, owned, region_of
from novacron.providers.azure.paging import page_of
from novacron.providers.capacity_reservations import CapacityReservations

KIND = "capacityReservationGroups"


class AzureCapacityReservations(AzureBase, CapacityReservations):
    @translated
    def list_reservations(self, region: str | None, page: PageRequest) -> Page[CapacityReservation]:
        regions = self.account.regions if region is None else (self.here(region),)
        groups = self.list_page(self.compute.capacity_reservation_groups.list_by_resource_group)

        def fetch(link: str | None) -> tuple[list[Json], str | None]:
            found, following = groups(link)
            return [one for group in found for one in self._inside(group)], following

        def keep(native: Json) -> bool:
            return region_of(native) in regions and _count(native) > 0

        place = self.place(COMPUTE, KIND)
        return page_of(place, page, fetch, keep, lambda found: [_shown(one) for one in found])

    def _inside(self, group: Json) -> Iterator[Json]:
        """The group's reservations as "<group>/<name>", each with its ``utilizationInfo``."""
        told = group["properties"]
        # A block cannot be deleted before its end:
        # https://learn.microsoft.com/en-us/rest/api/compute/capacity-reservations/delete
        if not told.get("capacityReservations") or told.get("reservationType") == "Block":
            return
        get, name = self.compute.capacity_reservation_groups.get, group["name"]
        whole = self.find_native(get, name, expand="instanceView")
        if whole is None:
            return  # deleted since
        views = whole["properties"]["instanceView"]["capacityReservations"]
        use = {one["name"].lower(): one.get("utilizationInfo", {}) for one in views}
        lister = self.compute.capacity_reservations.list_by_capacity_reservation_group
        fetch, link = self.list_page(lister, capacity_reservation_group_name=name), None
        while True:
            found, link = fetch(link)
            for one in found:
                utilization = use.get(one["name"].lower(), {})
                yield {**one, "name": f"{name}/{one['name']}", "utilizationInfo": utilization}
            if link is None:
                return


def _count(native: Json) -> int:
    """Those that are had and billed, which may be fewer than asked for."""
    return int(native["utilizationInfo"].get("currentCapacity", native["sku"]["capacity"]))


def _used(native: Json) -> int:
    """VMs that name the group and are allocated, be they off; of an open group, whose VMs need not
    name it, the numbers that are told by subscription. There may be more of them than reserved."""
    told = native["utilizationInfo"]
    taken: int = sum((told.get("usedReservedCountBySubscription") or {}).values())
    return min(_count(native), len(told.get("virtualMachinesAllocated") or []) + taken)


def _shown(native: Json) -> CapacityReservation:
    owner, region = owned(native), region_of(native)
    return CapacityReservation(
        id=native["name"],
        name=owner.name or native["name"],
        region=region,
        zone="-".join([region, *native.get("zones", [])]),
        instance_type=native["sku"]["name"],
        count=_count(native),
        used=_used(native),
        mark=native["properties"]["reservationId"],
        tags=owner.tags,
        tenant=owner.tenant,
        operation=owner.operation,
    )
