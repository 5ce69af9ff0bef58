from __future__ import annotations

from datetime import date

import pytest

from novacron.catalog.catalog import find, instance_types, price, size_of
from novacron.models.account import ProviderType

REGIONS = ["us-east-1", "eu-central-1", "eu-west-1", "ap-southeast-1", "sa-east-1"]


@pytest.mark.parametrize("region", REGIONS)
def test_every_row_has_a_size_and_a_price_that_is_positive_or_unknown(region: str) -> None:
    rows = instance_types(ProviderType.AWS, region)
    assert len(rows) > 300
    for row in rows:
        assert row.vcpus > 0
        assert row.memory_mib > 0
        assert row.architectures
        assert row.hourly is None or row.hourly > 0


@pytest.mark.parametrize("region", ["westeurope", "eastus", "southeastasia"])
def test_every_azure_row_has_a_size_and_a_price(region: str) -> None:
    rows = instance_types(ProviderType.AZURE, region)
    assert len(rows) > 150
    for row in rows:
        assert min(row.vcpus, row.memory_mib) > 0
        assert row.hourly is not None
        assert row.hourly > 0


def test_azure_sizes_are_known_without_a_region() -> None:
    arm = size_of(ProviderType.AZURE, "Standard_D2ps_v5")
    assert arm is not None
    assert (arm.vcpus, arm.memory_mib, arm.architectures) == (2, 8192, ("arm64",))
    old, burst = (size_of(ProviderType.AZURE, f"Standard_{n}") for n in ("DS2_v2", "B2s"))
    assert (old and old.current, burst and burst.current) == (False, True)
    assert burst is not None
    assert burst.burstable
    found = price(ProviderType.AZURE, "Standard_D2s_v3", "eastus")
    assert found is not None
    assert (str(found.hourly), found.currency) == ("0.096", "USD")


def test_a_price_says_where_it_is_from() -> None:
    found = price(ProviderType.AWS, "t3.micro", "us-east-1")
    assert found is not None
    assert (str(found.hourly), found.currency) == ("0.0104", "USD")
    assert "AWS" in found.source
    assert found.as_of > date(2026, 1, 1)


def test_a_hole_in_the_list_is_unknown_and_not_free() -> None:
    offered = instance_types(ProviderType.AWS, "us-east-1")
    hole = next(one for one in offered if one.hourly is None)
    assert price(ProviderType.AWS, hole.name, "us-east-1") is None
    assert find(ProviderType.AWS, "us-east-1", hole.name) == hole


def test_what_has_no_list_is_empty() -> None:
    assert instance_types(ProviderType.AWS, "atlantis-1") == ()
    assert instance_types(ProviderType.LIBVIRT, "us-east-1") == ()
