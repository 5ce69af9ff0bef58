"""``novacron price`` sends what the API takes and says what is not known."""

from __future__ import annotations

import json
from pathlib import Path

from novacron.models.estimate import Environment
from novacron.models.price import PriceQuery
from novacron.models.rate_card import RateCard
from tests.unit.cli.test_commands import Api

PRICE = {"provider": "aws", "region": "eu-west-1", "price": "0.0912", "as_of": "2026-10-15"}
OFFER = {"instance_type": "t4g.large", "vcpus": 2, "memory_mib": 8192, "gpus": 0}
OFFERS = {"items": [OFFER | {"price": PRICE | {"stale": True}}], "unpriced": 7}
LINE = {"item": "vm web", "name": "m5.large", "region": "us-east-1", "monthly": "70.08"}
ESTIMATE = {"currency": "USD", "lines": [LINE], "monthly": "70.08", "hourly": "0.096"}


def test_search_sends_a_query_and_shows_each_price_with_its_date() -> None:
    api = Api(OFFERS)
    printed = api.run(
        *("price", "search", "--vcpus", "2", "--memory", "8", "--region", "eu-west-1"),
        *("--kind", "spot", "--provider", "aws", "--architecture", "arm64"),
    )
    asked = PriceQuery.model_validate(api.body())
    assert (asked.vcpus, asked.regions) == (2, ["eu-west-1"])
    assert asked.memory_gib == 8
    assert api.requests[-1].url.path == "/prices:search"
    assert printed.splitlines()[1].split() == [
        *("t4g.large", "aws", "eu-west-1", "2", "8"),
        *("0.0912", "2026-10-15", "True"),
    ]


def test_an_estimate_says_when_it_is_not_complete(tmp_path: Path) -> None:
    file = tmp_path / "environment.yaml"
    file.write_text("provider: aws\naddresses:\n- {region: us-east-1, quantity: 2}\n")
    api = Api(ESTIMATE | {"complete": False})
    printed = api.run("price", "estimate", str(file))
    assert Environment.model_validate(api.body()).addresses[0].quantity == 2
    assert printed.splitlines()[-1] == (
        "70.08 USD a month, 0.096 an hour, without what has no known price"
    )
    whole = Api(ESTIMATE | {"complete": True}).run("price", "estimate", str(file))
    assert "known" not in whole


def test_a_card_is_replaced_and_shown(tmp_path: Path) -> None:
    file = tmp_path / "card.json"
    flat = {"vcpu_hour": "0.01", "memory_gib_hour": "0.002", "storage_gib_hour": "0"}
    card = {"currency": "EUR", "flat": flat}
    file.write_text(json.dumps(card))
    api = Api(card)
    api.run("price", "card", "acc-1", "--file", str(file))
    assert RateCard.model_validate(api.body()) == RateCard.model_validate(card)
    assert (api.requests[-1].method, api.requests[-1].url.path) == (
        "PUT",
        "/accounts/acc-1/rate-card",
    )
    assert "0.002" in api.run("price", "card", "acc-1")
