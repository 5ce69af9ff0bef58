"""Make the shipped catalog snapshot of EC2's instance types and on-demand prices.

python -m infra.catalog.make PRICING.json

Types and where they are offered come from moto's copies of DescribeInstanceTypes and
DescribeInstanceTypeOfferings (Apache-2.0), prices from Apache Libcloud's ``pricing.json``
(Apache-2.0), which it makes from AWS's public offer files. A price of 0 there means "not known".
"""

from __future__ import annotations

import gzip
import json
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import moto

TARGET = Path(__file__).parents[2] / "shared/novacron/catalog/data/aws.zip"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The same input gives the same bytes."""


def snapshot(pricing: dict[str, Any]) -> dict[str, Any]:
    """Member name -> content: the types, a price list for each region, and where it is from."""
    resources = Path(moto.__file__).parent / "ec2" / "resources"
    described = json.loads(gzip.decompress((resources / "instance_types.json.gz").read_bytes()))
    members: dict[str, Any] = {"types.json": {n: _row(one) for n, one in sorted(described.items())}}
    prices = pricing["compute"]["ec2_linux"]
    for file in sorted((resources / "instance_type_offerings" / "region").glob("*.json.gz")):
        region = file.name.removesuffix(".json.gz")
        offered = {one["InstanceType"] for one in json.loads(gzip.decompress(file.read_bytes()))}
        members[f"{region}.json"] = {
            name: str(prices[name][region]) if prices.get(name, {}).get(region) else None
            for name in sorted(offered & described.keys())
        }
    members["source.json"] = {
        "source": "AWS offer files by way of Apache Libcloud",
        "licence": "Apache-2.0",
        "as_of": datetime.fromtimestamp(pricing["updated"], UTC).date().isoformat(),
    }
    return members


def _row(one: dict[str, Any]) -> list[Any]:
    """The fields of ``catalog.InstanceType``, in their order."""
    gpus = sum(gpu["Count"] for gpu in one.get("GpuInfo", {}).get("Gpus", []))
    return [
        one["VCpuInfo"]["DefaultVCpus"],
        one["MemoryInfo"]["SizeInMiB"],
        [arch for arch in one["ProcessorInfo"]["SupportedArchitectures"] if arch != "i386"],
        gpus,
        one["BurstablePerformanceSupported"],
        one["CurrentGeneration"],
        one["BareMetal"],
    ]


def pack(target: Path, members: dict[str, Any]) -> None:
    """Write the archive of one provider."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, content in members.items():
            text = json.dumps(content, separators=(",", ":"))
            packed.writestr(zipfile.ZipInfo(name, EPOCH), text, zipfile.ZIP_DEFLATED)
    print(f"{target.name}: {target.stat().st_size} bytes, {len(members) - 2} regions")


def main() -> None:
    pack(TARGET, snapshot(json.loads(Path(sys.argv[1]).read_text())))


if __name__ == "__main__":
    main()
