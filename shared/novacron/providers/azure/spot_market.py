"""Spot prices of the last 90 days and eviction rates of the last 28, in Azure Resource Graph:
https://learn.microsoft.com/en-us/azure/virtual-machines/spot-vms#azure-resource-graph

The page names ``spotPrices[0].priceUSD`` as the newest price. That a price's time is
``effectiveDate`` is written nowhere: one without it is no point.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from novacron.models.spot_market import Measure, SpotMarket
from novacron.providers.azure.arm import AzureArm
from novacron.providers.azure.errors import translated
from novacron.providers.azure.ownership import Json
from novacron.providers.spot_market import SpotMarkets, from_then, interval

PLACE = "/providers/Microsoft.ResourceGraph/resources"
API = "2022-10-01"
PRICES = "type =~ 'microsoft.compute/skuspotpricehistory/ostype/location'"
LINUX = "properties.osType =~ 'linux'"
RATES = "type =~ 'microsoft.compute/skuspotevictionrate/location'"
_SIZE = re.compile(r"[\w-]+", re.ASCII)


class AzureSpotMarkets(AzureArm, SpotMarkets):
    @translated
    def spot_markets(
        self, region: str, instance_types: Sequence[str], since: datetime
    ) -> list[SpotMarket]:
        names = {one.lower(): one for one in instance_types if _SIZE.fullmatch(one)}
        quoted = ", ".join(f"'{one}'" for one in names)
        if not quoted:
            return []
        where = [f"sku.name in~ ({quoted})", f"location =~ '{self.here(region)}'"]
        rates = self._told("properties.evictionRate", RATES, *where)
        return [
            _market(names[size], told, rates.get(size, ""), since)
            for size, told in self._told("properties.spotPrices", PRICES, LINUX, *where).items()
            if size in names and told
        ]

    def _told(self, field: str, *where: str) -> dict[str, Any]:
        """Size, in small letters -> the field of its row."""
        kept = [f"where {one}" for one in where]
        shown = f"project skuName = tostring(sku.name), told = {field}"
        rows = self._graph(" | ".join(["SpotResources", *kept, shown]))
        return {one["skuName"].lower(): one["told"] for one in rows}

    def _graph(self, query: str) -> Iterator[Json]:
        """Rows of all pages. No subscription is named: these rows belong to none.
        https://learn.microsoft.com/en-us/rest/api/azureresourcegraph/resourcegraph/resources/resources"""
        options: Json = {"resultFormat": "objectArray", "$top": 1000}
        url = f"{self.account.endpoint}{PLACE}?api-version={API}"
        while True:
            body = self.arm_call("POST", url, {"query": query, "options": options})
            yield from body["data"]
            if not body.get("$skipToken"):
                return
            options["$skipToken"] = body["$skipToken"]


def _market(name: str, told: list[Json], rate: str, since: datetime) -> SpotMarket:
    points = [
        (_time(one["effectiveDate"]), Decimal(str(one["priceUSD"])))
        for one in told
        if one.get("effectiveDate")
    ]
    return SpotMarket(
        instance_type=name,
        price=Decimal(str(told[0]["priceUSD"])),
        points=from_then(points, since),
        interruptions=interval(rate, Measure.HOUR),
    )


def _time(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
