"""From where to where: limits of the APIs on the way, and prices.

Prices are list prices in dollars: EBS direct's as its documentation said on 2026-11-25
(https://docs.aws.amazon.com/ebs/latest/userguide/ebsapi-pricing.html), the others long-standing
ones for us-east-1 and East US that could not be read anew on that day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

GIB = 1024**3
MIB = 1024**2
LEAF, PACK, LOAD = MIB // 2, 8 * MIB, 4 * MIB
PER_THOUSAND, PER_TEN_THOUSAND = 1 / 1000, 1 / 10_000

EBS_RATE = 1000 * LEAF
"""Bytes a second of 1,000 blocks, an account's Put or Get, and a snapshot's
(https://docs.aws.amazon.com/general/latest/gr/ebs-service.html)."""
EBS_GET, EBS_PUT = 0.003 * PER_THOUSAND, 0.006 * PER_THOUSAND
S3_PUT, S3_GET = 0.005 * PER_THOUSAND, 0.0004 * PER_THOUSAND
"""https://aws.amazon.com/s3/pricing/"""
S3_GIB_DAY = 0.023 / 30
BLOB_PUT, BLOB_GET = 0.055 * PER_TEN_THOUSAND, 0.0044 * PER_TEN_THOUSAND
"""Hot, LRS: https://azure.microsoft.com/pricing/details/storage/blobs/"""
BLOB_GIB_DAY = 0.0184 / 30
AWS_EGRESS = ((10_240, 0.09), (40_960, 0.085), (102_400, 0.07), (float("inf"), 0.05))
"""(GiB of the tier, dollars each): https://aws.amazon.com/ec2/pricing/on-demand/"""
AZURE_EGRESS = ((10_240, 0.087), (40_960, 0.083), (102_400, 0.07), (float("inf"), 0.05))
"""https://azure.microsoft.com/pricing/details/bandwidth/"""

Tiers = tuple[tuple[float, float], ...]


def ebs_disk(_: int) -> float:
    return EBS_RATE


def azure_disk(size: int) -> float:
    """Bytes a second of a Standard HDD's upload: 60 MiB/s up to 4 TiB, 500 at 32
    (https://learn.microsoft.com/azure/virtual-machines/disks-types)."""
    tib = size / (1024 * GIB)
    return MIB * (60 if tib <= 4 else 300 if tib <= 8 else 500)


def qemu_disk(_: int) -> float:
    """An NBD backup of one disk, measured on two cores: 142 to 192 MiB/s; a host has many."""
    return 142 * MIB


@dataclass(frozen=True)
class End:
    """``disk``: bytes a second of one, by size. ``account``: of all that one account moves; None:
    no such limit. ``gap``: seconds between two snapshots of a disk. ``leaf``: dollars."""

    disk: Callable[[int], float]
    account: float | None = None
    gap: float = 0
    leaf: float = 0


@dataclass(frozen=True)
class Store:
    put: float
    get: float
    gib_day: float


@dataclass(frozen=True)
class Route:
    name: str
    source: End
    target: End
    store: Store
    egress: Tiers = ()


S3 = Store(S3_PUT, S3_GET, S3_GIB_DAY)
BLOBS = Store(BLOB_PUT, BLOB_GET, BLOB_GIB_DAY)
# Seven snapshots of a disk in five minutes
# (https://learn.microsoft.com/azure/virtual-machines/disks-incremental-snapshots).
AZURE_OUT = End(azure_disk, gap=300 / 7)
AZURE_IN = End(azure_disk)
# A snapshot takes a minute at least until it can be read.
AWS_OUT = End(ebs_disk, EBS_RATE, gap=60, leaf=EBS_GET)
AWS_IN = End(ebs_disk, EBS_RATE, leaf=EBS_PUT)
ON_PREMISES = End(qemu_disk)

ROUTES = [
    Route("on-premises to AWS", ON_PREMISES, AWS_IN, S3),
    Route("on-premises to Azure", ON_PREMISES, AZURE_IN, BLOBS),
    Route("AWS to Azure", AWS_OUT, AZURE_IN, BLOBS, AWS_EGRESS),
    Route("Azure to AWS", AZURE_OUT, AWS_IN, S3, AZURE_EGRESS),
]


def tiered(gib: float, tiers: Tiers) -> float:
    dollars = 0.0
    for width, price in tiers:
        dollars += min(gib, width) * price
        gib = max(0.0, gib - width)
    return dollars
