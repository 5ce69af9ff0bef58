"""Snapshots of managed disks, incremental: each holds, and bills, what changed since the last.

https://learn.microsoft.com/en-us/azure/virtual-machines/disks-incremental-snapshots
"""

from __future__ import annotations

from datetime import datetime

from novacron.errors import NotFound
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.volume import ResourceFilter, Snapshot, SnapshotSpec, SnapshotState
from novacron.providers.azure.base import COMPUTE, AzureBase, Begun
from novacron.providers.azure.errors import translated
from novacron.providers.azure.ownership import (
    Json,
    matches,
    native_name,
    owned,
    same_before,
    tags_for,
)
from novacron.providers.azure.paging import page_of
from novacron.providers.azure.states import SNAPSHOT, meaning
from novacron.providers.base import Snapshots

COMPLETE = 100.0


class AzureSnapshots(AzureBase, Snapshots):
    @translated
    def create_snapshot(self, spec: SnapshotSpec, owner: Ownership) -> Snapshot:
        begun = self.take(native_name(owner), spec, owner)
        return _snapshot(begun.native, begun.operation)

    @translated
    def take(self, name: str, spec: SnapshotSpec, owner: Ownership) -> Begun:
        """The snapshot ``name``, made unless it is there."""
        found = self.find_native(self.compute.snapshots.get, name)
        if found is not None:
            same_before(found, spec, owner)
            return Begun(found, None)
        disk = self.find_native(self.compute.disks.get, self.named(spec.volume_id))
        if disk is None:
            raise NotFound(f"There is no volume {spec.volume_id!r}.")
        body: Json = {
            "location": disk["location"],
            "tags": tags_for(spec.name, spec.tags, owner, spec),
            # The cheapest, and the only one that incremental snapshots are billed by.
            "sku": {"name": "Standard_LRS"},
            "properties": {
                "incremental": True,
                "creationData": {"createOption": "Copy", "sourceResourceId": disk["id"]},
            },
        }
        begun = self.begin(self.compute.snapshots.begin_create_or_update, name, body)
        return Begun(self.get_native(self.compute.snapshots.get, name), begun.operation)

    @translated
    def get_snapshot(self, snapshot_id: str) -> Snapshot:
        return _snapshot(self._find_snapshot(snapshot_id))

    @translated
    def list_snapshots(self, where: ResourceFilter, page: PageRequest) -> Page[Snapshot]:
        return page_of(
            self.place(COMPUTE, "snapshots"),
            page,
            self.list_page(self.compute.snapshots.list_by_resource_group),
            lambda native: matches(native, where),
            lambda found: [_snapshot(one) for one in found],
        )

    @translated
    def delete_snapshot(self, snapshot_id: str) -> None:
        self._find_snapshot(snapshot_id)  # a DELETE of what is not there succeeds
        self.begin(self.compute.snapshots.begin_delete, snapshot_id)

    def _find_snapshot(self, snapshot_id: str) -> Json:
        found = self.find_native(self.compute.snapshots.get, self.named(snapshot_id))
        if found is None:
            raise NotFound(f"There is no snapshot {snapshot_id!r}.")
        return found


def snapshot_state(native: Json) -> SnapshotState:
    properties = native["properties"]
    state = meaning(SNAPSHOT, str(properties.get("provisioningState", "")))
    # Of Premium SSD v2 it can be read only once its copy in the background is complete.
    if state is SnapshotState.READY and properties.get("completionPercent", COMPLETE) < COMPLETE:
        return SnapshotState.PENDING
    return state


def _snapshot(native: Json, operation: str | None = None) -> Snapshot:
    owner = owned(native)
    properties = native["properties"]
    source = str(properties["creationData"].get("sourceResourceId") or "")
    created = properties.get("timeCreated")
    return Snapshot(
        id=native["name"],
        name=owner.name or native["name"],
        state=snapshot_state(native),
        volume_id=source.rpartition("/")[2] or None,
        region=native["location"],
        size_gib=properties["diskSizeGB"],
        created_at=datetime.fromisoformat(created) if created else None,
        tags=owner.tags,
        tenant=owner.tenant,
        operation=owner.operation,
        provider_operation=operation,
    )
