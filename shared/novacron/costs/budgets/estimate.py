"""What a VM will cost by the hour, without asking its cloud: list prices need no credential."""

from __future__ import annotations

from functools import partial
from importlib import import_module

from novacron.errors import InvalidSpec, NoCapacity, Unsupported
from novacron.models.account import CostEstimate, ProviderType
from novacron.models.operation import ResourceRecord
from novacron.models.provider_account import ProviderAccount
from novacron.models.vm import VmSpec
from novacron.operations.services import Services
from novacron.providers.pricing import CardPriced
from novacron.store.rate_cards import RateCards

NO_PRICE = (Unsupported, InvalidSpec, NoCapacity)
"""What estimating raises where there is no price: none is known, or no type fits the VM."""

OWN_HOSTS = frozenset({ProviderType.LIBVIRT, ProviderType.AGENT})


def hourly_estimate(services: Services, account: ProviderAccount, spec: VmSpec) -> CostEstimate:
    """Raises one of ``NO_PRICE``; an unknown price is never zero."""
    if account.type in OWN_HOSTS:
        priced = CardPriced()
        cards = RateCards(services.store.table)
        priced.rate_card = partial(cards.newest, account.tenant, account.id)
        return priced.estimate_cost(spec)
    costs = import_module(f"novacron.providers.{account.type.value}.costs")
    found: CostEstimate = costs.estimate(spec)
    return found


def spec_of(record: ResourceRecord) -> VmSpec:
    """The VM of a record, as far as its price depends on it."""
    told = record.document
    return VmSpec(
        name="priced",
        region=record.region,
        vcpus=told.get("vcpus") or 1,
        memory_mib=told.get("memory_mib") or 1024,
        instance_type=told.get("instance_type"),
        architecture=told.get("architecture") or "x86_64",
        image=told.get("image_id") or told.get("image") or "unknown",
        tags=told.get("tags") or {},
        spot=bool(told.get("spot")),
    )
