"""Google's snapshot: every row has a size, and a price that is right or none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from novacron.catalog.catalog import find, instance_types, price
from novacron.mapping.instance_types import choose
from novacron.models.account import ProviderType
from novacron.models.vm import VmSpec

GCP = ProviderType.GCP


@pytest.mark.parametrize("region", ["us-central1", "europe-west4", "asia-southeast1", "me-west1"])
def test_every_row_has_a_size_and_a_price_that_is_positive_or_unknown(region: str) -> None:
    rows = instance_types(GCP, region)
    assert len(rows) > 100
    for row in rows:
        assert row.vcpus > 0
        assert row.memory_mib > 0
        assert row.architectures in (("x86_64",), ("arm64",))
        assert row.hourly is None or Decimal("0.005") < row.hourly < 500


@pytest.mark.parametrize(
    ("name", "hourly"),
    # https://cloud.google.com/compute/vm-instance-pricing, us-central1
    [("e2-micro", "0.008376"), ("e2-standard-4", "0.134012"), ("n2-standard-4", "0.194236")],
)
def test_prices_are_googles(name: str, hourly: str) -> None:
    found = price(GCP, name, "us-central1")
    assert found is not None
    assert abs(found.hourly - Decimal(hourly)) < Decimal("0.0001")


def test_gpus_are_counted_and_paid_for() -> None:
    for name, gpus in (("a2-highgpu-4g", 4), ("g2-standard-24", 2), ("e2-micro", 0)):
        found = find(GCP, "us-central1", name)
        assert found is not None
        assert found.gpus == gpus
        assert found.hourly is not None
        # An L4 alone is dearer than that by the hour.
        assert found.hourly > Decimal("0.5") * gpus


def test_the_smallest_is_chosen_by_price() -> None:
    spec = VmSpec(name="a", region="us-central1", image="x", vcpus=2, memory_mib=1024)
    assert choose(GCP, spec).instance_type == "e2-micro"


def test_a_type_with_disks_costs_more_than_that_without() -> None:
    compared = 0
    for region in ("us-central1", "asia-southeast3", "europe-west1"):
        prices = {row.name: row.hourly for row in instance_types(GCP, region) if row.hourly}
        for name, hourly in prices.items():
            if "-lssd" in name and (bare := prices.get(name.replace("-lssd", ""))):
                assert hourly > bare, (region, name)
                compared += 1
    assert compared > 50
