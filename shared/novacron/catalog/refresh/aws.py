"""What EC2's price list tells of a region, in hundreds of MB: Linux VMs of shared tenancy on demand
and reserved, volumes, snapshots. What is none of these is passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from novacron.catalog.refresh.aws_files import Row, number, rows
from novacron.catalog.refresh.aws_reserved import NEEDED as OF_OFFERINGS
from novacron.catalog.refresh.aws_reserved import Offerings
from novacron.catalog.refresh.refresh import Priced
from novacron.models.price import PriceKind, Unit

SOURCE = {
    "source": "AWS Price List Bulk API",
    "licence": "AWS's terms",
    "url": "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/index.json",
}
COMPUTE: Mapping[str, str] = {
    "Operating System": "Linux",
    "Tenancy": "Shared",
    "Pre Installed S/W": "NA",
    "CapacityStatus": "Used",
}
"""Others are reservations that nobody uses, dedicated hosts, licences."""
MARKET = ("", "OnDemand")
"""Not blocks of capacity that are paid ahead; older files have no such column."""
FAMILIES = ("Compute Instance", "Compute Instance (bare metal)")
NEEDED = {*COMPUTE, *OF_OFFERINGS, "TermType", "Location Type", "Region Code", "Product Family"}
NEEDED |= {"Volume API Name", "usageType"}
SNAPSHOTS = {"Usage": "standard", "ArchiveStorage": "archive"}
_SNAPSHOT = re.compile(r"(?:[A-Z0-9]+-)?EBS:Snapshot(Usage|ArchiveStorage)")
"""Others are on Outposts, or of getting back what is archived."""


def prices(url: str, region: str) -> Iterator[Priced]:
    """In memory are a line and the region's offerings of reserved instances. Raises as ``rows``."""
    offerings = Offerings()
    for row in rows(url, NEEDED):
        # Local zones are in the file of their region, with codes of their own.
        if row["Region Code"] != region or row["Location Type"] != "AWS Region":
            continue
        if row["TermType"] == "OnDemand":
            yield from _told(row, region)
        elif row["TermType"] == "Reserved" and _linux(row):
            offerings.add(row)
    yield from offerings.prices(region)


def _linux(row: Row) -> bool:
    return (
        row["Product Family"] in FAMILIES
        and row.get("MarketOption", "") in MARKET
        and all(row[name] == wanted for name, wanted in COMPUTE.items())
    )


def _told(row: Row, region: str) -> Iterator[Priced]:
    unit = row["Unit"]
    if unit == "Hrs" and _linux(row):
        name = row["Instance Type"]
        yield Priced(PriceKind.ON_DEMAND, region, name, Unit.HOUR, number(row))
    elif row["Product Family"] == "Storage" and unit == "GB-Mo" and row["Volume API Name"]:
        name = row["Volume API Name"]
        yield Priced(PriceKind.STORAGE, region, name, Unit.GIB_MONTH, number(row))
    elif unit == "GB-Mo" and (match := _SNAPSHOT.fullmatch(row["usageType"])):
        name = SNAPSHOTS[match[1]]
        yield Priced(PriceKind.SNAPSHOT, region, name, Unit.GIB_MONTH, number(row))
