"""What an hour of a resource costs: by the account's rate card, or by a cloud's catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from novacron.catalog.catalog import price
from novacron.costs.rate_card import rate
from novacron.models.account import ProviderType
from novacron.models.history import Change
from novacron.models.operation import ResourceKind
from novacron.store.rate_cards import RateCards


class Charge(NamedTuple):
    """An hour of something. ``source``: the price list and its date, by which it can be told."""

    service: str
    category: str
    subcategory: str
    sku: str
    source: str
    hourly: Decimal
    currency: str


Pricer = Callable[[Change, datetime], Iterator[Charge]]
"""What an hour at that time costs; raises NotFound (no price is known)."""

SERVICES = {
    ProviderType.AWS: "Amazon Elastic Compute Cloud",
    ProviderType.AZURE: "Virtual Machines",
    ProviderType.GCP: "Compute Engine",
}
"""As the clouds' bills name them, so that an estimate can be compared with its bill."""


def by_card(cards: RateCards, tenant: str, account_id: str) -> Pricer:
    """The card that was valid at the time: history does not change when prices do."""

    def charges(change: Change, at: datetime) -> Iterator[Charge]:
        valid = cards.at(tenant, account_id, at)
        day = valid.since.date().isoformat()
        cores, memory = change.vcpus or 0, change.memory_mib or 0
        if change.kind is ResourceKind.VM and change.bills_compute:
            each = rate(valid.card, cores, memory, 0)
            sku = f"vm-{cores}x{memory}"
            hourly, currency = each.vcpu + each.memory, valid.card.currency
            yield Charge(
                "Virtual Machines", "Compute", "Virtual Machines", sku, day, hourly, currency
            )
        if change.kind is ResourceKind.VOLUME:
            size = change.size_gib or 0
            hourly = rate(valid.card, 0, 0, size).storage
            sku = f"volume-{size}"
            yield Charge(
                "Volumes", "Storage", "Block Storage", sku, day, hourly, valid.card.currency
            )

    return charges


def by_catalog(provider: ProviderType) -> Pricer:
    """On-demand prices of VMs. A spot VM has no price here, nor has a volume: none is guessed."""

    def charges(change: Change, _at: datetime) -> Iterator[Charge]:
        billed = change.kind is ResourceKind.VM and change.bills_compute and not change.spot
        found = price(provider, change.instance_type or "", change.region) if billed else None
        if found is not None:
            yield Charge(
                SERVICES[provider],
                "Compute",
                "Virtual Machines",
                str(change.instance_type),
                f"{found.source}, {found.as_of}",
                found.hourly,
                found.currency,
            )

    return charges
