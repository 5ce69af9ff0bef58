"""Make the shipped catalog snapshot of Azure's VM sizes and on-demand Linux prices.

python -m infra.catalog.make_azure PRICING.json azure_instance_types.go

Sizes come from the list that Kubernetes' cluster autoscaler generates from Azure's resource SKUs
(Apache-2.0), prices from Apache Libcloud's ``pricing.json`` (Apache-2.0), which it makes from
Azure's price calculator. A region lists what has a price there: sizes newer than the price list
are in ``types.json`` alone. A price of 0, or one far from the same size's in other regions, is
dropped.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from infra.catalog.make import pack

TARGET = Path(__file__).parents[2] / "shared/novacron/catalog/data/azure.zip"
OUTLIER = 4
"""Times above or below the median over regions; the dearest real regions are below 2.5."""
_SIZE = re.compile(
    r'"(?P<name>\w+-?\w*)": \{\s*InstanceType:[^,]*,\s*SkuFamily:[^,]*,\s*VCPU:\s*(?P<vcpus>\d+),'
    r'\s*MemoryMb:\s*(?P<memory>\d+),\s*GPU:\s*(?P<gpus>\d+),\s*Architecture:\s*"(?P<arch>\w+)"'
)
_ARCHITECTURES = {"amd64": "x86_64", "arm64": "arm64"}
# All of these are retired or about to be; B stays, though it has no version:
# https://learn.microsoft.com/en-us/azure/virtual-machines/sizes/retirement/retired-sizes-list
_PREVIOUS = re.compile(
    r"Basic_.*|Standard_(A|D|DS|G|GS|L|F|FS|H|NC|ND|NV|DC)\d+[a-z]*(-\d+[a-z]*)?(_v2|_Promo)?"
    r"|Standard_(NC\d+r?s|NV\d+a?s)_v[34]",
    re.IGNORECASE,
)


def snapshot(pricing: dict[str, Any], sizes: str) -> dict[str, Any]:
    """Member name -> content: the types, a price list for each region, and where it is from."""
    found = list(_SIZE.finditer(sizes))
    if len(found) != sizes.count("InstanceType:"):
        raise ValueError("the list of sizes has another form than it had")
    # Memory is in whole GiB there, rounded down: what has less than one is left out.
    types = {match["name"]: _row(match) for match in found if int(match["memory"])}
    told = pricing["compute"]["azure_linux"]
    regions: dict[str, dict[str, str]] = {}
    for name in sorted(types):
        for region, price in _sound(name, told.get(_price_key(name), {})).items():
            regions.setdefault(region, {})[name] = str(price)
    members: dict[str, Any] = {"types.json": dict(sorted(types.items()))}
    members |= {f"{region}.json": prices for region, prices in sorted(regions.items())}
    members["source.json"] = {
        "source": "Azure's price calculator by way of Apache Libcloud",
        "sizes": "Azure's resource SKUs by way of kubernetes/autoscaler",
        "licence": "Apache-2.0",
        "as_of": datetime.fromtimestamp(pricing["updated"], UTC).date().isoformat(),
    }
    return members


def _row(match: re.Match[str]) -> list[Any]:
    """The fields of ``catalog.InstanceType``, in their order."""
    name = match["name"]
    return [
        int(match["vcpus"]),
        int(match["memory"]),
        [_ARCHITECTURES[match["arch"]]],
        int(match["gpus"]),
        name.startswith("Standard_B"),
        not _PREVIOUS.fullmatch(name),
        False,
    ]


def _price_key(name: str) -> str:
    """Standard_D2s_v3 -> standardd2sv3."""
    return name.replace("_", "").lower()


def _sound(name: str, prices: dict[str, float]) -> dict[str, float]:
    known = {region: price for region, price in prices.items() if price}
    middle = median(known.values()) if known else 0
    kept = {r: p for r, p in known.items() if middle / OUTLIER <= p <= middle * OUTLIER}
    for region in sorted(prices.keys() - kept.keys()):
        print(f"dropped: {name} in {region}: {prices[region]}, median {middle}")
    return kept


def main() -> None:
    pricing = json.loads(Path(sys.argv[1]).read_text())
    pack(TARGET, snapshot(pricing, Path(sys.argv[2]).read_text()))


if __name__ == "__main__":
    main()
