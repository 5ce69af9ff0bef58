"""How much of a VM was used: what is kept of its metrics, so that they are read once."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from novacron.models.base import Model


class Histogram(Model):
    """Weights by bucket; bucket 0 ends at ``first``, each further one is ``ratio`` times wider.

    ``reference``: the time whose samples weigh 1; one that is a half-life later weighs 2.
    """

    first: float
    ratio: float = 1.05
    half_life_hours: float
    reference: datetime
    weights: dict[int, float] = {}

    @property
    def total(self) -> float:
        return sum(self.weights.values())


class Hour(NamedTuple):
    """One hour of a VM. ``hour``: since 1970; ``points``: measurements of CPU in it.

    CPU in percent of the VM's vCPUs, memory in percent of its memory, network (both directions)
    and disk (reads and writes) in bytes a second; None: not known.
    """

    hour: int
    points: int
    cpu_mean: float
    cpu_max: float
    memory: float | None
    network: float | None
    disk: float | None


class VmUsage(Model):
    """``cpu`` in vCPUs, ``memory`` in MiB, ``network`` and ``disk`` in bytes a second.

    ``means_only``: the provider tells means since the start alone, no peaks. ``totals``: what such
    a provider counted at the last look, by metric.
    """

    tenant: str
    vm_id: str
    through: datetime
    """Everything up to here was read."""
    hours: list[Hour] = []
    """Oldest first; an hour without a measurement, as of a stopped VM, is not in it."""
    cpu: Histogram
    memory: Histogram | None = None
    network: Histogram | None = None
    disk: Histogram | None = None
    means_only: bool = False
    totals: dict[str, float] = {}
