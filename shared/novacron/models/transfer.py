"""Disks on the way out of one provider and into another."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from novacron.models.base import Model, Name, ResourceId, Tags
from novacron.models.image import BootMode
from novacron.models.vm import Architecture
from novacron.models.volume import VolumeClass


class TransferState(StrEnum):
    """``PENDING`` until it can be used, ``SEALING`` between the last write and ``READY``.

    An export goes PENDING -> OPEN -> ENDED; an import PENDING -> OPEN -> SEALING -> READY.
    """

    PENDING = "pending"
    OPEN = "open"
    SEALING = "sealing"
    READY = "ready"
    ENDED = "ended"
    ERROR = "error"


class Extent(Model):
    """A run of bytes. ``zero``: it reads as zeros, so that it need not be read."""

    offset: int = Field(ge=0)
    length: int = Field(gt=0)
    zero: bool = False


class ExportedDisk(Model):
    """One disk of an export; the boot disk comes first."""

    volume_id: ResourceId
    size_bytes: int = Field(gt=0)
    source_id: str
    """What is read: a snapshot, a disk's name in the VM."""
    since_id: str | None = None
    """The same of the export before; None: everything counts as changed."""


class Export(Model):
    """A VM's disks as they were at one moment. Adapters keep no state: all of it is here."""

    id: str
    vm_id: ResourceId
    state: TransferState
    disks: list[ExportedDisk] = []
    since: str | None = None
    """The export that changes are told against."""
    access: dict[str, str] = Field(default={}, repr=False)
    """What reading needs, addresses with a signature among it: a secret, sealed where it is kept.
    ``agent`` in it names the agent beside the bytes; without one they are read from here."""


class ImportSpec(Model):
    """One disk to be filled. ``index`` 0 is the boot disk."""

    name: Name
    region: str
    zone: str | None = None
    index: int = Field(default=0, ge=0)
    size_bytes: int = Field(gt=0)
    volume_class: VolumeClass = VolumeClass.BALANCED
    boot_mode: BootMode = BootMode.BIOS
    tags: Tags = {}


class Import(Model):
    """A disk that is being filled."""

    id: str
    state: TransferState
    size_bytes: int = Field(gt=0)
    volume_id: str | None = None
    """What it became: a volume, or the snapshot that the VM's own disk is made from."""
    access: dict[str, str] = Field(default={}, repr=False)
    """As in ``Export``."""


class AssembleSpec(Model):
    """A VM to be made around imported disks: what ``VmSpec`` says, but for where they come from."""

    name: Name
    region: str
    zone: str | None = None
    vcpus: int = Field(ge=1)
    memory_mib: int = Field(ge=64)
    architecture: Architecture = Architecture.X86_64
    boot_mode: BootMode = BootMode.BIOS
    instance_type: str | None = None
    subnet_id: ResourceId | None = None
    private_ip: str | None = None
    public_ip: bool | None = None
    firewall_ids: list[ResourceId] = []
    tags: Tags = {}
