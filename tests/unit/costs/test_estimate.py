"""Estimates: the catalog's prices times what is asked for, line by line; unknown is never zero."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from novacron.costs import own_hosts
from novacron.costs.estimate import environment
from novacron.costs.rate_card import rate
from novacron.errors import Unsupported
from novacron.models.account import ProviderType
from novacron.models.estimate import Environment, Estimate
from novacron.models.rate_card import FlatRates, RateCard
from novacron.models.vm import VmSpec
from novacron.providers.aws import costs as aws_costs
from novacron.providers.azure import costs as azure_costs
from novacron.providers.pricing import CardPriced

TODAY = date(2026, 11, 28)
AWS, AZURE, GCP = ProviderType.AWS, ProviderType.AZURE, ProviderType.GCP
VM = {"name": "web", "region": "us-east-1", "image": "x", "instance_type": "m5.large"}
FLAT = FlatRates(
    vcpu_hour=Decimal("0.01"), memory_gib_hour=Decimal("0.002"), storage_gib_hour=Decimal("0.0001")
)
CARD = RateCard(currency="EUR", flat=FLAT)


def _of(provider: ProviderType, **wanted: Any) -> Estimate:
    told = Environment.model_validate({"provider": provider, **wanted})
    return environment(provider, told, TODAY)


def test_a_vm_with_its_disks_and_address() -> None:
    data = {"name": "data", "size_gib": 200, "volume_class": "capacity"}
    vm = VM | {"root_disk_gib": 20, "disks": [data], "public_ip": True}
    found = _of(AWS, vms=[{"spec": vm, "count": 3}])
    told = {line.item: (line.name, line.monthly) for line in found.lines}
    assert told == {
        "vm web": ("m5.large", 3 * 730 * Decimal("0.096")),
        "disk web/root": ("gp3", 3 * 20 * Decimal("0.08")),
        "disk web/data": ("st1", 3 * 200 * Decimal("0.045")),
        "address": ("ipv4", 3 * 730 * Decimal("0.005")),
    }
    assert found.monthly == sum(one.monthly or 0 for one in found.lines)
    assert found.complete


def test_a_vm_that_is_off_at_night_keeps_its_disk() -> None:
    vm = VM | {"root_disk_gib": 100}
    found = _of(AWS, vms=[{"spec": vm, "hours": 200}])
    assert [one.monthly for one in found.lines] == [Decimal("19.2"), Decimal(8)]


def test_more_than_is_included_is_paid_for() -> None:
    volume = {"name": "d", "region": "us-east-1", "size_gib": 100}
    fast = volume | {"iops": 5000, "throughput_mibps": 200}
    found = _of(AWS, volumes=[{"spec": fast}, {"spec": volume | {"volume_class": "performance"}}])
    assert [(one.name, one.unit, one.monthly) for one in found.lines] == [
        ("gp3", "gib-month", Decimal(8)),
        ("gp3", "iops-month", Decimal(10)),  # 2,000 above 3,000 at 0.005
        ("gp3", "mibps-month", Decimal(3)),  # 75 above 125 at 0.04
        ("io2", "gib-month", Decimal("12.5")),
        ("io2", "iops-month", Decimal(195)),  # 3,000 at 0.065
    ]


def test_a_disk_is_rounded_up_to_the_size_that_is_sold() -> None:
    disk = {"name": "d", "region": "eastus", "size_gib": 33}
    line = _of(AZURE, volumes=[{"spec": disk, "count": 2}]).lines[0]
    assert (line.unit, line.price, line.monthly) == ("disk-month", Decimal("4.8"), Decimal("9.6"))
    assert line.stale


def test_what_has_no_price_is_shown_and_not_counted() -> None:
    disk = {"name": "d", "region": "eastus", "size_gib": 33}
    fast = disk | {"volume_class": "performance"}
    found = _of(AZURE, volumes=[{"spec": disk}, {"spec": fast}])
    assert (found.lines[1].name, found.lines[1].price, found.lines[1].monthly) == (
        *("PremiumV2_LRS", None),
        None,
    )
    assert found.monthly == Decimal("4.8")
    assert not found.complete


def test_egress_fills_its_tiers() -> None:
    line = _of(GCP, egress_gib=[{"region": "europe-west1", "quantity": 2048}]).lines[0]
    assert line.monthly == Decimal(1024) * (Decimal("0.12") + Decimal("0.11"))
    assert line.source
    assert line.as_of


def test_a_google_disk_is_of_the_type_that_the_machine_attaches() -> None:
    vm = {"name": "a", "region": "europe-west1", "image": "x", "root_disk_gib": 20}
    old, new = (
        _of(GCP, vms=[{"spec": vm | {"instance_type": name}}]).lines[1]
        for name in ("n2-standard-2", "n4-standard-2")
    )
    assert (old.name, old.monthly) == ("pd-balanced", Decimal(2))
    assert (new.name, new.monthly) == ("hyperdisk-balanced", None)


def test_own_hosts_by_the_card() -> None:
    vm = {"spec": VM | {"vcpus": 2, "memory_mib": 4096, "root_disk_gib": 10}, "hours": 100}
    wanted = Environment.model_validate(
        {"account_id": "acc-1", "vms": [vm], "addresses": [{"region": "own", "quantity": 1}]}
    )
    found = own_hosts.environment(CARD, wanted)
    assert [one.monthly for one in found.lines] == [Decimal("2.8"), Decimal("0.73"), None]
    assert (found.currency, found.complete) == ("EUR", False)


def test_the_contract_and_the_estimate_agree() -> None:
    spec = VmSpec.model_validate(VM | {"root_disk_gib": 20, "public_ip": True})
    whole = _of(AWS, vms=[{"spec": spec}])
    found = aws_costs.estimate(spec)
    assert found.hourly == whole.hourly
    assert "AWS offer files" in found.source


def test_the_contract_refuses_what_it_cannot_price() -> None:
    fast = {"name": "d", "size_gib": 8, "volume_class": "performance"}
    spec = VmSpec.model_validate(
        VM | {"region": "eastus", "instance_type": "Standard_D2s_v3", "disks": [fast]}
    )
    with pytest.raises(Unsupported) as refused:
        azure_costs.estimate(spec)
    assert refused.value.field == "disks"


def test_own_hosts_need_a_card() -> None:
    hosts = CardPriced()
    spec = VmSpec.model_validate(VM | {"vcpus": 2, "memory_mib": 2048, "root_disk_gib": 10})
    with pytest.raises(Unsupported, match="rate card"):
        hosts.estimate_cost(spec)
    hosts.rate_card = lambda: CARD
    found = hosts.estimate_cost(spec)
    assert (found.hourly, found.currency) == (rate(CARD, 2, 2048, 10).total, "EUR")


@pytest.mark.parametrize("wrong", [{}, {"provider": "aws", "account_id": "acc-1"}])
def test_an_environment_is_in_one_place(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Environment.model_validate(wrong)
