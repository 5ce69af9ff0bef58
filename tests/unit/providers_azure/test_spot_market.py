"""What Resource Graph tells of spot VMs, in all the forms that it was seen in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from novacron.errors import PermissionDenied
from novacron.models.spot_market import Measure, SpotMarket
from tests.unit.providers_azure.conftest import REGION, World

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
TIME = "2026-01-02T00:00:00.1234567Z"


def _row(kind: str, size: str, location: str = REGION, **told: Any) -> dict[str, Any]:
    place = {"type": f"Microsoft.Compute/{kind}/location", "location": location}
    return {**place, "sku": {"name": size}, "properties": told}


def _price(size: str, *prices: dict[str, Any], **place: str) -> dict[str, Any]:
    return _row("skuSpotPriceHistory/ostype", size, osType="linux", spotPrices=[*prices], **place)


def _asked(world: World, *rows: dict[str, Any], sizes: list[str]) -> list[SpotMarket]:
    world.server.account.spot_resources = list(rows)
    try:
        return world.provider().spot_markets(REGION, sizes, SINCE)
    finally:
        world.server.account.spot_resources = []


def test_a_price_without_a_time_is_that_of_now_and_no_point(world: World) -> None:
    size = "Standard_D2s_v5"
    [found] = _asked(world, _price(size.lower(), {"priceUSD": 0.0234}), sizes=[size])
    assert (found.instance_type, found.price) == (size, Decimal("0.0234"))
    assert (found.points, found.interruptions) == ([], None)


@pytest.mark.parametrize(
    ("label", "low", "high"), [("0-5", 0, 5), ("20+", 20, 100), ("15-20", 15, 20)]
)
def test_rates_are_of_an_hour(world: World, label: str, low: int, high: int) -> None:
    price = _price("standard_d2s_v5", {"priceUSD": 0.02, "effectiveDate": TIME})
    rate = _row("skuspotevictionrate", "standard_d2s_v5", evictionRate=label)
    [found] = _asked(world, price, rate, sizes=["Standard_D2s_v5"])
    assert found.interruptions is not None
    told = found.interruptions
    assert (told.low, told.high, told.of) == (low, high, Measure.HOUR)
    assert found.points == [(SINCE + timedelta(days=1, microseconds=123456), Decimal("0.02"))]


def test_all_pages_of_this_region_alone(world: World) -> None:
    sizes = [f"Standard_D{n}s_v5" for n in range(1, 121)]
    rows = [_price(size.lower(), {"priceUSD": 0.5}) for size in sizes]
    rows += [_price(size.lower(), {"priceUSD": 0.1}, location="eastus") for size in sizes]
    found = _asked(world, *rows, sizes=sizes)
    assert [one.instance_type for one in found] == sizes
    assert {one.price for one in found} == {Decimal("0.5")}


def test_a_name_that_is_none_asks_nothing(world: World) -> None:
    assert _asked(world, _price("x", {"priceUSD": 1}), sizes=["x') or ('1' =~ '1"]) == []


def test_a_role_that_may_not_ask(world: World) -> None:
    world.fault("Resources_Query", "AuthorizationFailed", http_status=403, message="no")
    with pytest.raises(PermissionDenied):
        _asked(world, sizes=["Standard_D2s_v5"])
