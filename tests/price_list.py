"""AWS's price list of EC2 on a loopback port: a region index, and a CSV for each region.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/service-region-infex-file-for-service.html
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from novacron.catalog.refresh.refresh import packed
from tests.loopback import Answer, serving

INDEX = "/offers/v1.0/aws/AmazonEC2/current/region_index.json"
VERSION = "/offers/v1.0/aws/AmazonEC2/20261127202446"
ABOUT = (
    ("FormatVersion", "v1.0"),
    ("Disclaimer", "This pricing list is for informational purposes only, they say."),
    ("Publication Date", "2026-11-27T20:24:46Z"),
    ("Version", "20261127202446"),
    ("OfferCode", "AmazonEC2"),
)
VM = {
    "SKU": "JRTCKXETXF",
    "OfferTermCode": "JRTCKXETXF",
    "RateCode": "JRTCKXETXF.6YS6EN2CT7",
    "TermType": "OnDemand",
    "PriceDescription": '$0.096 per "On Demand" Linux m5.large Instance Hour',
    "EffectiveDate": "2026-11-01",
    "StartingRange": "0",
    "EndingRange": "Inf",
    "Unit": "Hrs",
    "PricePerUnit": "0.0960000000",
    "Currency": "USD",
    "Product Family": "Compute Instance",
    "serviceCode": "AmazonEC2",
    "Location": "US East (N. Virginia)",
    "Location Type": "AWS Region",
    "Instance Type": "m5.large",
    "Tenancy": "Shared",
    "Operating System": "Linux",
    "License Model": "No License required",
    "CapacityStatus": "Used",
    "Pre Installed S/W": "NA",
    "Volume API Name": "",
    "MarketOption": "OnDemand",
    "Region Code": "us-east-1",
}


def vm(region: str, name: str, price: str, **changes: str) -> dict[str, str]:
    told = {"Region Code": region, "Instance Type": name, "PricePerUnit": price}
    return VM | told | {key.replace("_", " "): value for key, value in changes.items()}


def volume(region: str, name: str, price: str) -> dict[str, str]:
    none = dict.fromkeys(("Instance Type", "Tenancy", "Operating System", "CapacityStatus"), "")
    told = {"Product Family": "Storage", "Unit": "GB-Mo", "Volume API Name": name}
    return VM | none | told | {"Region Code": region, "PricePerUnit": price}


class PriceList:
    """``rows``: region -> its prices. ``short``: so many bytes less than was said are sent."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, str]]] = {}
        self.status = 200
        self.short = 0
        self.asked: list[str] = []
        self.index = ""

    def answer(self, path: str) -> bytes | None:
        self.asked.append(path)
        if path == INDEX:
            regions = {
                one: {"regionCode": one, "currentVersionUrl": f"{VERSION}/{one}/index.json"}
                for one in self.rows
            }
            told: dict[str, Any] = {"formatVersion": "v1.0", "regions": regions}
            return json.dumps(told).encode()
        found = [one for one in self.rows if path == f"{VERSION}/{one}/index.csv"]
        return _csv(self.rows[found[0]]) if found else None


def _csv(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([*ABOUT, tuple(rows[0] if rows else VM)])
    writer.writerows([tuple(one.values()) for one in rows])
    return text.getvalue().encode()


def small_aws(as_of: str) -> bytes:
    """Three types in two regions, a volume type and an address."""
    names = ("m5.large", "m5.xlarge", "t4g.nano")
    size = [2, 8192, ["x86_64"], 0, False, True, False]
    origin = {"source": "shipped", "licence": "MIT", "as_of": as_of}
    rows = [
        ["address", "ipv4", "hour", "0.005", "shipped"],
        ["storage", "gp2", "gib-month", "0.2", "shipped"],
        ["storage", "gp3", "gib-month", "0.09", "shipped"],
    ]
    return packed(
        {
            "types.json": dict.fromkeys(names, size),
            "us-east-1.json": {"m5.large": "0.1", "m5.xlarge": "0.2"},
            "eu-west-1.json": {"m5.large": "0.11"},
            "rates/us-east-1.json": rows,
            "source.json": origin | {"sources": {"shipped": origin}, "dropped": []},
        }
    )


@contextmanager
def price_list() -> Iterator[PriceList]:
    made = PriceList()

    def get(path: str) -> Answer:
        body = made.answer(path)
        cut = made.short if path.endswith(".csv") else 0
        return Answer(404, b"") if body is None else Answer(made.status, body, cut=cut)

    with serving(get) as url:
        made.index = url + INDEX
        yield made
