"""Snapshots and images of the in-memory cloud."""

from __future__ import annotations

from novacron.errors import Conflict, InvalidSpec
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.image import Image, ImageSpec, ImageState
from novacron.models.volume import ResourceFilter, Snapshot, SnapshotSpec, SnapshotState
from novacron.providers.base import Images, Snapshots
from novacron.providers.memory.cloud import (
    REGION,
    MemoryBase,
    call,
    find,
    made_before,
    owned_page,
    remember,
)


class MemorySnapshots(MemoryBase, Snapshots):
    @call
    def create_snapshot(self, spec: SnapshotSpec, owner: Ownership) -> Snapshot:
        cloud = self.cloud
        again = made_before(cloud, "snapshot", spec, owner)
        if again is not None:
            return find(cloud.snapshots, "snapshot", again)
        volume = find(cloud.volumes, "volume", spec.volume_id)
        snapshot = Snapshot(
            id=cloud.new_id("snap"),
            name=spec.name,
            state=SnapshotState.READY,
            volume_id=volume.id,
            region=volume.region,
            size_gib=volume.size_gib,
            created_at=cloud.now(),
            tags=spec.tags,
            tenant=owner.tenant,
            operation=owner.operation,
        )
        cloud.snapshots[snapshot.id] = snapshot
        cloud.blocks[snapshot.id] = dict(cloud.blocks[volume.id])
        remember(cloud, "snapshot", spec, owner, snapshot.id)
        return snapshot

    @call
    def get_snapshot(self, snapshot_id: str) -> Snapshot:
        return find(self.cloud.snapshots, "snapshot", snapshot_id)

    @call
    def list_snapshots(self, where: ResourceFilter, page: PageRequest) -> Page[Snapshot]:
        return owned_page(self.cloud.snapshots, where, page)

    @call
    def delete_snapshot(self, snapshot_id: str) -> None:
        find(self.cloud.snapshots, "snapshot", snapshot_id)
        users = [i for i in self.cloud.images if self.cloud.image_sources[i] == snapshot_id]
        if users:
            raise Conflict(f"Image {users[0]} uses snapshot {snapshot_id}; delete it first.")
        del self.cloud.snapshots[snapshot_id], self.cloud.blocks[snapshot_id]


class MemoryImages(MemoryBase, Images):
    @call
    def import_image(self, spec: ImageSpec, owner: Ownership) -> Image:
        cloud = self.cloud
        again = made_before(cloud, "image", spec, owner)
        if again is not None:
            return find(cloud.images, "image", again)
        if spec.region != REGION:
            raise InvalidSpec(f"There is no region {spec.region!r}.", field="region")
        source = find(cloud.snapshots, "snapshot", spec.snapshot_id)
        image = Image(
            id=cloud.new_id("img"),
            name=spec.name,
            state=ImageState.READY,
            region=spec.region,
            architecture=spec.architecture,
            boot_mode=spec.boot_mode,
            size_gib=source.size_gib,
            created_at=cloud.now(),
            tags=spec.tags,
            tenant=owner.tenant,
            operation=owner.operation,
        )
        cloud.images[image.id] = image
        cloud.image_sources[image.id] = source.id
        remember(cloud, "image", spec, owner, image.id)
        return image

    @call
    def get_image(self, image_id: str) -> Image:
        return find(self.cloud.images, "image", image_id)

    @call
    def list_images(self, where: ResourceFilter, page: PageRequest) -> Page[Image]:
        return owned_page(self.cloud.images, where, page)

    @call
    def delete_image(self, image_id: str) -> None:
        find(self.cloud.images, "image", image_id)
        del self.cloud.images[image_id], self.cloud.image_sources[image_id]
