"""Which type a VM gets, and what it costs by the hour: from the packed catalog, or a rate card.

Both are imported on the first use, as most requests never need them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from novacron.errors import Unsupported
from novacron.models.account import CostEstimate, ProviderType
from novacron.models.vm import VmSpec

if TYPE_CHECKING:
    from novacron.models.rate_card import RateCard


def chosen(provider: ProviderType, spec: VmSpec) -> str:
    """The type asked for, or the mapping's choice. Raises what ``choose`` raises."""
    if spec.instance_type is not None:
        return spec.instance_type
    from novacron.mapping.instance_types import choose

    return choose(provider, spec).instance_type


def list_price(
    provider: ProviderType, spec: VmSpec, type_of: Callable[[VmSpec], str]
) -> CostEstimate:
    """The VM with the disks and the address that its spec names, running. Unsupported: a price
    that is not known."""
    from datetime import UTC, datetime

    from novacron.costs.estimate import total, vm_lines

    typed = spec.model_copy(update={"instance_type": type_of(spec)})
    lines = vm_lines(provider, typed, datetime.now(UTC).date())
    for line in lines:
        if line.price is None:
            field = "instance_type" if line is lines[0] else "disks"
            what = f"spot price of {line.name}" if spec.spot and line is lines[0] else line.name
            raise Unsupported(
                f"No price of {what} in {spec.region} is known.",
                field="spot" if spec.spot and line is lines[0] else field,
            )
    whole = total(lines, "USD")
    origins = dict.fromkeys(f"{one.source}, {one.as_of}" for one in lines)
    stale = " (stale)" if whole.stale else ""
    return CostEstimate(hourly=whole.hourly, source="; ".join(origins) + stale)


class CardPriced:
    """A provider of one's own hosts, priced by its account's rate card."""

    rate_card: Callable[[], RateCard | None] | None = None
    """Where the card is; set by whoever makes the provider, which knows no store."""

    def estimate_cost(self, spec: VmSpec) -> CostEstimate:
        """By the card, with the disks that the spec names. Unsupported: there is no card."""
        card = self.rate_card() if self.rate_card else None
        if card is None:
            raise Unsupported(
                "The account has no rate card.",
                field="region",
                remedy="Give it one: PUT /accounts/{account_id}/rate-card.",
            )
        from novacron.costs.own_hosts import SOURCE, disk_gib
        from novacron.costs.rate_card import rate

        hour = rate(card, spec.vcpus, spec.memory_mib, disk_gib(spec)).total
        return CostEstimate(hourly=hour, currency=card.currency, source=SOURCE)
