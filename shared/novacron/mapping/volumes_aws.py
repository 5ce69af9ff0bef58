"""EBS volume types.

Limits: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html and
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html (gp3 went to 64 TiB,
80,000 IOPS and 2,000 MiB/s in September 2025).

"capacity" is st1; below 125 GiB, where st1 starts, it is gp3, and such a volume reads back as
"balanced", because that is what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from novacron.errors import InvalidSpec, Unsupported
from novacron.mapping.volume_types import NativeVolume
from novacron.models.volume import VolumeClass


@dataclass(frozen=True)
class EbsType:
    """``iops_per_mibps`` IOPS are needed for each MiB/s of throughput."""

    name: str
    size_gib: tuple[int, int]
    iops: tuple[int, int]
    iops_per_gib: int
    throughput_mibps: tuple[int, int]
    iops_per_mibps: float
    throughput_is_parameter: bool


GP3 = EbsType("gp3", (1, 65536), (3000, 80_000), 500, (125, 2000), 4, True)
# Throughput of io2 follows from its IOPS at 0.256 MiB/s each and is no parameter.
IO2 = EbsType("io2", (4, 65536), (100, 256_000), 1000, (1, 4000), 1 / 0.256, False)
IO2_DEFAULT_IOPS = 3000
"""io2 needs a figure; gp3's baseline, so that "performance" is never below "balanced"."""
ST1_SIZE_GIB = (125, 16384)

CLASSES: Mapping[str, VolumeClass] = {
    "st1": VolumeClass.CAPACITY,
    "sc1": VolumeClass.CAPACITY,
    "standard": VolumeClass.CAPACITY,
    "gp2": VolumeClass.BALANCED,
    "gp3": VolumeClass.BALANCED,
    "io1": VolumeClass.PERFORMANCE,
    "io2": VolumeClass.PERFORMANCE,
}


def native(
    wanted: VolumeClass, size_gib: int, iops: int | None, throughput: int | None
) -> NativeVolume:
    """The EBS type for a class; see ``volumes.native_volume``."""
    if wanted is VolumeClass.CAPACITY:
        return _capacity(size_gib, iops, throughput)
    if wanted is VolumeClass.PERFORMANCE:
        _check("size_gib", IO2.name, size_gib, IO2.size_gib)
        return _provisioned(IO2, size_gib, iops or IO2_DEFAULT_IOPS, throughput)
    _check("size_gib", GP3.name, size_gib, GP3.size_gib)
    return _provisioned(GP3, size_gib, iops, throughput)


def _capacity(size_gib: int, iops: int | None, throughput: int | None) -> NativeVolume:
    for field, value in (("iops", iops), ("throughput_mibps", throughput)):
        if value is not None:
            raise Unsupported(
                f"{field} cannot be set for class capacity: speed of st1 follows from its size",
                field=field,
                remedy="Use the class balanced or performance.",
            )
    if size_gib < ST1_SIZE_GIB[0]:
        return _provisioned(GP3, size_gib, None, None)
    _check("size_gib", "st1", size_gib, ST1_SIZE_GIB)
    return NativeVolume(type="st1")


def _provisioned(
    kind: EbsType, size_gib: int, iops: int | None, throughput: int | None
) -> NativeVolume:
    """IOPS are raised to what the throughput needs, and then held to the ratio to the size."""
    wanted = max(iops or 0, kind.iops[0])
    if throughput is not None:
        throughput = max(throughput, kind.throughput_mibps[0])
        _check("throughput_mibps", kind.name, throughput, kind.throughput_mibps)
        wanted = max(wanted, -int(-throughput * kind.iops_per_mibps // 1))
    most = max(kind.iops[0], min(kind.iops[1], size_gib * kind.iops_per_gib))
    if wanted > most:
        field = "iops" if iops == wanted else "throughput_mibps"
        raise InvalidSpec(
            f"{kind.name} of {size_gib} GiB reaches {most} IOPS; {wanted} are needed",
            field=field,
            remedy=f"{kind.name} gives {kind.iops_per_gib} IOPS per GiB, at most {kind.iops[1]}.",
        )
    is_set = iops is not None or wanted > kind.iops[0]
    return NativeVolume(
        type=kind.name,
        iops=wanted if is_set else None,
        throughput_mibps=throughput if kind.throughput_is_parameter else None,
    )


def _check(field: str, name: str, value: int, limits: tuple[int, int]) -> None:
    low, high = limits
    if not low <= value <= high:
        raise InvalidSpec(f"{field} of {name} is {low} to {high}, not {value}", field=field)
