"""Google's Cloud Billing Catalog API on a loopback port, strict about what it is asked.

SKUs have the fields that the API's reference shows:
https://cloud.google.com/billing/docs/reference/rest/v1/services.skus/list
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from email.message import Message
from typing import Any
from urllib.parse import parse_qs, urlsplit

from novacron.catalog.refresh.refresh import packed
from tests.loopback import Answer, serving

PATH = "/v1/services/6F81-5844-456A/skus"
KEY = "AIza-of-the-tests"
IOWA, NETHERLANDS = "us-central1", "europe-west4"
NANOS = 10**9
Tiers = list[tuple[int, Decimal]]


def sku(
    description: str,
    price: str | Tiers,
    *regions: str,
    unit: str = "h",
    group: str = "CPU",
    usage: str = "OnDemand",
) -> dict[str, Any]:
    """``price``: in USD a unit, or tiers of it."""
    tiers = [(0, Decimal(price))] if isinstance(price, str) else price
    return {
        "name": "services/6F81-5844-456A/skus/0012-B7F2-DD14",
        "skuId": "0012-B7F2-DD14",
        "description": description,
        "category": {
            "serviceDisplayName": "Compute Engine",
            "resourceFamily": "Compute",
            "resourceGroup": group,
            "usageType": usage,
        },
        "serviceRegions": list(regions or (IOWA,)),
        "pricingInfo": [
            {
                "summary": "",
                "pricingExpression": {
                    "usageUnit": unit,
                    "displayQuantity": 1,
                    "tieredRates": [
                        {"startUsageAmount": start, "unitPrice": _money(one)}
                        for start, one in tiers
                    ],
                },
                "currencyConversionRate": 1,
                "effectiveTime": "2026-11-27T20:00:00.000Z",
            }
        ],
        "serviceProviderName": "Google",
    }


def _money(price: Decimal) -> dict[str, Any]:
    units, nanos = divmod(int(price * NANOS), NANOS)
    return {"currencyCode": "USD", "units": str(units), "nanos": nanos}


class Catalog:
    """``page``: the most SKUs of an answer, fewer than are asked for, as the API may.
    ``breaks_at``: the number of the request that gets ``status``; ``cut``: so many bytes less than
    was said are sent."""

    def __init__(self) -> None:
        self.skus: list[dict[str, Any]] = []
        self.page = 5000
        self.breaks_at: int | None = None
        self.status = 503
        self.cut = 0
        self.asked: list[str] = []
        self.url = ""

    def refuses(self, headers: Message) -> Answer | None:
        """https://cloud.google.com/apis/docs/reference/rest/Shared.Types/ErrorReason"""
        given = headers.get("x-goog-api-key")
        if given is None:
            return _error(403, "Method doesn't allow unregistered callers.")
        if given != KEY:
            return _error(400, "API key not valid. Please pass a valid API key.")
        return None

    def answer(self, path: str) -> Answer:
        self.asked.append(path)
        if len(self.asked) == self.breaks_at:
            return _error(self.status, "Not now.")
        place, query = urlsplit(path).path, parse_qs(urlsplit(path).query, strict_parsing=True)
        if place != PATH:
            return _error(404, "No such service.")
        size, start = int(query["pageSize"][0]), int(query.get("pageToken", ["0"])[0])
        known = {"currencyCode", "pageSize", "pageToken"}
        if query.keys() - known or query["currencyCode"] != ["USD"] or not 0 < size <= 5000:
            return _error(400, "Request contains an invalid argument.")
        end = start + min(size, self.page)
        more = {"nextPageToken": str(end)} if end < len(self.skus) else {"nextPageToken": ""}
        body = json.dumps({"skus": self.skus[start:end], **more}).encode()
        return Answer(200, body, "application/json", self.cut)


def _error(status: int, message: str) -> Answer:
    return Answer(status, json.dumps({"error": {"code": status, "message": message}}).encode())


def small_gcp(as_of: str) -> bytes:
    """Six types in two regions, a disk type that Google does not tell, and one that it does."""
    names = {"n2-standard-2": (2, 8192), "e2-micro": (2, 1024), "f1-micro": (1, 614)}
    names |= {"n1-highcpu-2": (2, 1843), "m2-ultramem-208": (208, 6029312)}
    sizes = {name: [*size, ["x86_64"], 0, False, True, False] for name, size in names.items()}
    sizes["a4-highgpu-8g"] = [224, 4063232, ["x86_64"], 8, False, True, False]
    origin = {"source": "shipped", "licence": "Apache-2.0", "as_of": as_of}
    rows = [
        ["commitment", "f1-micro", "hour", "0.005", "skus", 0, "1y", "monthly"],
        ["storage", "hyperdisk-new", "gib-month", "0.3", "skus"],
        ["storage", "pd-ssd", "gib-month", "0.2", "skus"],
    ]
    return packed(
        {
            "types.json": sizes,
            f"{IOWA}.json": dict.fromkeys(sizes, None) | {"n2-standard-2": "0.1"},
            f"{NETHERLANDS}.json": {"n2-standard-2": "0.11"},
            f"rates/{IOWA}.json": rows,
            "source.json": origin | {"sources": {"skus": origin}, "dropped": []},
        }
    )


@contextmanager
def billing_catalog() -> Iterator[Catalog]:
    made = Catalog()
    with serving(made.answer, made.refuses) as url:
        made.url = url + PATH
        yield made
