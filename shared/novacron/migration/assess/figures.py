"""Providers' figures, in one place. Times in seconds, rates in MiB/s for one disk.

``Figure.confidence`` says whether a provider publishes it, we ran it, or it is our guess; nothing
else in the assessment holds a number of a provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from novacron.migration.converge import FIXED_SECONDS
from novacron.models.account import ProviderType
from novacron.models.assessment import Confidence
from novacron.providers.transfer import GRAIN_BYTES, LEAF_BYTES

MIB, GIB = 1024**2, 1024**3
PUBLISHED, MEASURED, ASSUMED = Confidence.PUBLISHED, Confidence.MEASURED, Confidence.ASSUMED

EBS_DIRECT = "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-accessing-snapshot.html"
EBS_LIMITS = "https://docs.aws.amazon.com/general/latest/gr/ebs-service.html"
AZURE_DISKS = "https://learn.microsoft.com/azure/virtual-machines/disks-types#standard-hdd-size"
AZURE_INSTANT = "https://learn.microsoft.com/azure/virtual-machines/disks-incremental-snapshots"
GCP_DISKS = "https://cloud.google.com/compute/docs/disks/performance"
DIRTY_BITMAP = "https://www.qemu.org/docs/master/interop/bitmaps.html"


class Figure(NamedTuple):
    """``bounded`` False: the provider gives no upper limit."""

    value: float
    confidence: Confidence
    basis: str
    bounded: bool = True


class Side(NamedTuple):
    """What a provider does as a source (``export``, ``stop``, ``mark``) and as a target.

    ``reads`` and ``writes`` are requests a second: they hold small patches up, not their bytes.
    ``tells``: bytes of the least that it tells changes in; ``takes``: of the least that it writes.
    ``tracks`` None: it can tell at once what changed; else why that cannot be relied on.
    """

    export: Figure
    load: Figure
    stop: Figure
    mark: Figure
    seal: Figure
    boot: Figure
    tracks: str | None
    reads: Figure
    writes: Figure
    tells: int = LEAF_BYTES
    takes: int = GRAIN_BYTES


_STOP = Figure(30, ASSUMED, "a guest's orderly shutdown; it is switched off after 60 s")
_NBD = Figure(142, MEASURED, "a full copy over NBD: 142 to 192 MiB/s, the lower end")
_LIBVIRT = Side(
    export=_NBD,
    load=_NBD,
    stop=Figure(0.1, MEASURED, "the guest is suspended"),
    mark=Figure(0.09, MEASURED, f"a checkpoint begins in 70 to 90 ms ({DIRTY_BITMAP})"),
    seal=Figure(1, ASSUMED, "the image is closed"),
    boot=Figure(22, MEASURED, "Debian with systemd, without KVM"),
    tracks=None,
    reads=Figure(
        800, MEASURED, "800 to 1,400 reads of 64 KiB a second over NBD, on two busy cores"
    ),
    writes=Figure(650, MEASURED, "650 to 890 writes a second beside the host, on two busy cores"),
    tells=64 * 1024,  # a bitmap's default: the image's cluster (DIRTY_BITMAP)
)
FIGURES: Mapping[ProviderType, Side] = {
    ProviderType.AWS: Side(
        export=Figure(500, PUBLISHED, f"1,000 GetSnapshotBlock a second ({EBS_LIMITS})"),
        load=Figure(500, PUBLISHED, f"1,000 PutSnapshotBlock a second ({EBS_LIMITS})"),
        stop=_STOP,
        mark=Figure(60, ASSUMED, f"a snapshot must complete to be read ({EBS_DIRECT})", False),
        seal=Figure(60, ASSUMED, f"the target's snapshot must complete ({EBS_DIRECT})", False),
        boot=Figure(60, ASSUMED, "an image is registered and an instance started", False),
        tracks="a pending EBS snapshot cannot be read, and completing it has no time limit",
        reads=Figure(1000, PUBLISHED, f"GetSnapshotBlock ({EBS_LIMITS})"),
        writes=Figure(1000, PUBLISHED, f"PutSnapshotBlock ({EBS_LIMITS})"),
        takes=LEAF_BYTES,
    ),
    ProviderType.AZURE: Side(
        export=Figure(60, ASSUMED, "as fast as a small Standard HDD, where snapshots are kept"),
        load=Figure(60, PUBLISHED, f"uploads run as Standard HDD ({AZURE_DISKS})"),
        stop=_STOP,
        mark=Figure(5, ASSUMED, f"incremental snapshots are readable at once ({AZURE_INSTANT})"),
        seal=Figure(10, ASSUMED, "write access is revoked"),
        boot=Figure(60, ASSUMED, "a VM is made of the disks"),
        tracks=None,
        reads=Figure(500, ASSUMED, "as a small Standard HDD, where snapshots are kept"),
        writes=Figure(500, PUBLISHED, f"uploads run as Standard HDD ({AZURE_DISKS})"),
        tells=GRAIN_BYTES,
    ),
    ProviderType.GCP: Side(
        export=Figure(140, PUBLISHED, f"a balanced disk at its least, read by a VM ({GCP_DISKS})"),
        load=Figure(140, PUBLISHED, f"a balanced disk at its least, written by a VM ({GCP_DISKS})"),
        stop=_STOP,
        mark=Figure(30, ASSUMED, "a snapshot, and a disk of it at a worker", False),
        seal=Figure(30, ASSUMED, "the worker lets go of the disk"),
        boot=Figure(40, ASSUMED, "an instance is made of the disk"),
        tracks="no API of Google tells which blocks changed: the last copy reads the whole disk",
        reads=Figure(3000, PUBLISHED, f"a balanced disk at its least ({GCP_DISKS})"),
        writes=Figure(3000, PUBLISHED, f"a balanced disk at its least ({GCP_DISKS})"),
    ),
    ProviderType.LIBVIRT: _LIBVIRT,
    ProviderType.AGENT: _LIBVIRT,
    ProviderType.MEMORY: Side(
        export=Figure(500, ASSUMED, "memory"),
        load=Figure(500, ASSUMED, "memory"),
        stop=Figure(0, ASSUMED, "the VM is suspended"),
        mark=Figure(0, ASSUMED, "memory"),
        seal=Figure(0, ASSUMED, "memory"),
        boot=Figure(FIXED_SECONDS, ASSUMED, "what the engine expects of any pair"),
        tracks=None,
        reads=Figure(100_000, ASSUMED, "memory"),
        writes=Figure(100_000, ASSUMED, "memory"),
        tells=GRAIN_BYTES,
    ),
}
READS_ALL = frozenset({ProviderType.GCP})
"""Sources whose every copy reads whole disks."""
OWN_LINK = Figure(119, ASSUMED, "a line of 1 Gbit/s to one's own hosts")
OWN = frozenset({ProviderType.LIBVIRT, ProviderType.AGENT})

STANDARD_HDD = ((4096, 60), (8192, 300), (32768, 500))
"""Azure: (GiB up to, MB/s) of S4 to S50, S60, S70 and S80."""
LARGEST_BOOT_DISK_GIB: Mapping[ProviderType, int] = {
    # https://learn.microsoft.com/azure/virtual-machines/managed-disks-overview#os-disk: 4,095 GiB
    ProviderType.AZURE: 4095,
}


def load_figure(provider: ProviderType, size_gib: int) -> Figure:
    """How fast one disk of that size is filled there."""
    figure = FIGURES[provider].load
    if provider is not ProviderType.AZURE:
        return figure
    speeds = [speed for most, speed in STANDARD_HDD if size_gib <= most]
    return figure._replace(value=speeds[0] if speeds else STANDARD_HDD[-1][1])


EGRESS_REGION: Mapping[ProviderType, str] = {
    ProviderType.AWS: "us-east-1",
    ProviderType.AZURE: "eastus",
    ProviderType.GCP: "us-central1",
}
"""Whose price stands for that of a region that the catalog has none of. Egress from Asia, Africa
and South America is dearer: the assessment then names the region that the price is of."""
