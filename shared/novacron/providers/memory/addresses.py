"""Public addresses of the in-memory cloud."""

from __future__ import annotations

from novacron.errors import Conflict
from novacron.models.address import Address
from novacron.models.base import Page, PageRequest
from novacron.models.volume import ResourceFilter
from novacron.providers.addresses import PublicAddresses
from novacron.providers.memory.cloud import MemoryBase, call, find, owned_page


class MemoryAddresses(MemoryBase, PublicAddresses):
    @call
    def list_addresses(self, where: ResourceFilter, page: PageRequest) -> Page[Address]:
        return owned_page(self.cloud.addresses, where, page)

    @call
    def release_address(self, address_id: str) -> None:
        found = find(self.cloud.addresses, "address", address_id)
        if found.attached_to is not None:
            raise Conflict(f"Address {found.ip} is attached to {found.attached_to}.")
        del self.cloud.addresses[address_id]
