"""Which instance type a VM gets, and what it costs by the hour."""

from __future__ import annotations

from novacron.models.account import CostEstimate, ProviderType
from novacron.models.vm import VmSpec
from novacron.providers.pricing import chosen, list_price


def type_of(spec: VmSpec) -> str:
    return chosen(ProviderType.AWS, spec)


def estimate(spec: VmSpec) -> CostEstimate:
    return list_price(ProviderType.AWS, spec, type_of)
