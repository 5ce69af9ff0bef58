"""Azure's Retail Prices API: pages of 1,000 meters, without credentials.

https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices

A meter is known by its service, product and name; one whose product is of Windows, dev/test or low
priority is no price of a Linux VM and is passed over.
"""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from novacron.catalog.refresh.opened import opened
from novacron.catalog.refresh.refresh import Priced
from novacron.migration.parallel import in_parallel
from novacron.models.price import PriceKind, Unit

URL = "https://prices.azure.com/api/retail/prices"
VERSION = "2023-01-01-preview"
"""The first that tells savings plans."""
SOURCE = {"source": "Azure Retail Prices API", "licence": "Microsoft's API terms", "url": URL}
SERVICES = ("Virtual Machines", "Storage", "Virtual Network", "Bandwidth")
HOURS = {"1 Year": ("1y", Decimal(8760)), "3 Years": ("3y", Decimal(26280))}
MONTH = Decimal(730)
_SIZES = (4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32767)
_NUMBERS = (1, 2, 3, 4, 6, 10, 15, 20, 30, 40, 50, 60, 70, 80)
TIERS = dict(zip(_NUMBERS, _SIZES, strict=True))
"""P10, E10 and S10 are of 128 GiB:
https://learn.microsoft.com/azure/virtual-machines/disks-types"""
PRODUCTS: Mapping[str, str] = {
    "Standard HDD Managed Disks": "Standard_LRS",
    "Standard SSD Managed Disks": "StandardSSD_LRS",
    "Premium SSD Managed Disks": "Premium_LRS",
}
PREMIUM_V2: Mapping[str, tuple[PriceKind, Unit]] = {
    "Premium LRS Provisioned Capacity": (PriceKind.STORAGE, Unit.GIB_MONTH),
    "Premium LRS Provisioned IOPS": (PriceKind.IOPS, Unit.IOPS_MONTH),
    "Premium LRS Provisioned Throughput (MBps)": (PriceKind.THROUGHPUT, Unit.MIBPS_MONTH),
}
_DISK = re.compile(r"[PES](\d+) LRS Disk")
_OTHER = re.compile(r"Windows|Cloud Services|Dedicated Host|CloudServices")


def prices(regions: Iterable[str], today: date, url: str = URL) -> Iterator[Priced]:
    """What holds today in the regions; of two prices of one thing the newer comes later.

    Raises Throttled, ProviderUnavailable.
    """
    asked = [(region, service) for region in regions for service in SERVICES]
    for found in in_parallel(lambda one: _priced(url, today, *one), asked):
        yield from found


def _priced(url: str, today: date, region: str, service: str) -> list[Priced]:
    """Prices of the coming months are told beside those of today."""
    items = sorted(_items(url, region, service), key=lambda item: str(item["effectiveStartDate"]))
    holding = (item for item in items if item["effectiveStartDate"][:10] <= today.isoformat())
    return [
        one
        for item in holding
        if item["currencyCode"] == "USD" and item["armRegionName"] == region
        for one in _TELLS[service](item)
    ]


def _items(url: str, region: str, service: str) -> Iterator[dict[str, Any]]:
    condition = f"serviceName eq '{service}' and armRegionName eq '{region}'"
    query = {"api-version": VERSION, "currencyCode": "USD", "$filter": condition}
    link: str | None = f"{url}?{urllib.parse.urlencode(query)}"
    while link:
        page = _page(link)
        yield from page["Items"]
        link = page.get("NextPageLink")


def _page(link: str) -> dict[str, Any]:
    with opened(link, "Azure's price API") as reply:
        found: dict[str, Any] = json.load(reply, parse_float=Decimal)
        return found


def _vm(item: dict[str, Any]) -> Iterator[Priced]:
    told = f"{item['productName']} {item['skuName']}"
    if _OTHER.search(told) or "Low Priority" in told or item["unitOfMeasure"] != "1 Hour":
        return
    name, region, price = item["armSkuName"], item["armRegionName"], Decimal(item["retailPrice"])
    if item["type"] == "Reservation" and item["reservationTerm"] in HOURS:
        term, hours = HOURS[item["reservationTerm"]]
        each = (price / hours).quantize(Decimal("1e-8"))
        kind = PriceKind.COMMITMENT
        yield Priced(kind, region, name, Unit.HOUR, each, 0, term, "reservation")
    elif item["type"] == "Consumption":
        kind = PriceKind.SPOT if "Spot" in item["skuName"] else PriceKind.ON_DEMAND
        yield Priced(kind, region, name, Unit.HOUR, price)
        for plan in item.get("savingsPlan") or ():
            term, _ = HOURS[plan["term"]]
            each = Decimal(plan["retailPrice"])
            kind = PriceKind.COMMITMENT
            yield Priced(kind, region, name, Unit.HOUR, each, 0, term, "savings-plan")


def _storage(item: dict[str, Any]) -> Iterator[Priced]:
    if item["type"] != "Consumption":
        return
    product, meter, region = item["productName"], item["meterName"], item["armRegionName"]
    price = Decimal(item["retailPrice"])
    if product in PRODUCTS and (match := _DISK.fullmatch(meter)) and int(match[1]) in TIERS:
        unit, size = Unit.DISK_MONTH, TIERS[int(match[1])]
        yield Priced(PriceKind.STORAGE, region, PRODUCTS[product], unit, price, size)
    elif product == "Azure Premium SSD v2" and meter in PREMIUM_V2:
        # What a disk brings without charge is a tier at 0, below that which is paid for.
        kind, unit = PREMIUM_V2[meter]
        if price > 0:
            yield Priced(kind, region, "PremiumV2_LRS", unit, price * MONTH)


def _address(item: dict[str, Any]) -> Iterator[Priced]:
    if item["type"] == "Consumption" and item["meterName"] == "Standard IPv4 Static Public IP":
        price = Decimal(item["retailPrice"])
        yield Priced(PriceKind.ADDRESS, item["armRegionName"], "ipv4", Unit.HOUR, price)


def _egress(item: dict[str, Any]) -> Iterator[Priced]:
    """The free allowance is an account's, so that the first paid tier begins at 0."""
    network = item["productName"] == "Rtn Preference: MGN"
    if network and item["meterName"] == "Standard Data Transfer Out" and item["retailPrice"] > 0:
        start = int(item["tierMinimumUnits"])
        price = Decimal(item["retailPrice"])
        region, first = item["armRegionName"], 0 if start <= FREE_GIB else start
        yield Priced(PriceKind.EGRESS, region, "internet", Unit.GIB, price, first)


FREE_GIB = 100
"""https://azure.microsoft.com/pricing/details/bandwidth/"""
_TELLS = {
    "Virtual Machines": _vm,
    "Storage": _storage,
    "Virtual Network": _address,
    "Bandwidth": _egress,
}
