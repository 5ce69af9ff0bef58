"""Long-running operations, and the records of what they work on."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from novacron.models.base import Model


class ResourceKind(StrEnum):
    VM = "vm"
    VOLUME = "volume"
    SNAPSHOT = "snapshot"
    NETWORK = "network"
    IMAGE = "image"


class OperationKind(StrEnum):
    VM_CREATE = "vm.create"
    VM_START = "vm.start"
    VM_STOP = "vm.stop"
    VM_RESTART = "vm.restart"
    VM_RESIZE = "vm.resize"
    VM_DELETE = "vm.delete"
    VM_MIGRATE = "vm.migrate"
    VM_ROLL_BACK = "vm.roll-back"
    """Of a migration that was committed."""
    WAVE_MIGRATE = "wave.migrate"
    """Of many VMs: it locks none itself."""
    VOLUME_CREATE = "volume.create"
    VOLUME_ATTACH = "volume.attach"
    VOLUME_DETACH = "volume.detach"
    VOLUME_RESIZE = "volume.resize"
    VOLUME_DELETE = "volume.delete"
    SNAPSHOT_CREATE = "snapshot.create"
    SNAPSHOT_DELETE = "snapshot.delete"
    NETWORK_CREATE = "network.create"
    NETWORK_DELETE = "network.delete"
    IMAGE_IMPORT = "image.import"
    IMAGE_DELETE = "image.delete"

    @property
    def moves(self) -> bool:
        """Whether the machine of migrations carries it out."""
        return self in (OperationKind.VM_MIGRATE, OperationKind.VM_ROLL_BACK)

    @property
    def resource(self) -> ResourceKind:
        return ResourceKind(self.value.partition(".")[0])


class OperationState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    @property
    def final(self) -> bool:
        return self in (OperationState.SUCCEEDED, OperationState.FAILED)


class OperationError(Model):
    """Why an operation failed; the members mean what they mean in a problem."""

    code: str
    detail: str
    field: str | None = None
    remedy: str | None = None


class Operation(Model):
    """One change, from the request to its end. ``percent`` only grows."""

    id: str
    tenant: str
    subject: str
    kind: OperationKind
    state: OperationState = OperationState.PENDING
    percent: int = 0
    resource_id: str
    account_id: str
    request: dict[str, Any]
    attempt: int = 0
    """How often a state machine was started for it."""
    error: OperationError | None = None
    created_at: datetime
    updated_at: datetime


class ResourceRecord(Model):
    """What we know of a resource. ``document`` is the provider's answer at ``observed_at``."""

    id: str
    tenant: str
    kind: ResourceKind
    account_id: str
    provider_id: str | None = None
    name: str
    region: str
    state: str
    document: dict[str, Any] = {}
    running_operation: str | None = None
    observed_at: datetime
    created_at: datetime
    version: int = 0
    traced: str = ""
    """Digest of what the state history has of it; see ``store.history``."""
