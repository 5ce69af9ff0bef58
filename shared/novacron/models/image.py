"""Machine images."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from novacron.models.base import Model, Name, Observed, ResourceId, Tags
from novacron.models.vm import Architecture


class BootMode(StrEnum):
    BIOS = "bios"
    UEFI = "uefi"


class ImageState(StrEnum):
    PENDING = "pending"
    READY = "ready"
    DELETING = "deleting"
    ERROR = "error"


class ImageSpec(Model):
    """Import an image from a snapshot of a bootable disk (``snapshot_id``)."""

    name: Name
    region: str
    snapshot_id: ResourceId
    architecture: Architecture = Architecture.X86_64
    boot_mode: BootMode = BootMode.BIOS
    tags: Tags = {}


class Image(Observed):
    state: ImageState
    architecture: Architecture
    boot_mode: BootMode | None = None
    size_gib: int | None = None
    created_at: datetime | None = None
