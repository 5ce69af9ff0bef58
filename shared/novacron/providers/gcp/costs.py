"""Which machine type a VM gets, and what it costs by the hour: from the packed catalog.

The catalog is imported on the first use, as most requests never need it.
"""

from __future__ import annotations

from novacron.errors import Unsupported
from novacron.mapping.machine_types_gcp import ACCELERATED, check_custom, series_of
from novacron.models.account import CostEstimate, ProviderType
from novacron.models.vm import VmSpec


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
        return spec.instance_type
    from novacron.mapping.instance_types import choose

    chosen: str = choose(ProviderType.GCP, spec).instance_type
    return chosen


def estimate(spec: VmSpec) -> CostEstimate:
    """The on-demand price. Unsupported: no price is known, or the spot price moves."""
    from novacron.catalog.catalog import price

    if spec.spot:
        raise Unsupported("A spot price changes all the time; none is kept.", field="spot")
    name = type_of(spec)
    found = price(ProviderType.GCP, name, spec.region)
    if found is None:
        raise Unsupported(f"No price of {name} in {spec.region} is known.", field="instance_type")
    return CostEstimate(
        hourly=found.hourly,
        currency=found.currency,
        source=f"{found.source}, {found.as_of}",
    )
