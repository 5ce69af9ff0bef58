"""How fast the guest makes its disks dirty, and how much of them that is after a while."""

from __future__ import annotations

from itertools import pairwise
from math import comb, expm1

from novacron.migration.grains import GAP
from novacron.models.account import MetricPoint
from novacron.models.assessment import Confidence, DirtyRate
from novacron.providers.transfer import GRAIN_BYTES, LEAF_BYTES

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
    return _hit(rate, seconds, disk_bytes, granularity) * disk_bytes


def patch_bytes(rate: float, seconds: float, disk_bytes: int, granularity: int) -> float:
    """Expected bytes that the engine moves for them where changes are told in granules: small gaps
    between them too, and a leaf of which more than half would be moved whole
    (``migration.sending``). A leaf's hits are binomial.
    """
    hit = _hit(rate, seconds, disk_bytes, granularity)
    count = LEAF_BYTES // granularity
    expected = 0.0
    for hits in range(1, count + 1):
        size = granularity * (hits + (hits - 1) * _gap(hits / count, granularity))
        moved = size if size * 2 <= LEAF_BYTES else LEAF_BYTES
        expected += comb(count, hits) * hit**hits * (1 - hit) ** (count - hits) * moved
    return expected * disk_bytes / LEAF_BYTES


def _gap(share: float, granularity: int) -> float:
    """Expected granules between two that are hit, where they are few enough to be moved too."""
    most = GAP * GRAIN_BYTES // granularity
    return sum(gap * share * (1 - share) ** gap for gap in range(1, most + 1))


def _hit(rate: float, seconds: float, disk_bytes: int, granularity: int) -> float:
    """The share of all granules that is hit."""
    granules = disk_bytes / granularity
    return -expm1(-rate * seconds / WRITE_BYTES / granules) if granules else 0.0
