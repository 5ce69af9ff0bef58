"""AWS's price list on a loopback port: of EC2, data transfer, VPC and savings plans each a region
index, and a CSV for each region.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/service-region-infex-file-for-service.html
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/service-region-index-files-for-savings-plan.html
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from novacron.catalog.refresh.refresh import packed
from tests.loopback import Answer, serving

Row = dict[str, str]
SAVINGS = "AWSComputeSavingsPlan"
SERVICES = ("AmazonEC2", "AWSDataTransfer", "AmazonVPC", SAVINGS)
INDEX = "/{}/v1.0/aws/{}/current/region_index.json"
FILE = "/{}/v1.0/aws/{}/20261127202446/{}/index"
ABOUT = (
    ("FormatVersion", "v1.0"),
    ("Disclaimer", "This pricing list is for informational purposes only, they say."),
    ("Publication Date", "2026-11-27T20:24:46Z"),
    ("Version", "20261127202446"),
    ("OfferCode", "one of SERVICES"),
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
    "LeaseContractLength": "",
    "PurchaseOption": "",
    "OfferingClass": "",
    "Product Family": "Compute Instance",
    "serviceCode": "AmazonEC2",
    "Location": "US East (N. Virginia)",
    "Location Type": "AWS Region",
    "Instance Type": "m5.large",
    "Tenancy": "Shared",
    "Operating System": "Linux",
    "License Model": "No License required",
    "usageType": "BoxUsage:m5.large",
    "CapacityStatus": "Used",
    "Pre Installed S/W": "NA",
    "Volume API Name": "",
    "MarketOption": "OnDemand",
    "Region Code": "us-east-1",
}
PLAN = {
    "SKU": "BB7BKBSC6NZW7P5B",
    "RateCode": "BB7BKBSC6NZW7P5B.JRTCKXETXF",
    "Unit": "Hrs",
    "EffectiveDate": "2026-11-05T18:51:13Z",
    "DiscountedRate": "0.0702",
    "Currency": "USD",
    "DiscountedSKU": "JRTCKXETXF",
    "DiscountedServiceCode": "AmazonEC2",
    "DiscountedUsageType": "BoxUsage:m5.large",
    "DiscountedOperation": "RunInstances",
    "PurchaseOption": "No Upfront",
    "LeaseContractLength": "1",
    "LeaseContractLengthUnit": "year",
    "ServiceCode": "ComputeSavingsPlans",
    "UsageType": "ComputeSP:1yrNoUpfront",
    "Operation": "",
    "Description": "1 year No Upfront Compute Savings Plan",
    "Instance Family": "",
    "Location": "Any",
    "Location Type": "AWS Region",
    "Granularity": "hourly",
    "Product Family": "ComputeSavingsPlans",
    "DiscountedRegionCode": "us-east-1",
    "DiscountedInstanceType": "m5.large",
}


def vm(region: str, name: str, price: str, **changes: str) -> Row:
    told = {"Region Code": region, "Instance Type": name, "PricePerUnit": price}
    return VM | told | {key.replace("_", " "): value for key, value in changes.items()}


def volume(region: str, name: str, price: str) -> Row:
    none = dict.fromkeys(("Instance Type", "Tenancy", "Operating System", "CapacityStatus"), "")
    told = {"Product Family": "Storage", "Unit": "GB-Mo", "Volume API Name": name}
    return VM | none | told | {"Region Code": region, "PricePerUnit": price}


def reserved(region: str, name: str, hourly: str, fee: str = "", **changes: str) -> list[Row]:
    """The two rows of an offering, of which each is left out that has no price."""
    told = {"SKU": f"SKU-{name}", "OfferTermCode": "4NA7Y494T4", "TermType": "Reserved"}
    told |= {"LeaseContractLength": "1yr", "PurchaseOption": "No Upfront"}
    row = vm(region, name, hourly) | told | {"OfferingClass": "standard"}
    row |= {key.replace("_", " "): value for key, value in changes.items()}
    upfront = {"RateCode": "2TG2D8R56U", "StartingRange": "", "EndingRange": ""}
    halves = [row, row | upfront | {"Unit": "Quantity", "PricePerUnit": fee}]
    return [one for one in halves if one["PricePerUnit"]]


def snapshot_of(region: str, usage: str, price: str) -> Row:
    told = {"Product Family": "Storage Snapshot", "usageType": usage}
    return volume(region, "", price) | told


def out(region: str, start: str, price: str, **changes: str) -> Row:
    """Of data transfer, whose products have no region but where they begin and end."""
    dropped = ("Region Code", "Location", "Location Type", "Instance Type", "Volume API Name")
    told = {
        "Product Family": "Data Transfer",
        "Transfer Type": "AWS Outbound",
        "From Location Type": "AWS Region",
        "To Location": "External",
        "usageType": "DataTransfer-Out-Bytes",
        "From Region Code": region,
        "Unit": "GB",
        "StartingRange": start,
        "PricePerUnit": price,
    }
    changed = {key.replace("_", " "): value for key, value in changes.items()}
    return {key: value for key, value in VM.items() if key not in dropped} | told | changed


def address(region: str, usage: str, price: str, **changes: str) -> Row:
    told = {"Product Family": "", "Region Code": region, "usageType": usage}
    return VM | told | {"PricePerUnit": price} | changes


def plan(region: str, name: str, price: str, **changes: str) -> Row:
    told = {"DiscountedRegionCode": region, "DiscountedInstanceType": name}
    told |= {"DiscountedUsageType": f"BoxUsage:{name}", "DiscountedRate": price}
    return PLAN | told | {key.replace("_", " "): value for key, value in changes.items()}


class PriceList:
    """``rows``: region -> its prices of EC2; ``transfer``, ``vpc`` and ``plans`` alike. ``short``:
    service -> so many bytes less than was said are sent. ``absent``: paths that are answered so."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {}
        self.transfer: dict[str, list[Row]] = {}
        self.vpc: dict[str, list[Row]] = {}
        self.plans: dict[str, list[Row]] = {}
        self.absent: dict[str, int] = {}
        self.status = 200
        self.short: dict[str, int] = {}
        self.asked: list[str] = []
        self.index = ""

    def get(self, path: str) -> Answer:
        self.asked.append(path)
        if path in self.absent:
            return Answer(self.absent[path], b"")
        all_told = (self.rows, self.transfer, self.vpc, self.plans)
        for service, told in zip(SERVICES, all_told, strict=True):
            if path == place(INDEX, service):
                return Answer(self.status, _index(service, told))
            for region, rows in told.items():
                if path == f"{place(FILE, service, region)}.csv":
                    return Answer(self.status, _csv(rows), cut=self.short.get(service, 0))
        return Answer(404, b"")


def place(form: str, service: str, *region: str) -> str:
    return form.format("savingsPlan" if service == SAVINGS else "offers", service, *region)


def _index(service: str, regions: Iterable[str]) -> bytes:
    """Of savings plans a list, with a key of another name."""
    key = "versionUrl" if service == SAVINGS else "currentVersionUrl"
    told = {one: {"regionCode": one, key: f"{place(FILE, service, one)}.json"} for one in regions}
    listed = list(told.values()) if service == SAVINGS else told
    return json.dumps({"formatVersion": "v1.0", "regions": listed}).encode()


def _csv(rows: list[Row]) -> bytes:
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
    with serving(made.get) as url:
        made.index = url + place(INDEX, "AmazonEC2")
        yield made
