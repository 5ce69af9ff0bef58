"""Capacity that is kept, and billed, whether or not VMs run on it."""

from __future__ import annotations

from novacron.models.base import Observed


class CapacityReservation(Observed):
    """``used`` of ``count`` VMs of one type run on it. ``mark`` tells it from another of its name
    that was made later. ``as_listed``: each bills as a plain Linux VM of the type does on demand.
    """

    zone: str
    instance_type: str
    count: int
    used: int
    mark: str
    as_listed: bool = True
