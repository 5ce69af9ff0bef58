"""Make the shipped catalog snapshot of Google's machine types and on-demand prices.

python -m infra.catalog.gcp PRICING.json MACHINETYPEREGION.csv

Types by region are the CSV of Cyclenerd/google-cloud-pricing-cost-calculator (Apache-2.0), prices
by vCPU and GiB Apache Libcloud's ``pricing.json`` (Apache-2.0), which it makes from Google's public
SKUs. It has E2, N1, N2, N2D, C2, M1, F1 and G1 in 22 regions; other types have no price. A price
of 0, or far from the same SKU's in other regions, is left out.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

from infra.catalog.make import pack

TARGET = Path(__file__).parents[2] / "shared/novacron/catalog/data/gcp.zip"
ARM = ("c4a", "n4a", "t2a", "a4x")
LEGACY = ("f1", "g1")
"""https://cloud.google.com/compute/docs/general-purpose-machines#n1-shared-core"""
NO_VM = ("ct", "tpu")
"""Hosts of TPUs, which run Google's images only."""
# vCPUs that are paid for: https://cloud.google.com/compute/docs/general-purpose-machines#e2-shared-core
SHARED = {"e2-micro": 0.25, "e2-small": 0.5, "e2-medium": 1.0, "f1-micro": 1.0, "g1-small": 1.0}
# https://cloud.google.com/compute/docs/gpus#l4-gpus
L4 = {24: 2, 48: 4, 96: 8}
FAR = 3


def snapshot(pricing: dict[str, Any], offers: list[dict[str, str]]) -> dict[str, Any]:
    """Member name -> content: the types, a price list for each region, and where it is from."""
    offers = [one for one in offers if one["ZONE"] and not one["NAME"].startswith(NO_VM)]
    rates = {
        series: {part: _sane(found.get("on_demand", {})) for part, found in parts.items()}
        for series, parts in pricing["compute"]["gce_instances"].items()
    }
    members: dict[str, Any] = {
        "types.json": {one["NAME"]: _row(one) for one in sorted(offers, key=lambda o: o["NAME"])}
    }
    for one in sorted(offers, key=lambda o: (o["ZONE"], o["NAME"])):
        listed = members.setdefault(f"{one['ZONE']}.json", {})
        listed[one["NAME"]] = _price(rates, one)
    members["source.json"] = {
        "source": "Google's SKUs by way of Apache Libcloud",
        "licence": "Apache-2.0",
        "as_of": datetime.fromtimestamp(pricing["updated"], UTC).date().isoformat(),
        "types": "Cyclenerd/google-cloud-pricing-cost-calculator, Apache-2.0, 2026-08-20",
    }
    return members


def _sane(prices: dict[str, dict[str, Any]]) -> dict[str, Decimal]:
    """Region -> price of a vCPU or GiB by the hour."""
    found = {region: Decimal(str(one["price"])) for region, one in prices.items() if one["price"]}
    middle = median(found.values()) if found else Decimal(0)
    return {r: one for r, one in found.items() if middle / FAR <= one <= middle * FAR}


def _price(rates: dict[str, dict[str, dict[str, Decimal]]], one: dict[str, str]) -> str | None:
    """None where a part of it is not known; GPUs are a part that never is."""
    series, region = one["NAME"].partition("-")[0], one["ZONE"]
    parts = rates.get(series, {})
    if "cpu" not in parts or region not in parts["cpu"] or one["DEPRECATED"]:
        return None
    total = parts["cpu"][region] * Decimal(str(SHARED.get(one["NAME"], one["CPUS"])))
    if series not in LEGACY:
        if region not in parts.get("ram", {}):
            return None
        total += parts["ram"][region] * Decimal(one["MEMORY_GB"])
    return f"{total.quantize(Decimal('0.000001')).normalize():f}"


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
    pricing, offers = Path(sys.argv[1]), Path(sys.argv[2])
    with offers.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    pack(TARGET, snapshot(json.loads(pricing.read_text()), rows))


if __name__ == "__main__":
    main()
