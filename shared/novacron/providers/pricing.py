"""Which type a VM gets, and what it costs by the hour, for every cloud: from the packed catalog.

The catalog is imported on the first use, as most requests never need it.
"""

from __future__ import annotations

from collections.abc import Callable

from novacron.errors import Unsupported
from novacron.models.account import CostEstimate, ProviderType
from novacron.models.vm import VmSpec


def chosen(provider: ProviderType, spec: VmSpec) -> str:
    """The type asked for, or the mapping's choice. Raises what ``choose`` raises."""
    if spec.instance_type is not None:
        return spec.instance_type
    from novacron.mapping.instance_types import choose

    return choose(provider, spec).instance_type


def on_demand(
    provider: ProviderType, spec: VmSpec, type_of: Callable[[VmSpec], str]
) -> CostEstimate:
    """The on-demand price. Unsupported: no price is known, or the spot price moves."""
    from novacron.catalog.catalog import price

    if spec.spot:
        raise Unsupported("A spot price changes all the time; none is kept.", field="spot")
    name = type_of(spec)
    found = price(provider, name, spec.region)
    if found is None:
        raise Unsupported(f"No price of {name} in {spec.region} is known.", field="instance_type")
    return CostEstimate(
        hourly=found.hourly,
        currency=found.currency,
        source=f"{found.source}, {found.as_of}",
    )
