"""What a VM of the in-memory cloud costs by the hour."""

from __future__ import annotations

from decimal import Decimal

from novacron.models.account import CostEstimate
from novacron.models.vm import VmSpec

VCPU_HOUR = Decimal("0.02")
GIB_HOUR = Decimal("0.005")


def estimate(spec: VmSpec) -> CostEstimate:
    hourly = spec.vcpus * VCPU_HOUR + Decimal(spec.memory_mib) / 1024 * GIB_HOUR
    return CostEstimate(hourly=hourly, source="the in-memory cloud's own price list")
