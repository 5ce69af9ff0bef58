"""AWS's price list files: one for each service and region, CSV, without credentials.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/service-region-index-files-for-savings-plan.html

Five lines tell of the file, the sixth names the columns, and each other is a price.
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
from novacron.errors import ProviderUnavailable

WHOSE = "AWS's price list"
EC2, TRANSFER, VPC = "AmazonEC2", "AWSDataTransfer", "AmazonVPC"
PLANS = "/savingsPlan/v1.0/aws/AWSComputeSavingsPlan/current/region_index.json"
ABOUT = 5
"""Lines before the columns' names."""
Row = Mapping[str, str]


def files(index: str, service: str = EC2) -> dict[str, str]:
    """Region -> URL of its file, from the URL of EC2's region index, beside which are the others'.

    Raises Throttled, ProviderUnavailable.
    """
    return _files(index.replace(f"/{EC2}/", f"/{service}/"), "currentVersionUrl")


def plan_files(index: str) -> dict[str, str]:
    """The same of savings plans, which are on the host of EC2's ``index`` and not beside it."""
    return _files(urljoin(index, PLANS), "versionUrl")


def _files(index: str, place: str) -> dict[str, str]:
    """The regions are an object by code; those of savings plans are a list."""
    with opened(index, WHOSE) as reply:
        try:
            regions = json.load(reply)["regions"]
            told = regions if isinstance(regions, list) else regions.values()
            places = {str(one["regionCode"]): str(one[place]) for one in told}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ProviderUnavailable("AWS's region index is not as documented.") from error
    return {
        region: urljoin(index, file.removesuffix(".json") + ".csv")
        for region, file in places.items()
    }


def rows(url: str, needed: set[str]) -> Iterator[Row]:
    """A line in memory at a time, of prices in USD. What raises may come after some were told:
    Throttled, ProviderUnavailable, also for a file that is cut short or has not the columns."""
    with opened(url, WHOSE) as reply:
        lines = io.TextIOWrapper(reply, encoding="utf-8", newline="")
        found = csv.DictReader(islice(lines, ABOUT, None), restval="")
        if not set(found.fieldnames or ()) >= needed | {"Currency"}:
            raise ProviderUnavailable("AWS's price list has not the columns that are documented.")
        yield from (row for row in found if row["Currency"] == "USD")
        if reply.length:
            raise ProviderUnavailable("AWS's price list was cut short.")


def number(row: Row, column: str = "PricePerUnit") -> Decimal:
    """Raises ProviderUnavailable: it is none."""
    try:
        return Decimal(row[column])
    except InvalidOperation as error:
        raise ProviderUnavailable(f"AWS's price list has a {column} that is no number.") from error
