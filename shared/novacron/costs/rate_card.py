"""Hourly prices of VMs and volumes on one's own hosts, from the account's rate card.

Pure: no clock, no store. A price by the hour is depreciation + power + space + licences +
administration, split by component and spread over what is sold of it:

    price of a vCPU = whole by the hour * share of vCPUs / (vCPUs to sell * share that is sold)
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from novacron.models.account import Usage
from novacron.models.rate_card import Capacity, FlatRates, HostCosts, RateCard, Utilisation

HOURS_A_YEAR = Decimal(8760)
HOURS_A_MONTH = Decimal(730)
MIB = Decimal(1024)
EXACT = Decimal("1e-12")
"""Prices of one unit are rounded here, once: sums and products of them are exact."""
LEAST_SOLD = Decimal("0.05")
"""Below it a price would say more about an empty host than about the VM on it."""


class Hourly(NamedTuple):
    """In the card's currency, by the hour."""

    vcpu: Decimal
    memory: Decimal
    storage: Decimal

    @property
    def total(self) -> Decimal:
        return self.vcpu + self.memory + self.storage


class HostHour(NamedTuple):
    """What an hour of all hosts costs, by cause."""

    depreciation: Decimal
    power: Decimal
    space: Decimal
    licences: Decimal
    administration: Decimal

    @property
    def total(self) -> Decimal:
        return sum(self, Decimal(0))


def rate(card: RateCard, vcpus: int, memory_mib: int, storage_gib: int) -> Hourly:
    """What that much of each costs by the hour. A stopped VM is ``vcpus=0, memory_mib=0``."""
    each = card.flat or unit_rates(_hosts(card))
    return Hourly(
        vcpu=each.vcpu_hour * vcpus,
        memory=each.memory_gib_hour * memory_mib / MIB,
        storage=each.storage_gib_hour * storage_gib,
    )


def unit_rates(hosts: HostCosts) -> FlatRates:
    """The price of one vCPU, GiB of memory and GiB of storage by the hour."""
    whole = host_hour(hosts).total
    sizes, sold, shares = hosts.capacity, hosts.utilisation, hosts.shares
    memory_gib = sizes.memory_mib / MIB
    return FlatRates(
        vcpu_hour=_spread(whole * shares.vcpu, Decimal(sizes.vcpus) * sold.vcpu),
        memory_gib_hour=_spread(whole * shares.memory, memory_gib * sold.memory),
        storage_gib_hour=_spread(whole * shares.storage, sizes.storage_gib * sold.storage),
    )


def host_hour(hosts: HostCosts) -> HostHour:
    """An hour of all hosts, whether anything is sold or not."""
    return HostHour(
        depreciation=(hosts.purchase - hosts.residual) / (hosts.years * HOURS_A_YEAR),
        power=hosts.power.watts * hosts.power.pue / 1000 * hosts.power.tariff,
        space=hosts.space_month / HOURS_A_MONTH,
        licences=hosts.licences_month / HOURS_A_MONTH,
        administration=hosts.administration_month / HOURS_A_MONTH,
    )


def measured(card: RateCard, used: Usage) -> RateCard:
    """The card with the utilisation that the inventory shows; flat rates stay as they are.

    At least ``LEAST_SOLD`` and at most all of the capacity counts as sold.
    """
    if card.hosts is None:
        return card
    sizes: Capacity = card.hosts.capacity
    sold = Utilisation(
        vcpu=_sold(used.vcpus, sizes.vcpus),
        memory=_sold(used.memory_mib, sizes.memory_mib),
        storage=_sold(used.storage_gib, sizes.storage_gib),
        measured=True,
    )
    return card.model_copy(update={"hosts": card.hosts.model_copy(update={"utilisation": sold})})


def _sold(used: int, capacity: int) -> Decimal:
    return min(Decimal(1), max(LEAST_SOLD, Decimal(used) / capacity))


def _spread(amount: Decimal, over: Decimal) -> Decimal:
    return (amount / over).quantize(EXACT, ROUND_HALF_EVEN)


def _hosts(card: RateCard) -> HostCosts:
    if card.hosts is None:
        raise ValueError("a card has flat or hosts")
    return card.hosts
