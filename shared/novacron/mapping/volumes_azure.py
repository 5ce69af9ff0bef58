"""Managed disk types. Limits: https://learn.microsoft.com/en-us/azure/virtual-machines/disks-types

"balanced" is Standard SSD and not Premium SSD: it fits every VM size, where Premium SSD needs one
with premium storage, and both need no zone. Speed of either follows from the size, so that a
figure is refused. "performance" is Premium SSD v2, the only type whose figures can be set without
the 100 IOPS granularity and price of Ultra Disk; it lives in a zone, takes no OS and has no cache.
"""

from __future__ import annotations

from collections.abc import Mapping

from novacron.errors import InvalidSpec, Unsupported
from novacron.mapping.volume_types import NativeVolume
from novacron.models.volume import VolumeClass

ZONAL = frozenset({"PremiumV2_LRS", "UltraSSD_LRS"})
"""Types that must name a zone where the region has any, and cannot hold an OS."""
CLASSES: Mapping[str, VolumeClass] = {
    "Standard_LRS": VolumeClass.CAPACITY,
    "StandardSSD_LRS": VolumeClass.BALANCED,
    "StandardSSD_ZRS": VolumeClass.BALANCED,
    "Premium_LRS": VolumeClass.BALANCED,
    "Premium_ZRS": VolumeClass.BALANCED,
    "PremiumV2_LRS": VolumeClass.PERFORMANCE,
    "UltraSSD_LRS": VolumeClass.PERFORMANCE,
}
_BY_SIZE = {VolumeClass.CAPACITY: "Standard_LRS", VolumeClass.BALANCED: "StandardSSD_LRS"}
_BY_SIZE_GIB = 32767
# https://learn.microsoft.com/en-us/azure/virtual-machines/disks-types#premium-ssd-v2-performance:
# 3,000 IOPS and 125 MB/s at any size, 500 IOPS for each GiB above 6 GiB, 0.25 MB/s for each IOPS.
_V2_IOPS = (3000, 80_000)
_V2_IOPS_PER_GIB = 500
_V2_MBPS = (125, 2000)
_V2_IOPS_PER_MBPS = 4
_MIB = 1.048576
"""Azure's MB are of 10^6 bytes."""


def native(
    wanted: VolumeClass, size_gib: int, iops: int | None, throughput: int | None
) -> NativeVolume:
    """The disk type for a class; ``throughput_mibps`` of the answer is in MB/s, Azure's unit."""
    if wanted is VolumeClass.PERFORMANCE:
        return _premium_v2(size_gib, iops, throughput)
    name = _BY_SIZE[wanted]
    for field, value in (("iops", iops), ("throughput_mibps", throughput)):
        if value is not None:
            raise Unsupported(
                f"{field} cannot be set for class {wanted.value}: speed of {name} follows from "
                "its size",
                field=field,
                remedy="Use the class performance.",
            )
    if size_gib > _BY_SIZE_GIB:
        raise InvalidSpec(
            f"size_gib of {name} is 1 to {_BY_SIZE_GIB}, not {size_gib}", field="size_gib"
        )
    return NativeVolume(type=name)


def _premium_v2(size_gib: int, iops: int | None, throughput: int | None) -> NativeVolume:
    """IOPS are raised to what the throughput needs, and then held to the ratio to the size."""
    mbps = None if throughput is None else max(-int(-throughput * _MIB // 1), _V2_MBPS[0])
    if mbps is not None and mbps > _V2_MBPS[1]:
        raise InvalidSpec(
            f"Premium SSD v2 reaches {_V2_MBPS[1]} MB/s; {mbps} are needed",
            field="throughput_mibps",
        )
    needed = max(iops or 0, _V2_IOPS[0], (mbps or 0) * _V2_IOPS_PER_MBPS)
    most = max(_V2_IOPS[0], min(_V2_IOPS[1], size_gib * _V2_IOPS_PER_GIB))
    if needed > most:
        raise InvalidSpec(
            f"Premium SSD v2 of {size_gib} GiB reaches {most} IOPS; {needed} are needed",
            field="iops" if iops == needed else "throughput_mibps",
            remedy=f"It gives {_V2_IOPS_PER_GIB} IOPS per GiB, at most {_V2_IOPS[1]}.",
        )
    is_set = iops is not None or needed > _V2_IOPS[0]
    return NativeVolume(
        type="PremiumV2_LRS", iops=needed if is_set else None, throughput_mibps=mbps
    )
