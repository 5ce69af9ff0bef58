"""Azure's Retail Prices API on a loopback port, strict about what it is asked.

Items have the fields that the API's documentation shows:
https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from novacron.catalog.refresh.refresh import packed
from tests.loopback import Answer, serving

PAGE = 3
"""Items a page: the real one's are of 1,000."""
_FILTER = re.compile(r"serviceName eq '([^']+)' and armRegionName eq '([^']+)'")


def item(service: str, region: str, price: float, **changes: Any) -> dict[str, Any]:
    """A meter of ``service``."""
    told = {
        "currencyCode": "USD",
        "tierMinimumUnits": 0.0,
        "retailPrice": price,
        "unitPrice": price,
        "armRegionName": region,
        "location": region,
        "effectiveStartDate": "2026-01-01T00:00:00Z",
        "meterName": "D2s v3",
        "productName": "Virtual Machines DSv3 Series",
        "skuName": "D2s v3",
        "serviceName": service,
        "unitOfMeasure": "1 Hour",
        "type": "Consumption",
        "armSkuName": "Standard_D2s_v3",
    }
    return told | changes


class PriceApi:
    """``items`` are all meters; ``breaks_at``: the number of the request that gets a 503."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.breaks_at: int | None = None
        self.status = 503
        self.asked = 0
        self.url = ""
        self._lock = threading.Lock()

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        with self._lock:
            self.asked += 1
            if self.asked == self.breaks_at:
                return self.status, {}
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        match = _FILTER.fullmatch(query.get("$filter", ""))
        known = {"api-version", "currencyCode", "$filter", "$skip"}
        if match is None or query["api-version"] != "2023-01-01-preview" or query.keys() - known:
            return 400, {"Error": {"Code": "BadRequest"}}
        service, region = match.groups()
        found = [
            one
            for one in self.items
            if (one["serviceName"], one["armRegionName"]) == (service, region)
        ]
        skip = int(query.get("$skip", "0"))
        more = len(found) > skip + PAGE
        base = path.partition("&%24skip")[0]
        following = f"{self.url.removesuffix('/prices')}{base}&%24skip={skip + PAGE}"
        page = found[skip : skip + PAGE]
        return 200, {
            "BillingCurrency": "USD",
            "Items": page,
            "NextPageLink": following if more else None,
            "Count": len(page),
        }


def small_snapshot(as_of: str) -> bytes:
    """Three sizes in two regions, and two prices of other things."""
    size = [2, 8192, ["x86_64"], 0, False, True, False]
    names = ("Standard_D2s_v3", "Standard_D4s_v3", "Standard_E2s_v5")
    origin = {"source": "shipped", "licence": "MIT", "as_of": as_of}
    disk = ["storage", "Standard_LRS", "disk-month", "1.5", "hdd", 32]
    address = ["address", "ipv4", "hour", "0.005", "hdd"]
    return packed(
        {
            "types.json": dict.fromkeys(names, size),
            "eastus.json": {"Standard_D2s_v3": "0.09", "Standard_D4s_v3": "0.18"},
            "westeurope.json": {"Standard_D2s_v3": "0.12", "Standard_D4s_v3": None},
            "rates/eastus.json": [address, disk],
            "source.json": origin | {"sources": {"hdd": origin}, "dropped": []},
        }
    )


@contextmanager
def price_api() -> Iterator[PriceApi]:
    api = PriceApi()

    def get(path: str) -> Answer:
        status, body = api.answer(path)
        return Answer(status, json.dumps(body).encode())

    with serving(get) as url:
        api.url = f"{url}/prices"
        yield api
