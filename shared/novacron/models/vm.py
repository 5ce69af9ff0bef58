"""Virtual machines: what is asked for, and what is there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from novacron.models.base import Model, Name, Observed, ResourceId, Tags
from novacron.models.volume import VolumeClass


class Architecture(StrEnum):
    X86_64 = "x86_64"
    ARM64 = "arm64"


class VmState(StrEnum):
    """Provider-neutral states. What still bills in each is in the provider's state table."""

    PENDING = "pending"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    SUSPENDED = "suspended"
    DELETING = "deleting"
    DELETED = "deleted"
    ERROR = "error"


_SSH_KEY = r"^(ssh-rsa|ssh-ed25519|ecdsa-sha2-nistp\d+) [A-Za-z0-9+/=]+( [^\n\r]*)?$"
SshKey = Annotated[str, StringConstraints(pattern=_SSH_KEY, max_length=4096)]


class DiskSpec(Model):
    """An extra disk made with the VM and deleted with it."""

    name: Name
    size_gib: int = Field(ge=1, le=65536)
    volume_class: VolumeClass = VolumeClass.BALANCED


class VmSpec(Model):
    """What is wanted. The mapping fills in ``instance_type`` when the caller leaves it out."""

    name: Name
    region: str = Field(min_length=1, max_length=64)
    zone: str | None = None
    vcpus: int = Field(default=1, ge=1, le=896)
    memory_mib: int = Field(default=1024, ge=64, le=33554432)
    architecture: Architecture = Architecture.X86_64
    gpus: int = Field(default=0, ge=0, le=16)
    instance_type: str | None = None
    image: str = Field(min_length=1, max_length=512)
    """A provider image id; aliases such as "debian-12" are resolved by the mapping."""
    root_disk_gib: int | None = Field(default=None, ge=1, le=65536)
    disks: list[DiskSpec] = []
    subnet_id: ResourceId | None = None
    public_ip: bool | None = None
    """Whether it has a public address; None leaves it to the subnet."""
    firewall_ids: list[ResourceId] = []
    user_data: str = Field(default="", max_length=16384)
    """cloud-init data, at most 16 KiB before base64: EC2's limit."""
    ssh_keys: list[SshKey] = Field(default=[], max_length=20)
    """Public keys that may log in, as in ``authorized_keys``."""
    tags: Tags = {}
    spot: bool = False


class VmSize(Model):
    """The size a VM is resized to; the same rules as in ``VmSpec``."""

    vcpus: int = Field(ge=1, le=896)
    memory_mib: int = Field(ge=64, le=33554432)
    instance_type: str | None = None


class Vm(Observed):
    """A VM as the provider reports it now."""

    state: VmState
    zone: str | None = None
    instance_type: str | None = None
    vcpus: int | None = None
    memory_mib: int | None = None
    image_id: str | None = None
    private_ips: list[str] = []
    public_ips: list[str] = []
    volume_ids: list[ResourceId] = []
    """The root disk first."""
    created_at: datetime | None = None
    spot: bool = False
    bills_compute: bool
    """Whether the provider charges for CPU and memory in this state."""


class VmFilter(Model):
    """All given conditions must hold. Empty means any."""

    states: list[VmState] = []
    region: str | None = None
    name: str | None = None
    tags: Tags = {}
    tenant: str | None = None
    operation: str | None = None
