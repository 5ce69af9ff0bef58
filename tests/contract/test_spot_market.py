"""How spot capacity did in the last days, for every provider that sells any."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from novacron.errors import InvalidSpec
from novacron.providers.base import SpotVms
from novacron.providers.spot_market import SpotMarkets
from tests.contract.env import Env

NOW = datetime.now(UTC).replace(microsecond=0)
SINCE = NOW - timedelta(days=30)
TOLD = [
    (NOW - timedelta(days=days), Decimal(price))
    for days, price in ((50, "0.07"), (40, "0.05"), (10, "0.041"), (2, "0.06"))
]


def test_a_capability_is_a_type(env: Env) -> None:
    assert isinstance(env.provider, SpotMarkets) is (env.tell_spot is not None)
    assert isinstance(env.provider, SpotMarkets) is isinstance(env.provider, SpotVms)


def test_prices_since_then_and_interruptions(env: Env) -> None:
    if env.tell_spot is None:
        pytest.skip(f"{env.name} sells no spot capacity")
    env.tell_spot(TOLD)
    provider, other = env.provider, env.other_type or "4x1024"
    assert isinstance(provider, SpotMarkets)
    [found] = provider.spot_markets(env.region, [env.spot_type, other], SINCE)
    assert found.instance_type == env.spot_type
    assert found.price == Decimal("0.06")
    assert found.points == TOLD[1:]  # the first was in force when the window began
    assert found.interruptions is not None
    assert 5 <= found.interruptions.low <= found.interruptions.high <= 10
    assert provider.spot_markets(env.region, [other], SINCE) == []
    assert provider.spot_markets(env.region, [], SINCE) == []


def test_another_region_is_refused(env: Env) -> None:
    if env.tell_spot is None or env.name == "memory":
        pytest.skip(f"{env.name} sells no spot capacity, or has one region")
    assert isinstance(env.provider, SpotMarkets)
    with pytest.raises(InvalidSpec):
        env.provider.spot_markets("ap-nowhere-1", [env.spot_type], SINCE)
