"""Which machine type a VM gets, and what it costs by the hour."""

from __future__ import annotations

from novacron.errors import Unsupported
from novacron.mapping.machine_types_gcp import ACCELERATED, check_custom, series_of
from novacron.models.account import CostEstimate, ProviderType
from novacron.models.vm import VmSpec
from novacron.providers.pricing import chosen, list_price


def type_of(spec: VmSpec) -> str:
    """The type asked for, or the mapping's choice. Raises what ``choose`` raises; Unsupported for
    GPUs beside a type that is named: only the accelerator series bring their own."""
    if spec.instance_type is not None:
        check_custom(spec.instance_type)
        if spec.gpus and series_of(spec.instance_type) not in ACCELERATED:
            raise Unsupported(
                f"{spec.instance_type} has no GPUs, and none are attached to it.",
                field="gpus",
                remedy="Name a type of an accelerator series (a2, a3, g2 ...), or none.",
            )
    return chosen(ProviderType.GCP, spec)


def estimate(spec: VmSpec) -> CostEstimate:
    return list_price(ProviderType.GCP, spec, type_of)
