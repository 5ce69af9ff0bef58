"""A price is the catalog's, with its source and date, or a refusal; never zero by default."""

from __future__ import annotations

import sys
from decimal import Decimal
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from novacron.errors import Unsupported
from novacron.models.vm import VmSpec
from novacron.providers.aws.costs import estimate


@pytest.fixture(autouse=True)
def _prices(monkeypatch: pytest.MonkeyPatch) -> None:
    def price(_provider: Any, name: str, region: str) -> Any:
        if (name, region) != ("t3.micro", "us-east-1"):
            return None
        told = {"hourly": Decimal("0.0104"), "currency": "USD"}
        return SimpleNamespace(**told, source="list", as_of="2026-11-01")

    catalog: Any = ModuleType("catalog")
    catalog.price = price
    monkeypatch.setitem(sys.modules, "novacron.catalog.catalog", catalog)


def _spec(**changes: Any) -> VmSpec:
    told = {"name": "web", "region": "us-east-1", "image": "x", "instance_type": "t3.micro"}
    return VmSpec.model_validate(told | changes)


def test_a_known_price_names_its_source_and_date() -> None:
    found = estimate(_spec())
    assert (found.hourly, found.currency) == (Decimal("0.0104"), "USD")
    assert found.source == "list, 2026-11-01"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"spot": True}, "spot"),
        ({"instance_type": "x9.huge"}, "instance_type"),
        ({"region": "eu-west-1"}, "instance_type"),
    ],
)
def test_what_has_no_price_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Unsupported) as refused:
        estimate(_spec(**changes))
    assert refused.value.field == field
