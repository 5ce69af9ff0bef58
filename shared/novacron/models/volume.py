"""Volumes and snapshots."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from novacron.models.base import Model, Name, Observed, ResourceId, Tags


class VolumeClass(StrEnum):
    """Portable classes: cheap and slow, the default, and provisioned performance."""

    CAPACITY = "capacity"
    BALANCED = "balanced"
    PERFORMANCE = "performance"


class VolumeState(StrEnum):
    CREATING = "creating"
    AVAILABLE = "available"
    ATTACHED = "attached"
    DELETING = "deleting"
    ERROR = "error"


class SnapshotState(StrEnum):
    PENDING = "pending"
    READY = "ready"
    DELETING = "deleting"
    ERROR = "error"


class VolumeSpec(Model):
    name: Name
    region: str
    zone: str | None = None
    """Where the provider needs one and none is given, the adapter takes the region's first."""
    size_gib: int = Field(ge=1, le=65536)
    volume_class: VolumeClass = VolumeClass.BALANCED
    iops: int | None = Field(default=None, ge=100, le=400_000)
    throughput_mibps: int | None = Field(default=None, ge=1, le=10_000)
    snapshot_id: ResourceId | None = None
    """Restore this snapshot; ``size_gib`` may then be larger, never smaller."""
    tags: Tags = {}


class Volume(Observed):
    state: VolumeState
    zone: str | None = None
    size_gib: int
    volume_class: VolumeClass
    attached_to: ResourceId | None = None
    created_at: datetime | None = None


class SnapshotSpec(Model):
    name: Name
    volume_id: ResourceId
    tags: Tags = {}


class Snapshot(Observed):
    state: SnapshotState
    volume_id: ResourceId | None = None
    size_gib: int
    created_at: datetime | None = None


class ResourceFilter(Model):
    """Conditions for volumes, snapshots, networks and images; all must hold."""

    region: str | None = None
    name: str | None = None
    tags: Tags = {}
    tenant: str | None = None
    operation: str | None = None
