"""Histories of machine types, one at a time."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from novacron.errors import PermissionDenied
from tests.unit.providers_gcp.conftest import REGION, World

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def test_what_is_told_of_no_type_keeps_no_other_from_it(world: World) -> None:
    price = {"currencyCode": "USD", "units": "1", "nanos": 500_000_000}
    interval = {"startTime": "2025-12-01T00:00:00-08:00", "endTime": "2026-02-01T00:00:00-08:00"}
    world.server.project.capacity_history[f"{REGION}/n2-standard-4"] = {
        "priceHistory": [{"interval": interval, "listPrice": price}]
    }
    types = ["n2-custom-2-4096", "n2-standard-4", "e2-micro"]
    [found] = world.provider().spot_markets(REGION, types, SINCE)
    assert (found.instance_type, found.zone, found.price) == ("n2-standard-4", None, Decimal("1.5"))
    assert found.points == [(datetime(2025, 12, 1, 8, tzinfo=UTC), Decimal("1.5"))]
    assert found.interruptions is None


def test_a_role_that_may_not_ask(world: World) -> None:
    world.fault("advice.capacityHistory", "forbidden", http_status=403)
    with pytest.raises(PermissionDenied):
        world.provider().spot_markets(REGION, ["e2-micro"], SINCE)
