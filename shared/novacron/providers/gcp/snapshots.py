"""Snapshots of volumes. They are the project's; ours are stored in their volume's region."""

from __future__ import annotations

from typing import Any

from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.volume import ResourceFilter, Snapshot, SnapshotSpec
from novacron.providers.base import Snapshots
from novacron.providers.gcp.base import place_of
from novacron.providers.gcp.errors import translated
from novacron.providers.gcp.instances import when
from novacron.providers.gcp.operations import Operations
from novacron.providers.gcp.ownership import labels, native_name, owned, same, step_of
from novacron.providers.gcp.paging import Lists
from novacron.providers.gcp.states import SNAPSHOT, meaning


class GcpSnapshots(Lists, Operations, Snapshots):
    @translated
    def create_snapshot(self, spec: SnapshotSpec, owner: Ownership) -> Snapshot:
        place = self.locate(spec.volume_id)
        found = self.made_before("snapshots", spec, owner)
        if found is not None:
            return self._snapshot(found)
        request = {
            "name": native_name(spec.name, owner),
            "source_disk": f"zones/{place.zone}/disks/{place.name}",
            "storage_locations": [place.region],
            "labels": labels(spec.name, spec.tags, owner, spec),
        }
        step = step_of(owner, "snapshots")
        operation = self.insert("snapshots", step, snapshot_resource=request)
        made = self.made("snapshots", operation, snapshot=request["name"])
        return self._snapshot(same(made, spec, owner), operation)

    @translated
    def get_snapshot(self, snapshot_id: str) -> Snapshot:
        return self._snapshot(self.call("snapshots", "get", snapshot=self.named(snapshot_id)))

    @translated
    def list_snapshots(self, where: ResourceFilter, page: PageRequest) -> Page[Snapshot]:
        return self.page_of("snapshots", where, page, self._snapshot)

    @translated
    def delete_snapshot(self, snapshot_id: str) -> None:
        found = self.call("snapshots", "get", snapshot=self.named(snapshot_id))
        self.change("snapshots", "delete_unary", f"delete/{found.id}", snapshot=found.name)

    def _snapshot(self, native: Any, operation: str | None = None) -> Snapshot:
        owner = owned(native)
        source = place_of(native.source_disk) if "/zones/" in native.source_disk else None
        return Snapshot(
            id=native.name,
            name=owner.name,
            state=meaning(SNAPSHOT, native.status),
            volume_id=source and source.id,
            region=self.region_of(native.storage_locations),
            size_gib=native.disk_size_gb,
            created_at=when(native.creation_timestamp),
            tags=owner.tags,
            tenant=owner.tenant,
            operation=owner.operation,
            provider_operation=operation,
        )
