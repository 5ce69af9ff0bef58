"""What the API takes and gives beyond the providers' own models."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from pydantic import Field, SecretStr, model_validator

from novacron.models.base import Model, Name, ResourceId, Tags
from novacron.models.image import BootMode
from novacron.models.network import NetworkSpec
from novacron.models.operation import Operation, ResourceKind, ResourceRecord
from novacron.models.provider_account import ProviderAccount
from novacron.models.vm import Architecture, VmSpec
from novacron.models.volume import VolumeSpec


class CreateVm(Model):
    account_id: ResourceId
    spec: VmSpec


class CreateVolume(Model):
    account_id: ResourceId
    spec: VolumeSpec


class CreateNetwork(Model):
    account_id: ResourceId
    spec: NetworkSpec


class CreateSnapshot(Model):
    """Of a volume, or of a VM's root disk; the account is theirs."""

    name: Name
    volume_id: ResourceId | None = None
    vm_id: ResourceId | None = None
    tags: Tags = {}

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.volume_id is None) == (self.vm_id is None):
            raise ValueError("give volume_id or vm_id")
        return self


class ImportImage(Model):
    """Account and region are the snapshot's."""

    name: Name
    snapshot_id: ResourceId
    architecture: Architecture = Architecture.X86_64
    boot_mode: BootMode = BootMode.BIOS
    tags: Tags = {}


class NewSecret(Model):
    secret: dict[str, SecretStr] = Field(min_length=1, max_length=16)


class Resource(Model):
    """A resource of any kind. ``details`` is what the provider said at ``observed_at``; before
    that it is what was asked for. Ids inside ``details`` are the provider's.
    """

    id: str
    kind: ResourceKind
    name: str
    account_id: str
    provider_id: str | None
    region: str
    state: str
    running_operation: str | None
    created_at: datetime
    observed_at: datetime
    details: dict[str, Any]

    @classmethod
    def of(cls, record: ResourceRecord) -> Resource:
        """The record without what is ours alone."""
        kept = record.model_dump(exclude={"tenant", "document", "version", "traced"})
        hidden = {"tenant", "operation", "provider_operation"}
        shown = {key: value for key, value in record.document.items() if key not in hidden}
        return cls(**kept, details=shown)


class Resources(Model):
    items: list[Resource]
    next_cursor: str | None = None


class Operations(Model):
    items: list[Operation]
    next_cursor: str | None = None


class Account(Model):
    """An account without anything about its credential."""

    id: str
    name: str
    type: str
    settings: dict[str, str]
    created_at: datetime
    validated_at: datetime | None
    rotated_at: datetime | None

    @classmethod
    def of(cls, account: ProviderAccount) -> Account:
        return cls(**account.model_dump(exclude={"tenant", "secret_id", "rotation"}))


class Accounts(Model):
    items: list[Account]
    next_cursor: str | None = None


class AccountHealth(Model):
    account_id: str
    name: str
    type: str
    healthy: bool
    detail: str


class Console(Model):
    """The serial console so far, its last 64 KiB."""

    output: str
