"""What was seen in use by nothing, look after look: providers do not tell since when it is."""

from __future__ import annotations

from datetime import datetime

from novacron.models.address import Address
from novacron.models.base import Model


class Sighting(Model):
    """Nothing has used ``found`` at any of ``looks`` looks since ``first``."""

    account_id: str
    first: datetime
    looks: int = 1
    found: Address

    @property
    def id(self) -> str:
        return self.found.id

    @property
    def name(self) -> str:
        return self.found.name


class Sightings(Model):
    """Of one account."""

    items: list[Sighting] = []
