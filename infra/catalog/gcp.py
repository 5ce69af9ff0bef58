"""Make the shipped snapshot of Google's machine types and prices.

python -m infra.catalog.gcp pricing.yml MACHINETYPEREGION.csv

Both are files of Cyclenerd/google-cloud-pricing-cost-calculator (Apache-2.0): types by region, and
the prices that it makes from Google's public SKUs: on demand, spot and commitments with the GPUs
that a type brings, disks, snapshots, addresses, egress by tier.
"""

from __future__ import annotations

import csv
import re
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from infra.catalog.sheet import Sheet
from novacron.models.price import PriceKind, Unit

ARM = ("c4a", "n4a", "t2a", "a4x")
LEGACY = ("f1", "g1")
"""https://cloud.google.com/compute/docs/general-purpose-machines#n1-shared-core"""
NO_VM = ("ct", "tpu")
"""Hosts of TPUs, which run Google's images only."""
# https://cloud.google.com/compute/docs/gpus#l4-gpus
L4 = {24: 2, 48: 4, 96: 8}
KEY = "skus"
DISKS_TOO = "-lssd"
HOURS_A_MONTH = Decimal(730)
TERMS = {"1y": "month_1y", "3y": "month_3y"}
DISKS = {
    "hdd": "pd-standard",
    "balanced": "pd-balanced",
    "ssd": "pd-ssd",
    "extreme": "pd-extreme",
    "hyperdisk-extreme": "hyperdisk-extreme",
    "local": "local-ssd",
}
EGRESS_TIERS = {"0-1": 0, "1-10": 1024, "10n": 10240}
"""Where they begin, in GiB: the list counts in TiB."""


def make(pricing: dict[str, Any], offers: list[dict[str, str]]) -> None:
    offers = [one for one in offers if one["ZONE"] and not one["NAME"].startswith(NO_VM)]
    day = datetime.fromtimestamp(pricing["about"]["timestamp"], UTC).date().isoformat()
    origin = {"source": "Google's SKUs by way of google-cloud-pricing-cost-calculator"}
    origin |= {"licence": "Apache-2.0", "as_of": day}
    origin |= {"url": "https://github.com/Cyclenerd/google-cloud-pricing-cost-calculator"}
    sheet = Sheet({KEY: origin})
    regions: dict[str, list[str]] = {}
    for one in offers:
        regions.setdefault(one["NAME"], []).append(one["ZONE"])
    listed = pricing["compute"]["instance"]
    for name in sorted(regions):
        _add_type(sheet, name, regions[name], _cost(listed, name))
    _add_others(sheet, pricing["compute"])
    types = {one["NAME"]: _row(one) for one in offers}
    sheet.pack("gcp", types, origin | {"types": "the same repository, 2026-08-20"})


def _cost(listed: dict[str, Any], name: str) -> dict[str, Any]:
    """By region; without those in which the list has no price of its disks, and takes it for 0."""
    cost: dict[str, Any] = listed.get(name, {}).get("cost", {})
    bare = listed.get(name.replace(DISKS_TOO, ""), {}).get("cost", {}) if DISKS_TOO in name else {}
    return {r: one for r, one in cost.items() if one.get("hour") != bare.get(r, {}).get("hour", 0)}


def _add_type(sheet: Sheet, name: str, regions: list[str], cost: dict[str, Any]) -> None:
    sheet.on_demand(name, {r: cost.get(r, {}).get("hour") for r in sorted(regions)})
    spot = {r: cost[r].get("hour_spot") for r in regions if r in cost}
    sheet.add(PriceKind.SPOT, name, Unit.HOUR, KEY, spot)
    for term, field in TERMS.items():
        months = {r: cost[r].get(field) for r in regions if r in cost}
        hours = {r: Decimal(str(one)) / HOURS_A_MONTH for r, one in months.items() if one}
        sheet.add(PriceKind.COMMITMENT, name, Unit.HOUR, KEY, hours, term=term, payment="monthly")


def _add_others(sheet: Sheet, compute: dict[str, Any]) -> None:
    for key, name in DISKS.items():
        prices = _monthly(compute["storage"][key]["cost"])
        sheet.add(PriceKind.STORAGE, name, Unit.GIB_MONTH, KEY, prices)
    snapshots = _monthly(compute["storage"]["snapshot"]["cost"])
    sheet.add(PriceKind.SNAPSHOT, "standard", Unit.GIB_MONTH, KEY, snapshots)
    addresses = compute["network"]["ip"]["vm"]["cost"]
    hourly = {region: one["hour"] for region, one in addresses.items()}
    sheet.add(PriceKind.ADDRESS, "ipv4", Unit.HOUR, KEY, hourly)
    internet = compute["network"]["traffic"]["egress"]["internet"]["cost"]
    for tier, start in EGRESS_TIERS.items():
        prices = _monthly(internet[tier])
        sheet.add(PriceKind.EGRESS, "internet", Unit.GIB, KEY, prices, start=start)


def _monthly(cost: dict[str, Any]) -> dict[str, float]:
    return {region: one["month"] for region, one in cost.items()}


def _row(one: dict[str, str]) -> list[Any]:
    """The fields of ``catalog.InstanceType``, in their order."""
    name, cpus = one["NAME"], int(one["CPUS"])
    series = name.partition("-")[0]
    return [
        cpus,
        int(Decimal(one["MEMORY_GB"]) * 1024),
        ["arm64" if series in ARM else "x86_64"],
        _gpus(name, series, cpus),
        one["SHARED_CPU"] == "True",
        not one["DEPRECATED"] and series not in LEGACY,
        name.endswith("-metal"),
    ]


def _gpus(name: str, series: str, cpus: int) -> int:
    if series == "g2":
        return L4.get(cpus, 1)
    if series == "g4":
        return max(1, cpus // 48)
    match = re.search(r"-(\d+)g(?:-|$)", name)
    return int(match[1]) if match else 0


def main() -> None:
    with Path(sys.argv[2]).open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    make(yaml.load(Path(sys.argv[1]).read_text(), Loader=yaml.CSafeLoader), rows)


if __name__ == "__main__":
    main()
