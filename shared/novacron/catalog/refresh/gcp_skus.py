"""What one SKU of Google's catalog is the price of, by its description alone.

https://cloud.google.com/billing/docs/reference/rest/v1/services.skus/list

Not by its ``usageType``: some Spot SKUs have "OnDemand" there. Four forms price parts of a VM:

- N2 Instance Core running in Iowa
- Spot Preemptible N2 Instance Core running in Iowa
- Nvidia L4 GPU attached to Spot Preemptible VMs running in Iowa
- Commitment v1: N2 Cpu in Iowa for 1 Year

That of a custom type, a sole tenant or a reservation has a word more, so that it names no part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from novacron.models.price import PriceKind

Market = tuple[PriceKind, str]
"""How it is bought: the kind of price, and of a commitment its term."""
ON_DEMAND: Market = (PriceKind.ON_DEMAND, "")
SPOT: Market = (PriceKind.SPOT, "")
MARKETS = (ON_DEMAND, SPOT, *((PriceKind.COMMITMENT, term) for term in ("1y", "3y")))

NANO = Decimal("1e-9")
_FILLERS = frozenset({"amd", "arm", "gpu", "instance", "nvidia", "predefined", "tesla"})
_RENAMED: Mapping[str, str] = {
    "core": "n1 core",
    "ram": "n1 ram",
    "compute optimized core": "c2 core",
    "compute optimized ram": "c2 ram",
    "memory-optimized core": "m1 core",
    "memory-optimized ram": "m1 ram",
    "memory optimized upgrade premium for memory-optimized core": "m2 premium core",
    "memory optimized upgrade premium for memory-optimized ram": "m2 premium ram",
    "m3 memory-optimized core": "m3 core",
    "m3 memory-optimized ram": "m3 ram",
    "micro with burstable core": "f1-micro",
    "small with 1 vcpu": "g1-small",
    "ssd backed local storage": "local ssd",
}
"""Series without their name, most of them the oldest: N1's commitments say "Cpu in Iowa"."""
_COMMITTED = re.compile(r"commitment(?: v1)?: (.+?)(?: running)? in .+ for ([13]) years?")
_USED = re.compile(
    r"(spot preemptible )?(.+?)( attached to spot preemptible vms?)?(?:(?: running)? in .+)?"
)


class Rate(NamedTuple):
    """``what``: "n2 core", "l4", "local ssd" and so on, in small letters. ``unit``: as the API says
    it, such as "GiBy.h". ``tiers``: where each begins, and its price in USD a unit."""

    what: str
    market: Market
    regions: list[str]
    unit: str
    tiers: list[tuple[int, Decimal]]

    @property
    def price(self) -> Decimal:
        """Of the last tier: those before are free allowances of an account."""
        return self.tiers[-1][1]


def rate(sku: dict[str, Any]) -> Rate | None:
    """None: it has no price. Raises KeyError, TypeError, ValueError, AttributeError,
    decimal.InvalidOperation: it is not as documented."""
    if not sku.get("pricingInfo"):
        return None
    expression = sku["pricingInfo"][-1]["pricingExpression"]  # in order of time
    tiers = [
        (int(one.get("startUsageAmount", 0)), _usd(one["unitPrice"]))
        for one in expression.get("tieredRates", ())
    ]
    if not tiers:
        return None
    what, market = _read(sku["description"].lower())
    return Rate(what, market, sku.get("serviceRegions", []), expression["usageUnit"], tiers)


def _usd(money: dict[str, Any]) -> Decimal:
    """https://cloud.google.com/billing/docs/reference/rest/Shared.Types/Money"""
    if money["currencyCode"] != "USD":
        raise ValueError(money["currencyCode"])
    return Decimal(money.get("units", "0")) + int(money.get("nanos", 0)) * NANO


def _read(description: str) -> tuple[str, Market]:
    if committed := _COMMITTED.fullmatch(description):
        return _what(committed[1]), (PriceKind.COMMITMENT, f"{committed[2]}y")
    used = _USED.fullmatch(description)
    if used is None:
        return "", ON_DEMAND
    return _what(used[2]), SPOT if used[1] or used[3] else ON_DEMAND


def _what(text: str) -> str:
    words = ("core" if word == "cpu" else word for word in text.split())
    told = " ".join(word for word in words if word not in _FILLERS)
    return _RENAMED.get(told, told)
