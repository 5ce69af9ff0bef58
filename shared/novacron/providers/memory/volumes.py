"""Volumes of the in-memory cloud; they hold real bytes."""

from __future__ import annotations

from novacron.errors import Conflict, InvalidSpec
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.vm import VmState
from novacron.models.volume import ResourceFilter, Volume, VolumeSpec, VolumeState
from novacron.providers.base import Volumes
from novacron.providers.memory.cloud import (
    REGION,
    MemoryBase,
    call,
    find,
    made_before,
    owned_page,
    remember,
)


class MemoryVolumes(MemoryBase, Volumes):
    @call
    def create_volume(self, spec: VolumeSpec, owner: Ownership) -> Volume:
        cloud = self.cloud
        again = made_before(cloud, "volume", spec, owner)
        if again is not None:
            return find(cloud.volumes, "volume", again)
        if spec.region != REGION:
            raise InvalidSpec(f"There is no region {spec.region!r}.", field="region")
        content = {}
        if spec.snapshot_id is not None:
            source = find(cloud.snapshots, "snapshot", spec.snapshot_id)
            if spec.size_gib < source.size_gib:
                raise InvalidSpec(f"The snapshot needs {source.size_gib} GiB.", field="size_gib")
            content = dict(cloud.blocks[spec.snapshot_id])
        volume = Volume(
            id=cloud.new_id("vol"),
            name=spec.name,
            state=VolumeState.AVAILABLE,
            region=spec.region,
            zone=spec.zone,
            size_gib=spec.size_gib,
            volume_class=spec.volume_class,
            created_at=cloud.now(),
            tags=spec.tags,
            tenant=owner.tenant,
            operation=owner.operation,
        )
        cloud.volumes[volume.id] = volume
        cloud.blocks[volume.id] = content
        remember(cloud, "volume", spec, owner, volume.id)
        return volume

    @call
    def get_volume(self, volume_id: str) -> Volume:
        return find(self.cloud.volumes, "volume", volume_id)

    @call
    def list_volumes(self, where: ResourceFilter, page: PageRequest) -> Page[Volume]:
        return owned_page(self.cloud.volumes, where, page)

    @call
    def delete_volume(self, volume_id: str) -> None:
        volume = find(self.cloud.volumes, "volume", volume_id)
        if volume.attached_to is not None:
            raise Conflict(f"Volume {volume_id} is attached to {volume.attached_to}; detach it.")
        del self.cloud.volumes[volume_id], self.cloud.blocks[volume_id]

    @call
    def attach_volume(self, volume_id: str, vm_id: str) -> Volume:
        cloud = self.cloud
        volume = find(cloud.volumes, "volume", volume_id)
        vm = find(cloud.vms, "VM", vm_id)
        if volume.attached_to == vm_id:
            return volume
        if volume.attached_to is not None:
            raise Conflict(f"Volume {volume_id} is attached to {volume.attached_to}.")
        if vm.state not in (VmState.RUNNING, VmState.STOPPED):
            raise Conflict(f"VM {vm_id} is {vm.state.value}; wait until it has settled.")
        cloud.vms[vm_id] = vm.model_copy(update={"volume_ids": [*vm.volume_ids, volume_id]})
        return self._attachment(volume, vm_id)

    @call
    def detach_volume(self, volume_id: str) -> Volume:
        cloud = self.cloud
        volume = find(cloud.volumes, "volume", volume_id)
        if volume.attached_to is None:
            return volume
        vm = cloud.vms[volume.attached_to]
        left = [other for other in vm.volume_ids if other != volume_id]
        cloud.vms[vm.id] = vm.model_copy(update={"volume_ids": left})
        own = cloud.own_volumes.get(vm.id, [])
        cloud.own_volumes[vm.id] = [other for other in own if other != volume_id]
        return self._attachment(volume, None)

    @call
    def resize_volume(self, volume_id: str, size_gib: int) -> Volume:
        volume = find(self.cloud.volumes, "volume", volume_id)
        if size_gib < volume.size_gib:
            raise InvalidSpec(f"It has {volume.size_gib} GiB; it only grows.", field="size_gib")
        self.cloud.volumes[volume_id] = volume.model_copy(update={"size_gib": size_gib})
        return self.cloud.volumes[volume_id]

    def write_block(self, volume_id: str, number: int, data: bytes) -> None:
        """What a guest would do: write block ``number``."""
        with self.opened():
            find(self.cloud.volumes, "volume", volume_id)
            self.cloud.blocks[volume_id][number] = data

    def read_block(self, volume_id: str, number: int) -> bytes | None:
        """Block ``number``, None where nothing was written."""
        with self.opened():
            find(self.cloud.volumes, "volume", volume_id)
            return self.cloud.blocks[volume_id].get(number)

    def _attachment(self, volume: Volume, vm_id: str | None) -> Volume:
        state = VolumeState.AVAILABLE if vm_id is None else VolumeState.ATTACHED
        changed = volume.model_copy(update={"attached_to": vm_id, "state": state})
        self.cloud.volumes[volume.id] = changed
        return changed
