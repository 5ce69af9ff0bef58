"""Google disk types.

Limits: https://cloud.google.com/compute/docs/disks/persistent-disks and
https://cloud.google.com/compute/docs/disks/hd-types/hyperdisk-balanced. Sizes begin at 1 GiB where
the documentation's tables say 10: the API takes it, and Google's own Kubernetes driver
(kubernetes-sigs/gcp-compute-persistent-disk-csi-driver, MinimumDiskSizeInGb) asks for it.

"performance" is pd-ssd, which the general machine series (E2, N1, N2, N2D, T2D) can attach; they
have no Hyperdisk. With IOPS or throughput it is hyperdisk-balanced, as no persistent disk takes
figures; so is "balanced" with figures, and reads back as "performance". The newer series (N4, C4
...) have nothing but Hyperdisk: what is made with such a VM is hyperdisk-balanced in every class
(``for_machine``).
"""

from __future__ import annotations

from collections.abc import Mapping

from novacron.errors import InvalidSpec, Unsupported
from novacron.mapping.volume_types import NativeVolume
from novacron.models.volume import VolumeClass

PERSISTENT = {
    VolumeClass.CAPACITY: "pd-standard",
    VolumeClass.BALANCED: "pd-balanced",
    VolumeClass.PERFORMANCE: "pd-ssd",
}
HYPERDISK = "hyperdisk-balanced"
SIZE_GIB = {"pd": (1, 65536), HYPERDISK: (4, 65536)}
IOPS, IOPS_PER_GIB = (3000, 160_000), 500
THROUGHPUT_MIBPS, IOPS_PER_MIBPS = (140, 2400), 4

HYPERDISK_ONLY = frozenset({"a4", "c4", "c4a", "c4d", "h4d", "m4", "n4", "n4a", "n4d", "x4"})
"""Machine series that attach no persistent disk:
https://cloud.google.com/compute/docs/disks/persistent-disks#machine_series_support"""

CLASSES: Mapping[str, VolumeClass] = {
    "pd-standard": VolumeClass.CAPACITY,
    "hyperdisk-throughput": VolumeClass.CAPACITY,
    "pd-balanced": VolumeClass.BALANCED,
    "hyperdisk-balanced-high-availability": VolumeClass.BALANCED,
    "hyperdisk-ml": VolumeClass.PERFORMANCE,
    "pd-ssd": VolumeClass.PERFORMANCE,
    "pd-extreme": VolumeClass.PERFORMANCE,
    HYPERDISK: VolumeClass.PERFORMANCE,
    "hyperdisk-extreme": VolumeClass.PERFORMANCE,
    "local-ssd": VolumeClass.PERFORMANCE,
}


def native(
    wanted: VolumeClass, size_gib: int, iops: int | None, throughput: int | None
) -> NativeVolume:
    """The disk type for a class; see ``volumes.native_volume``."""
    if iops is None and throughput is None:
        _check("size_gib", PERSISTENT[wanted], size_gib, SIZE_GIB["pd"])
        return NativeVolume(type=PERSISTENT[wanted])
    if wanted is VolumeClass.CAPACITY:
        raise Unsupported(
            "Speed of class capacity, pd-standard, follows from its size.",
            field="iops" if iops is not None else "throughput_mibps",
            remedy="Use the class balanced or performance.",
        )
    return _hyperdisk(size_gib, iops, throughput)


def for_machine(series: str, wanted: VolumeClass, size_gib: int) -> str:
    """The type of a disk that is made with a VM of this machine series ("n4")."""
    if series not in HYPERDISK_ONLY:
        return native(wanted, size_gib, None, None).type
    _check("size_gib", HYPERDISK, size_gib, SIZE_GIB[HYPERDISK])
    return HYPERDISK


def _hyperdisk(size_gib: int, iops: int | None, throughput: int | None) -> NativeVolume:
    """IOPS are raised to what the throughput needs, and then held to the ratio to the size."""
    _check("size_gib", HYPERDISK, size_gib, SIZE_GIB[HYPERDISK])
    wanted = max(iops or 0, min(IOPS[0], size_gib * IOPS_PER_GIB))
    if throughput is not None:
        throughput = max(throughput, THROUGHPUT_MIBPS[0])
        _check("throughput_mibps", HYPERDISK, throughput, THROUGHPUT_MIBPS)
        wanted = max(wanted, throughput * IOPS_PER_MIBPS)
    most = min(IOPS[1], size_gib * IOPS_PER_GIB)
    if wanted > most:
        raise InvalidSpec(
            f"{HYPERDISK} of {size_gib} GiB reaches {most} IOPS; {wanted} are needed",
            field="iops" if iops == wanted else "throughput_mibps",
            remedy=f"It gives {IOPS_PER_GIB} IOPS per GiB, at most {IOPS[1]}.",
        )
    return NativeVolume(type=HYPERDISK, iops=wanted, throughput_mibps=throughput)


def _check(field: str, name: str, value: int, limits: tuple[int, int]) -> None:
    low, high = limits
    if not low <= value <= high:
        raise InvalidSpec(f"{field} of {name} is {low} to {high}, not {value}", field=field)
