"""How fast the guest makes its disks dirty, and how much of them that is after a while."""

from __future__ import annotations

from itertools import pairwise
from math import expm1

from novacron.models.account import MetricPoint
from novacron.models.assessment import Confidence, DirtyRate

WRITE_BYTES = 4096
"""Of one write, at a random place: nothing makes more of a disk dirty for its bytes."""
ASSUMED_RATE = 200 * WRITE_BYTES
"""Bytes a second: 200 random writes of 4 KiB a second, a small database under load."""


def dirty_rate(points: list[MetricPoint], running: bool) -> DirtyRate:
    """The busiest period that was measured. One point alone does not tell its period."""
    if not running:
        return DirtyRate(
            bytes_per_second=0, confidence=Confidence.MEASURED, basis="the VM does not run"
        )
    gaps = [(after.at - one.at).total_seconds() for one, after in pairwise(points)]
    gaps = [gap for gap in gaps if gap > 0]
    if not gaps:
        basis = f"no measurement: {ASSUMED_RATE} B/s is assumed, 200 writes of 4 KiB a second"
        return DirtyRate(bytes_per_second=ASSUMED_RATE, confidence=Confidence.ASSUMED, basis=basis)
    period = min(gaps)
    rate = max(point.value for point in points) / period
    basis = f"the busiest {period:.0f} s of {len(points)} that were measured in the last 24 hours"
    return DirtyRate(bytes_per_second=rate, confidence=Confidence.MEASURED, basis=basis)


def dirty_bytes(rate: float, seconds: float, disk_bytes: int, granularity: int) -> float:
    """Expected bytes of granules that are hit by writes of WRITE_BYTES at random places.

    n writes on N granules hit N (1 - (1 - 1/N)^n), about N (1 - e^(-n/N)).
    """
    granules = disk_bytes / granularity
    writes = rate * seconds / WRITE_BYTES
    if granules == 0:
        return 0.0
    return -expm1(-writes / granules) * granules * granularity
