"""Public addresses that are kept, and billed, whether or not anything uses them.

The rules of ``providers.base`` hold. What a VM has only for as long as it runs is none of them,
nor what its owner has brought along or pays for by the range: to release that saves nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from novacron.models.address import Address
from novacron.models.base import Page, PageRequest
from novacron.models.volume import ResourceFilter


class PublicAddresses(ABC):
    """Can list public addresses and release them."""

    @abstractmethod
    def list_addresses(self, where: ResourceFilter, page: PageRequest) -> Page[Address]:
        """Those of the account's regions, whoever made them. One of all the world is in none."""

    @abstractmethod
    def release_address(self, address_id: str) -> None:
        """Give it back, for good: the next to ask may get it. Conflict while it is attached."""
