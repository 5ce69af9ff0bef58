"""AWS's price list files of EC2: one for each region, hundreds of MB of CSV, without credentials.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html

Five lines tell of the file, the sixth names the columns, and each other is a price. What is not the
price of a Linux VM of shared tenancy, or of a volume, is passed over.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from itertools import islice
from urllib.parse import urljoin

from novacron.catalog.refresh.opened import opened
from novacron.catalog.refresh.refresh import Priced
from novacron.errors import ProviderUnavailable
from novacron.models.price import PriceKind, Unit

WHOSE = "AWS's price list"
SOURCE = {
    "source": "AWS Price List Bulk API",
    "licence": "AWS's terms",
    "url": "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/index.json",
}
ABOUT = 5
"""Lines before the columns' names."""
COMPUTE: Mapping[str, str] = {
    "Unit": "Hrs",
    "Operating System": "Linux",
    "Tenancy": "Shared",
    "Pre Installed S/W": "NA",
    "CapacityStatus": "Used",
}
"""Others are reservations that nobody uses, dedicated hosts, licences."""
MARKET = ("", "OnDemand")
"""Not blocks of capacity that are paid ahead; older files have no such column."""
FAMILIES = ("Compute Instance", "Compute Instance (bare metal)")
NEEDED = {*COMPUTE, "TermType", "Currency", "Location Type", "Region Code", "Product Family"}
NEEDED |= {"Instance Type", "PricePerUnit", "Volume API Name"}


def files(index: str) -> dict[str, str]:
    """Region -> URL of its file, from the URL of the region index.

    Raises Throttled, ProviderUnavailable.
    """
    with opened(index, WHOSE) as reply:
        try:
            regions = json.load(reply)["regions"]
            places = {region: str(one["currentVersionUrl"]) for region, one in regions.items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ProviderUnavailable("AWS's region index is not as documented.") from error
    return {
        region: urljoin(index, place.removesuffix(".json") + ".csv")
        for region, place in places.items()
    }


def prices(url: str, region: str) -> Iterator[Priced]:
    """A line in memory at a time. What raises may come after some were told: Throttled,
    ProviderUnavailable, also for a file that is cut short."""
    with opened(url, WHOSE) as reply:
        lines = io.TextIOWrapper(reply, encoding="utf-8", newline="")
        rows = csv.DictReader(islice(lines, ABOUT, None))
        if not set(rows.fieldnames or ()) >= NEEDED:
            raise ProviderUnavailable("AWS's price list has not the columns that are documented.")
        for row in rows:
            yield from _told(row, region)
        if reply.length:
            raise ProviderUnavailable("AWS's price list was cut short.")


def _told(row: Mapping[str, str], region: str) -> Iterator[Priced]:
    """Local zones are in the file of their region, with codes of their own."""
    here = row["Region Code"] == region and row["Location Type"] == "AWS Region"
    if not here or row["TermType"] != "OnDemand" or row["Currency"] != "USD":
        return
    if row["Product Family"] in FAMILIES:
        on_demand = row.get("MarketOption", "") in MARKET
        if on_demand and all(row[name] == wanted for name, wanted in COMPUTE.items()):
            kind, name, price = PriceKind.ON_DEMAND, row["Instance Type"], _price(row)
            yield Priced(kind, region, name, Unit.HOUR, price)
    elif row["Product Family"] == "Storage" and row["Unit"] == "GB-Mo" and row["Volume API Name"]:
        kind, name, price = PriceKind.STORAGE, row["Volume API Name"], _price(row)
        yield Priced(kind, region, name, Unit.GIB_MONTH, price)


def _price(row: Mapping[str, str]) -> Decimal:
    try:
        return Decimal(row["PricePerUnit"])
    except InvalidOperation as error:
        raise ProviderUnavailable("AWS's price list has a price that is no number.") from error
