"""Spot prices of every zone, over all pages, and AWS's file of interruptions."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from novacron.catalog.refresh import aws_spot
from novacron.errors import PermissionDenied
from novacron.models.price import PriceKind
from novacron.models.spot_market import MOST_POINTS, SpotMarket
from novacron.providers.aws.spot_advisor import SETTING, interruptions
from tests.loopback import Answer, serving
from tests.unit.providers_aws.conftest import REGION, World

NOW = datetime.now(UTC).replace(microsecond=0)
LABELS = ("<5%", "5-10%", "10-15%", "15-20%", ">20%")
FILE = {
    "ranges": [{"index": n, "label": label, "max": 5 * n + 5} for n, label in enumerate(LABELS)],
    "spot_advisor": {
        REGION: {
            "Linux": {"t3.large": {"s": 70, "r": 0}, "t3.small": {"s": 50, "r": 4}, "x": {"r": 9}},
            "Windows": {"t3.large": {"s": 20, "r": 3}},
        }
    },
}


def _tell(world: World, count: int, *zones: str) -> None:
    world.server.account.spot_prices[REGION] = [
        {
            "InstanceType": "t3.large",
            "ProductDescription": "Linux/UNIX",
            "AvailabilityZone": f"{REGION}{zone}",
            "SpotPrice": f"0.0{n % 7 + 1}0000",
            "Timestamp": NOW - timedelta(hours=n),
        }
        for zone in zones
        for n in range(count)
    ]


def _asked(world: World) -> list[SpotMarket]:
    return world.provider().spot_markets(REGION, ["t3.large"], NOW - timedelta(days=30))


def test_every_zone_has_its_own_prices_of_all_pages(world: World) -> None:
    _tell(world, 400, "a", "b", "c")  # more than a page of a thousand
    found = _asked(world)
    assert [one.zone for one in found] == [f"{REGION}{zone}" for zone in "abc"]
    assert [len(one.points) for one in found] == [MOST_POINTS] * 3
    assert found[0].price == Decimal("0.01")
    assert found[0].points[-1] == (NOW, Decimal("0.01"))
    assert found[0].points == sorted(found[0].points)


def test_a_copy_of_aws_asks_the_file_of_nobody(world: World) -> None:
    _tell(world, 1, "a")
    assert [one.interruptions for one in _asked(world)] == [None]


def test_a_role_that_may_not_read_prices(world: World) -> None:
    world.fault("DescribeSpotPriceHistory", "UnauthorizedOperation", http_status=403)
    with pytest.raises(PermissionDenied):
        _asked(world)


def test_the_file_has_rates_of_linux() -> None:
    with serving(lambda _: Answer(200, json.dumps(FILE).encode())) as url:
        found = interruptions(url, REGION)
        assert interruptions(url, "eu-nowhere-1") == {}
    assert {name: (one.low, one.high) for name, one in found.items()} == {
        "t3.large": (0, 5),
        "t3.small": (20, 100),
    }


@pytest.mark.parametrize(
    "get",
    [
        lambda _: Answer(404, b""),
        lambda _: Answer(200, b"<html>"),
        lambda _: Answer(200, b"[]"),
        lambda _: Answer(200, b'{"ranges": {}}'),
        lambda _: Answer(200, json.dumps(FILE).encode(), cut=20),
    ],
)
def test_prices_are_told_without_the_file(
    world: World, monkeypatch: pytest.MonkeyPatch, get: Callable[[str], Answer]
) -> None:
    _tell(world, 1, "a")
    with serving(get) as url:
        monkeypatch.setenv(SETTING, url)
        assert [one.interruptions for one in _asked(world)] == [None]


@pytest.fixture
def own_role(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", world.server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "own")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "own")


@pytest.mark.usefixtures("own_role")
def test_the_catalogs_price_is_the_mean_of_the_zones_newest(world: World) -> None:
    _tell(world, 3, "a", "b")
    world.server.account.spot_prices[REGION][0]["SpotPrice"] = "0.020000"
    [found] = aws_spot.prices(REGION, NOW)
    assert (found.kind, found.region, found.name) == (PriceKind.SPOT, REGION, "t3.large")
    assert found.price == Decimal("0.015")


@pytest.mark.usefixtures("own_role")
def test_a_role_of_ours_that_may_not_read_prices(world: World) -> None:
    world.fault("DescribeSpotPriceHistory", "UnauthorizedOperation", http_status=403)
    with pytest.raises(PermissionDenied):
        aws_spot.prices(REGION, NOW)
