"""An hour's price on one's own hosts: from costs, or flat; nothing lost, nothing made up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from novacron.costs.rate_card import LEAST_SOLD, host_hour, measured, rate, unit_rates
from novacron.models.account import Usage
from novacron.models.rate_card import (
    Capacity,
    FlatRates,
    HostCosts,
    Power,
    RateCard,
    Shares,
    Utilisation,
)

SHARES = Shares(vcpu=Decimal("0.5"), memory=Decimal("0.3"), storage=Decimal("0.2"))
HOSTS = HostCosts(
    purchase=Decimal(40_000),
    residual=Decimal(4_960),
    years=Decimal(4),
    power=Power(watts=Decimal(1000), pue=Decimal("1.5"), tariff=Decimal("0.2")),
    space_month=Decimal(73),
    licences_month=Decimal(146),
    administration_month=Decimal(365),
    shares=SHARES,
    capacity=Capacity(vcpus=100, memory_mib=512 * 1024, storage_gib=10_000),
    utilisation=Utilisation(vcpu=Decimal("0.5"), memory=Decimal("0.5"), storage=Decimal("0.8")),
)
CARD = RateCard(currency="EUR", hosts=HOSTS)


def test_an_hour_of_the_hosts_by_cause() -> None:
    # (40,000 - 4,960) / (4 * 8,760); 1 kW * 1.5 * 0.2; 73, 146 and 365 over 730 hours.
    assert host_hour(HOSTS) == tuple(map(Decimal, ("1", "0.3", "0.1", "0.2", "0.5")))


def test_the_whole_is_spread_over_what_is_sold() -> None:
    each = unit_rates(HOSTS)
    assert each.vcpu_hour == Decimal("2.1") * Decimal("0.5") / 50
    assert each.memory_gib_hour == (Decimal("2.1") * Decimal("0.3") / 256).quantize(
        Decimal("1e-12")
    )
    hour = rate(CARD, vcpus=2, memory_mib=1536, storage_gib=10)
    assert hour.vcpu == Decimal("0.042")
    assert hour.memory == each.memory_gib_hour * Decimal("1.5")
    assert hour.storage == Decimal("0.42") / 8000 * 10
    assert hour.total == hour.vcpu + hour.memory + hour.storage


def test_a_stopped_vm_pays_for_its_disk_alone() -> None:
    hour = rate(CARD, vcpus=0, memory_mib=0, storage_gib=40)
    assert hour.vcpu == hour.memory == 0
    assert hour.total == hour.storage > 0


def test_flat_rates_are_taken_as_they_are() -> None:
    prices = FlatRates(
        vcpu_hour=Decimal("0.01"), memory_gib_hour=Decimal("0.002"), storage_gib_hour=Decimal(0)
    )
    card = RateCard(currency="USD", flat=prices)
    assert rate(card, 4, 2048, 100).total == Decimal("0.044")
    used = Usage(region="own", vms=1, vcpus=1, memory_mib=1, storage_gib=1)
    assert measured(card, used) is card


@given(st.integers(1, 200), st.integers(1, 1024 * 1024), st.integers(1, 20_000))
def test_what_is_sold_pays_for_the_hosts(vcpus: int, memory_mib: int, storage_gib: int) -> None:
    """Up to the capacity, and unless next to nothing is sold, the prices recover the costs."""
    used = Usage(region="own", vms=1, vcpus=vcpus, memory_mib=memory_mib, storage_gib=storage_gib)
    card = measured(CARD, used)
    assert card.hosts is not None
    assert card.hosts.utilisation.measured
    sold = card.hosts.utilisation
    paid = rate(card, vcpus, memory_mib, storage_gib)
    whole = host_hour(HOSTS).total
    for part, share, now in (
        (paid.vcpu, SHARES.vcpu, sold.vcpu),
        (paid.memory, SHARES.memory, sold.memory),
        (paid.storage, SHARES.storage, sold.storage),
    ):
        if LEAST_SOLD < now < 1:
            assert abs(part - whole * share) < Decimal("1e-7")
        assert now >= LEAST_SOLD


@pytest.mark.parametrize(
    "wrong",
    [
        {"currency": "EUR"},
        {"currency": "EUR", "hosts": HOSTS.model_dump(), "flat": {"vcpu_hour": 1}},
        {"currency": "EUR", "hosts": HOSTS.model_dump() | {"residual": 50_000}},
        {"currency": "EUR", "hosts": HOSTS.model_dump() | {"years": 0}},
        {
            "currency": "EUR",
            "hosts": HOSTS.model_dump()
            | {"shares": {"vcpu": "0.5", "memory": "0.3", "storage": "0.3"}},
        },
    ],
)
def test_a_card_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RateCard.model_validate(wrong)
