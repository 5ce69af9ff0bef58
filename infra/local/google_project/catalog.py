"""What every project finds there: regions, zones, machine types, disk types, public images.

Regions and zones: https://cloud.google.com/compute/docs/regions-zones
Machine types: https://cloud.google.com/compute/docs/general-purpose-machines
Images: https://cloud.google.com/compute/docs/images/os-details
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from .store import Body, link

REGIONS = {
    "asia-southeast1": "abc",
    "europe-west1": "bcd",
    "europe-west3": "abc",
    "europe-west4": "abc",
    "us-central1": "abcf",
    "us-east1": "bcd",
    "us-west1": "abc",
}
CREATED = "2025-01-01T00:00:00.000-08:00"
# name: (vCPUs, MiB)
MACHINE_TYPES = {
    "e2-micro": (2, 1024),
    "e2-small": (2, 2048),
    "e2-medium": (2, 4096),
    "e2-standard-2": (2, 8192),
    "e2-standard-4": (4, 16384),
    "e2-standard-8": (8, 32768),
    "e2-highcpu-4": (4, 4096),
    "e2-highmem-4": (4, 32768),
    "n1-standard-1": (1, 3840),
    "n2-standard-2": (2, 8192),
    "n2-standard-4": (4, 16384),
    "n2-standard-8": (8, 32768),
    "n2-highmem-4": (4, 32768),
    "n2d-standard-2": (2, 8192),
    "n2d-standard-4": (4, 16384),
    "c3-standard-4": (4, 16384),
    "c3-standard-8": (8, 32768),
    "t2a-standard-1": (1, 4096),
    "t2a-standard-2": (2, 8192),
    "t2a-standard-4": (4, 16384),
    "c4a-standard-1": (1, 4096),
    "c4a-standard-2": (2, 8192),
}
ARM_FAMILIES = ("t2a", "c4a", "n4a")
DISK_TYPES = ("hyperdisk-balanced", "pd-balanced", "pd-extreme", "pd-ssd", "pd-standard")
# (project, name, family, GiB, architecture)
IMAGES = (
    ("debian-cloud", "debian-12-bookworm-v20261014", "debian-12", 10, "X86_64"),
    ("debian-cloud", "debian-12-bookworm-v20261111", "debian-12", 10, "X86_64"),
    ("debian-cloud", "debian-12-bookworm-arm64-v20261111", "debian-12-arm64", 10, "ARM64"),
    ("debian-cloud", "debian-13-trixie-v20261111", "debian-13", 10, "X86_64"),
    ("debian-cloud", "debian-13-trixie-arm64-v20261111", "debian-13-arm64", 10, "ARM64"),
    ("ubuntu-os-cloud", "ubuntu-2204-jammy-v20261112", "ubuntu-2204-lts", 10, "X86_64"),
    ("ubuntu-os-cloud", "ubuntu-2204-jammy-arm64-v20261112", "ubuntu-2204-lts-arm64", 10, "ARM64"),
    ("ubuntu-os-cloud", "ubuntu-2404-noble-amd64-v20261113", "ubuntu-2404-lts-amd64", 10, "X86_64"),
    ("ubuntu-os-cloud", "ubuntu-2404-noble-arm64-v20261113", "ubuntu-2404-lts-arm64", 10, "ARM64"),
    ("rocky-linux-cloud", "rocky-linux-9-v20261112", "rocky-linux-9", 20, "X86_64"),
)
_GUEST_FEATURES = ("VIRTIO_SCSI_MULTIQUEUE", "UEFI_COMPATIBLE", "GVNIC")
IMAGE_PROJECTS = {project for project, *_ in IMAGES}
ZONES = {f"{region}-{letter}": region for region, letters in REGIONS.items() for letter in letters}


def catalog(project_id: str) -> dict[str, Body]:
    """Path -> resource; an id depends on the path alone."""
    found: dict[str, Body] = {}
    for region in REGIONS:
        _add(found, f"projects/{project_id}/regions/{region}", "compute#region", status="UP")
    for zone, region in ZONES.items():
        home = f"projects/{project_id}/zones/{zone}"
        region_link = link(f"projects/{project_id}/regions/{region}")
        found[f"projects/{project_id}/regions/{region}"].setdefault("zones", []).append(link(home))
        _add(found, home, "compute#zone", status="UP", region=region_link)
        for name, (cpus, memory) in MACHINE_TYPES.items():
            path = f"{home}/machineTypes/{name}"
            found[path] = machine_type(path, cpus, memory)
        for name in DISK_TYPES:
            _add(found, f"{home}/diskTypes/{name}", "compute#diskType", zone=link(home))
    for project, name, family, size, architecture in IMAGES:
        path = f"projects/{project}/global/images/{name}"
        _add(found, path, "compute#image", **_image(family, size, architecture, name))
    return found


def machine_type(path: str, cpus: int, memory: int) -> Body:
    """https://cloud.google.com/compute/docs/reference/rest/v1/machineTypes"""
    name, zone = path.rpartition("/")[2], path.split("/")[3]
    made: dict[str, Body] = {}
    _add(
        made,
        path,
        "compute#machineType",
        description=f"{cpus} vCPUs, {memory / 1024:g} GB RAM",
        guestCpus=cpus,
        memoryMb=memory,
        imageSpaceGb=0,
        maximumPersistentDisks=128,
        maximumPersistentDisksSizeGb="263168",
        zone=zone,
        isSharedCpu=name in ("e2-micro", "e2-small", "e2-medium"),
        architecture="ARM64" if name.startswith(ARM_FAMILIES) else "X86_64",
    )
    return made[path]


def _image(family: str, size: int, architecture: str, name: str) -> dict[str, Any]:
    day = name[-8:]
    return {
        "family": family,
        "diskSizeGb": str(size),
        "archiveSizeBytes": str(size * 1024**3 // 10),
        "architecture": architecture,
        "sourceType": "RAW",
        "status": "READY",
        "guestOsFeatures": [{"type": feature} for feature in _GUEST_FEATURES],
        "labelFingerprint": "42WmSpB8rSM=",
        "creationTimestamp": f"{day[:4]}-{day[4:6]}-{day[6:]}T00:00:00.000-08:00",
    }


def _add(found: dict[str, Body], path: str, kind: str, **more: Any) -> None:
    number = int.from_bytes(sha256(path.encode()).digest()[:8]) | 1 << 63
    found[path] = {
        "kind": kind,
        "id": str(number),
        "name": path.rpartition("/")[2],
        "selfLink": link(path),
        "creationTimestamp": CREATED,
        **more,
    }
