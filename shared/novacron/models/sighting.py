"""What providers tell and no inventory has, look after look: what nothing uses, as they do not tell
since when, and the commitments that are held."""

from __future__ import annotations

from datetime import datetime, timedelta

from novacron.models.address import Address
from novacron.models.base import Model
from novacron.models.capacity_reservation import CapacityReservation
from novacron.models.commitment import Commitment
from novacron.models.load_balancer import LoadBalancer

Seen = Address | LoadBalancer | CapacityReservation | Commitment
"""Each has a ``mark``, which tells it from another of its name that was made later."""


class Sighting(Model):
    """``found`` was so at each of ``looks`` looks since ``first``, and is as at the last."""

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
