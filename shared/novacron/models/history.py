"""What a resource was from a moment on."""

from __future__ import annotations

from datetime import datetime

from novacron.models.base import Model, Tags
from novacron.models.operation import ResourceKind
from novacron.models.volume import VolumeClass

GONE = frozenset({"deleted", "lost"})


class Change(Model):
    """``state`` and size of a VM or volume since ``at``, until the next change.

    ``bills_compute`` is the provider's own word of a VM; ``size_gib`` is a volume's.
    """

    resource: str
    kind: ResourceKind
    account_id: str
    provider_id: str | None
    name: str
    region: str
    zone: str | None = None
    state: str
    at: datetime
    version: int
    bills_compute: bool = False
    spot: bool = False
    instance_type: str | None = None
    vcpus: int | None = None
    memory_mib: int | None = None
    size_gib: int | None = None
    volume_class: VolumeClass | None = None
    tags: Tags = {}

    @property
    def gone(self) -> bool:
        return self.state in GONE
