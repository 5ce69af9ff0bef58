"""Egress and public addresses of AWS, which have files of their own, small beside EC2's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from novacron.catalog.refresh.aws_files import Row, number, rows
from novacron.catalog.refresh.refresh import Priced
from novacron.catalog.refresh.refresh import egress as by_tier
from novacron.models.price import PriceKind, Unit

_OUT = re.compile(r"(?:[A-Z0-9]+-)?DataTransfer-Out-Bytes")
"""Not "Global-...", which is what an account has free in all regions."""
_USED = re.compile(r"(?:[A-Z0-9]+-)?PublicIPv4:InUseAddress")
"""One in use: the catalog has one price of an address, and an idle one costs as much
(https://aws.amazon.com/vpc/pricing/)."""
OF_BOTH = {"TermType", "Unit", "PricePerUnit", "usageType"}
OF_EGRESS = {*OF_BOTH, "Transfer Type", "From Region Code", "To Location", "StartingRange"}
OF_ADDRESSES = {*OF_BOTH, "Region Code"}


def egress(url: str, region: str) -> Iterator[Priced]:
    """To the internet, by tier. Raises as ``rows``."""
    wanted = (row for row in rows(url, OF_EGRESS) if _outbound(row, region))
    tiers = {int(number(row, "StartingRange")): number(row) for row in wanted}
    yield from by_tier(region, tiers.items())


def _outbound(row: Row, region: str) -> bool:
    told = (row["Transfer Type"], row["To Location"], row["From Region Code"], row["Unit"])
    outbound = ("AWS Outbound", "External", region, "GB")
    return _on_demand(row, _OUT) and told == outbound


def addresses(url: str, region: str) -> Iterator[Priced]:
    """By the hour. Raises as ``rows``."""
    for row in rows(url, OF_ADDRESSES):
        if _on_demand(row, _USED) and (row["Region Code"], row["Unit"]) == (region, "Hrs"):
            yield Priced(PriceKind.ADDRESS, region, "ipv4", Unit.HOUR, number(row))


def _on_demand(row: Row, usage: re.Pattern[str]) -> bool:
    return row["TermType"] == "OnDemand" and usage.fullmatch(row["usageType"]) is not None
