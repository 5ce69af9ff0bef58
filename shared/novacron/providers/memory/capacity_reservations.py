"""Reserved capacity of the in-memory cloud. Its types are sizes: "<vcpus>x<MiB>"."""

from __future__ import annotations

from novacron.models.base import Page, PageRequest
from novacron.models.capacity_reservation import CapacityReservation
from novacron.models.vm import VmState
from novacron.providers.capacity_reservations import CapacityReservations
from novacron.providers.memory.cloud import MemoryBase, call, page_of


class MemoryCapacityReservations(MemoryBase, CapacityReservations):
    @call
    def list_reservations(self, region: str | None, page: PageRequest) -> Page[CapacityReservation]:
        found = [
            one.model_copy(update={"used": min(one.count, self._running(one.instance_type))})
            for one in self.cloud.reservations.values()
            if region in (None, one.region)
        ]
        return page_of(found, page, lambda one: one.id)

    def _running(self, instance_type: str) -> int:
        running = [vm for vm in self.cloud.vms.values() if vm.state is VmState.RUNNING]
        return sum(f"{vm.vcpus}x{vm.memory_mib}" == instance_type for vm in running)
