from __future__ import annotations

from datetime import date

import pytest

from novacron.catalog.catalog import find, instance_types, price
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


def test_a_price_says_where_it_is_from() -> None:
    found = price(ProviderType.AWS, "t3.micro", "us-east-1")
    assert found is not None
    assert (str(found.hourly), found.currency) == ("0.0104", "USD")
    assert "AWS" in found.source
    assert found.as_of > date(2025, 1, 1)


def test_a_hole_in_the_list_is_unknown_and_not_free() -> None:
    assert price(ProviderType.AWS, "t3.micro", "eu-central-1") is None
    assert find(ProviderType.AWS, "eu-central-1", "t3.micro") is not None


def test_what_has_no_list_is_empty() -> None:
    assert instance_types(ProviderType.AWS, "atlantis-1") == ()
    assert instance_types(ProviderType.LIBVIRT, "us-east-1") == ()
