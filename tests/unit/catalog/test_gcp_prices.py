"""Google's types cost what their parts cost together: so come out all prices that are shipped."""

from __future__ import annotations

from decimal import Decimal

import pytest

from novacron.catalog.refresh import gcp
from novacron.catalog.refresh.gcp_skus import MARKETS, ON_DEMAND, Market
from novacron.catalog.refresh.refresh import Priced
from novacron.catalog.snapshot import Snapshot, shipped
from novacron.models.account import ProviderType
from novacron.models.price import PriceKind
from tests.billing_catalog import IOWA, KEY, billing_catalog, sku
from tests.google_parts import derived, described, shipped_prices, skus_of

# USD by the hour in Iowa, of a vCPU, GiB or whole VM or GPU.
# https://cloud.google.com/compute/vm-instance-pricing, https://cloud.google.com/compute/gpus-pricing
PUBLIC = {
    "n1 core": "0.031611",
    "n1 ram": "0.004237",
    "n2 core": "0.031611",
    "n2 ram": "0.004237",
    "n2d core": "0.027502",
    "n2d ram": "0.003686",
    "t2d core": "0.027502",
    "t2d ram": "0.003686",
    "e2 core": "0.02181159",
    "e2 ram": "0.00292353",
    "m1 core": "0.0348",
    "m1 ram": "0.0051",
    "m2 premium core": "0.004524",
    "m2 premium ram": "0.000663",
    "a2 core": "0.031611",
    "a2 ram": "0.004237",
    "a100": "2.933908",
    "f1-micro": "0.0076",
    "g1-small": "0.0257",
}


@pytest.fixture(scope="module")
def base() -> Snapshot:
    found = shipped(ProviderType.GCP)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def told(base: Snapshot) -> dict[tuple[str, Market, str], Priced]:
    """Region, market and type -> what is told, from the SKUs of every region."""
    with billing_catalog() as api:
        api.skus = [one for region in base.regions() for one in skus_of(base, region)]
        found = gcp.prices(base, KEY, api.url)
    assert len(api.asked) > 1
    return {(one.region, (one.kind, one.term), one.name): one for one in found.prices}


@pytest.mark.parametrize("market", MARKETS, ids=lambda one: f"{one[0].value}{one[1]}")
def test_what_is_shipped_comes_out_and_no_more(
    base: Snapshot, told: dict[tuple[str, Market, str], Priced], market: Market
) -> None:
    types, checked = base.member("types.json"), 0
    for region in base.regions():
        wanted = shipped_prices(base, region, market)
        assert {one[2] for one in told if one[:2] == (region, market)} == wanted.keys()
        for name, price in wanted.items():
            found = told[region, market, name]
            # The source is rounded to 1e-8, and a part that is derived from it to 1e-9.
            near = pytest.approx(Decimal(price), rel=Decimal("1e-6"), abs=Decimal("1e-8"))
            assert found.price == near, (region, name)
            assert found.payment == ("monthly" if market[1] else "")
        checked += len(wanted) - len(derived(wanted, types))
    # Of those that no part was derived from.
    assert checked > 11_000


def test_public_prices_of_parts_give_public_prices_of_types(base: Snapshot) -> None:
    with billing_catalog() as api:
        api.skus = [
            sku(described(part, ON_DEMAND), price, unit="GiBy.h" if part.endswith("ram") else "h")
            for part, price in PUBLIC.items()
        ]
        found = gcp.prices(base, KEY, api.url)
    prices = {one.name: one.price for one in found.prices if one.kind is PriceKind.ON_DEMAND}
    series = {"n1", "n2", "n2d", "t2d", "e2", "m1", "m2", "f1", "g1"}
    wanted = {
        name: Decimal(price)
        for name, price in shipped_prices(base, IOWA, ON_DEMAND).items()
        if name.partition("-")[0] in series or name.startswith(("a2-highgpu", "a2-megagpu"))
    }
    assert len(wanted) > 100
    assert prices == wanted


def test_types_of_unknown_parts_are_named(base: Snapshot) -> None:
    with billing_catalog() as api:
        api.skus = [
            sku(f"{series} Instance {part} running in Iowa", "1", unit=unit)
            for series in ("A4", "X4", "C3", "Z3", "H4D", "N1 Predefined")
            for part, unit in (("Core", "h"), ("Ram", "GiBy.h"))
        ]
        found = gcp.prices(base, KEY, api.url)
    unknown = set(found.unknown)
    assert unknown >= {"a4-highgpu-8g", "x4-480-6t-metal", "z3-highmem-88", "n1-megamem-96"}
    assert unknown >= {"c3-standard-4-lssd", "h4d-highmem-192-lssd", "a2-highgpu-1g"}
    assert unknown.isdisjoint({"c3-standard-4", "n1-standard-1"})
