"""Google's Cloud Billing Catalog API: pages of 5,000 SKUs of Compute Engine, with an API key.

https://cloud.google.com/billing/v1/how-tos/catalog-api

No SKU is of a machine type: a type costs what its parts cost together, and one of which a part has
no price in a region has none there.
"""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from novacron.catalog.refresh.gcp_skus import MARKETS, ON_DEMAND, Market, Rate, rate
from novacron.catalog.refresh.gcp_types import Parts, parts
from novacron.catalog.refresh.opened import opened
from novacron.catalog.refresh.refresh import Priced, egress
from novacron.catalog.snapshot import Snapshot
from novacron.errors import ProviderUnavailable
from novacron.models.price import PriceKind, Unit

URL = "https://cloudbilling.googleapis.com/v1/services/6F81-5844-456A/skus"
PAGE = 5000
SOURCE = {"source": "Cloud Billing Catalog API", "licence": "Google's API terms", "url": URL}
HOURLY: Mapping[str, Decimal] = {
    "h": Decimal(1),
    "GiBy.h": Decimal(1),
    "GBy.h": Decimal(2**30) / 10**9,
    "GiBy.mo": 1 / Decimal(730),
}
"""Unit -> what makes its price that of an hour, and of a GiB. C4D's memory is told by the GB."""
PLACES = Decimal("1e-8")
_DISK = (PriceKind.STORAGE, Unit.GIB_MONTH, "GiBy.mo")
OTHERS: Mapping[str, tuple[str, tuple[PriceKind, Unit, str]]] = {
    "storage pd capacity": ("pd-standard", _DISK),
    "balanced pd capacity": ("pd-balanced", _DISK),
    "ssd backed pd capacity": ("pd-ssd", _DISK),
    "extreme pd capacity": ("pd-extreme", _DISK),
    "hyperdisk extreme capacity": ("hyperdisk-extreme", _DISK),
    "local ssd": ("local-ssd", _DISK),
    "storage pd snapshot": ("standard", (PriceKind.SNAPSHOT, Unit.GIB_MONTH, "GiBy.mo")),
    "external ip charge on a standard vm": ("ipv4", (PriceKind.ADDRESS, Unit.HOUR, "h")),
}
_EGRESS = re.compile(r"network internet data transfer out from .+ to americas")
"""What most of the world costs: https://cloud.google.com/vpc/network-pricing"""

Rates = dict[tuple[str, Market], dict[str, Decimal]]
"""Region and market -> part -> price by the hour."""


class Told(NamedTuple):
    """``unknown``: types that have no on-demand price in any region."""

    prices: list[Priced]
    unknown: list[str]


def prices(base: Snapshot, key: str, url: str = URL) -> Told:
    """What the types of ``base`` cost now in its regions.

    Raises AuthenticationFailed (the key), Throttled, ProviderUnavailable.
    """
    types = base.member("types.json")
    billed = {name: found for name, size in types.items() if (found := parts(name, size))}
    wanted = {part for found in billed.values() for part in found}
    regions = set(base.regions())
    told: list[Priced] = []
    rates: Rates = {}
    for one in _rates(url, key):
        for region in regions if one.regions == ["global"] else regions.intersection(one.regions):
            told += _other(one, region)
            if one.what in wanted and one.unit in HOURLY and one.price > 0:
                _keep(rates, one, region)
    for region in regions:
        for name in base.member(f"{region}.json").keys() & billed.keys():
            told += _type(rates, region, name, billed[name])
    priced = {one.name for one in told if one.kind is PriceKind.ON_DEMAND}
    return Told(told, sorted(types.keys() - priced))


def _keep(rates: Rates, one: Rate, region: str) -> None:
    """Where a part has two prices in a region, as M1 has in Tokyo and in Singapore, the dearer
    counts: an estimate is better too high than too low."""
    price = one.price * HOURLY[one.unit]
    known = rates.setdefault((region, one.market), {})
    known[one.what] = max(price, known.get(one.what, price))


def _type(rates: Rates, region: str, name: str, billed: Parts) -> Iterator[Priced]:
    for market in MARKETS:
        known, (kind, term) = rates.get((region, market), {}), market
        if known.keys() >= billed.keys():
            price = sum((known[part] * count for part, count in billed.items()), Decimal(0))
            payment = "monthly" if term else ""
            rounded = price.quantize(PLACES)
            yield Priced(kind, region, name, Unit.HOUR, rounded, 0, term, payment)


def _other(one: Rate, region: str) -> Iterator[Priced]:
    if one.market != ON_DEMAND:
        return
    if one.what in OTHERS:
        name, (kind, unit, usage) = OTHERS[one.what]
        if one.unit == usage:
            yield Priced(kind, region, name, unit, one.price)
    elif one.unit == "GiBy" and _EGRESS.fullmatch(one.what):
        yield from egress(region, one.tiers)


def _rates(url: str, key: str) -> Iterator[Rate]:
    query = {"currencyCode": "USD", "pageSize": str(PAGE)}
    while True:
        with opened(f"{url}?{urllib.parse.urlencode(query)}", "Google's catalog", key) as reply:
            page = json.load(reply)
        try:
            yield from filter(None, map(rate, page.get("skus", ())))
            query["pageToken"] = page.get("nextPageToken", "")
        except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
            raise ProviderUnavailable("Google's catalog is not as documented.") from error
        if not query["pageToken"]:
            return
