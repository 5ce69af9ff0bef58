"""Reservations of zonal VMs: https://cloud.google.com/compute/docs/reference/rest/v1/reservations

They have no labels.
"""

from __future__ import annotations

from typing import Any

from novacron.models.base import Page, PageRequest
from novacron.models.capacity_reservation import CapacityReservation
from novacron.providers.capacity_reservations import CapacityReservations
from novacron.providers.gcp.base import last
from novacron.providers.gcp.errors import translated
from novacron.providers.gcp.paging import Lists, resources

SERVICE = "reservations"


class GcpCapacityReservations(Lists, CapacityReservations):
    @translated
    def list_reservations(self, region: str | None, page: PageRequest) -> Page[CapacityReservation]:
        regions = self.regions_of(region)
        found = self._page(SERVICE, "", page.limit, page.cursor)
        items = [_shown(one) for one in resources(found, SERVICE) if _ours_to_end(one)]
        shown = [one for one in items if one.region in regions]
        return Page(items=shown, next_cursor=found.next_page_token or None)


def _ours_to_end(native: Any) -> bool:
    """One of a commitment cannot be deleted before it ends:
    https://cloud.google.com/compute/docs/instances/reservations-delete"""
    return (
        native.status == "READY" and not native.commitment and native.specific_reservation.count > 0
    )


def _shown(native: Any) -> CapacityReservation:
    zone, told = last(native.zone), native.specific_reservation
    machine = told.instance_properties
    return CapacityReservation(
        id=f"{zone}/{native.name}",
        name=native.name,
        region=zone.rpartition("-")[0],
        zone=zone,
        instance_type=machine.machine_type,
        count=told.count,
        used=told.in_use_count,
        mark=str(native.id),
        as_listed=not (machine.guest_accelerators or machine.local_ssds),
    )
