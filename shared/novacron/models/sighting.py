"""What was seen in use by nothing, look after look: providers do not tell since when it is."""

from __future__ import annotations

from datetime import datetime, timedelta

from novacron.models.address import Address
from novacron.models.base import Model
from novacron.models.capacity_reservation import CapacityReservation
from novacron.models.load_balancer import LoadBalancer

Seen = Address | LoadBalancer | CapacityReservation
"""Each has a ``mark``, which tells it from another of its name that was made later."""


class Sighting(Model):
    """Nothing has used ``found`` at any of ``looks`` looks since ``first``."""

    account_id: str
    first: datetime
    looks: int = 1
    found: Seen

    def hours(self, now: datetime) -> float:
        return (now - self.first) / timedelta(hours=1)

    @property
    def id(self) -> str:
        return self.found.id

    @property
    def name(self) -> str:
        return self.found.name


class Sightings(Model):
    """Of one account and kind."""

    items: list[Sighting] = []
