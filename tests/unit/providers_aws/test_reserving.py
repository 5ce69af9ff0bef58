"""A quote has its time in it: what was bought before is not taken for what it buys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from novacron.errors import Unsupported
from novacron.models.commitment import CommitmentSpec
from novacron.providers.aws.reserving import SKEW
from tests.unit.providers_aws.conftest import REGION, World

SPEC = CommitmentSpec(
    region=REGION, instance_type="m5.large", count=3, term="1y", payment="no-upfront"
)


def test_the_sum_is_of_all_hours(world: World) -> None:
    quote = world.provider().quote_commitment(SPEC)
    assert (quote.total, quote.currency) == (Decimal("1314.00"), "USD")


def test_what_was_bought_earlier_is_another(world: World) -> None:
    provider = world.provider()
    first = provider.buy_commitment(SPEC, provider.quote_commitment(SPEC).id)
    offering = provider.quote_commitment(SPEC).id.partition("@")[0]
    now = datetime.now(UTC) + timedelta(seconds=world.server.account.clock.now() - _real())
    assert provider.buy_commitment(SPEC, f"{offering}@{now.isoformat()}") == first
    later = now + SKEW + timedelta(seconds=5)
    second = provider.buy_commitment(SPEC, f"{offering}@{later.isoformat()}")
    assert second != first
    other = SPEC.model_copy(update={"count": 4})
    assert provider.buy_commitment(other, f"{offering}@{now.isoformat()}") not in (first, second)


def _real() -> float:
    return datetime.now(UTC).timestamp()


def test_a_term_that_is_not_sold(world: World) -> None:
    with pytest.raises(Unsupported, match=r"m5\.large"):
        world.provider().quote_commitment(SPEC.model_copy(update={"term": "3y"}))
