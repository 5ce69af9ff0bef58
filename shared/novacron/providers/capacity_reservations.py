"""Capacity reservations: VMs' room that bills like the VMs themselves.

The rules of ``providers.base`` hold.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from novacron.models.base import Page, PageRequest
from novacron.models.capacity_reservation import CapacityReservation


class CapacityReservations(ABC):
    """Can tell which reserved capacity VMs run on."""

    @abstractmethod
    def list_reservations(self, region: str | None, page: PageRequest) -> Page[CapacityReservation]:
        """The account's own that bill now and can be given up, of one or all of its regions. Not
        those that are paid for up front or belong to a commitment: to end one saves nothing."""
