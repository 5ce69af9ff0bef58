"""Block volumes: managed disks."""

from __future__ import annotations

from datetime import datetime

from novacron.errors import Conflict, InvalidSpec, NotFound
from novacron.mapping.volumes import native_volume, volume_class
from novacron.mapping.volumes_azure import ZONAL
from novacron.models.account import ProviderType
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.volume import ResourceFilter, Volume, VolumeSpec, VolumeState
from novacron.providers.azure.attachments import Attachments
from novacron.providers.azure.base import COMPUTE
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
from novacron.providers.azure.states import disk_state
from novacron.providers.base import Volumes

FIRST_ZONE = "1"
SECTOR = 512
"""What guests expect that were installed elsewhere, and what snapshots of other types have;
Premium SSD v2's own default is 4096:
https://learn.microsoft.com/en-us/azure/virtual-machines/disks-deploy-premium-v2"""


class AzureVolumes(Attachments, Volumes):
    @translated
    def create_volume(self, spec: VolumeSpec, owner: Ownership) -> Volume:
        name = native_name(owner)
        found = self.find_native(self.compute.disks.get, name)
        if found is not None:
            same_before(found, spec, owner)
            return self._volume(found)
        body = self._disk_request(spec, owner)
        begun = self.begin(self.compute.disks.begin_create_or_update, name, body)
        return self._volume(self.get_native(self.compute.disks.get, name), begun.operation)

    def _disk_request(self, spec: VolumeSpec, owner: Ownership) -> Json:
        kind = native_volume(
            ProviderType.AZURE,
            spec.volume_class,
            spec.size_gib,
            spec.iops,
            spec.throughput_mibps,
        )
        properties: Json = {
            "diskSizeGB": spec.size_gib,
            "creationData": self._source(spec),
            "diskIOPSReadWrite": kind.iops,
            "diskMBpsReadWrite": kind.throughput_mibps,
        }
        zone = spec.zone
        if kind.type in ZONAL:
            zone = zone or FIRST_ZONE
            properties["creationData"]["logicalSectorSize"] = SECTOR
        body: Json = {
            "location": self.here(spec.region),
            "tags": tags_for(spec.name, spec.tags, owner, spec),
            "sku": {"name": kind.type},
            "properties": {n: v for n, v in properties.items() if v is not None},
        }
        if zone:
            body["zones"] = [zone]
        return body

    def _source(self, spec: VolumeSpec) -> Json:
        if spec.snapshot_id is None:
            return {"createOption": "Empty"}
        name = self.named(spec.snapshot_id)
        snapshot = self.get_native(self.compute.snapshots.get, name)
        if snapshot["location"] != spec.region:
            raise InvalidSpec(f"Snapshot {name} is in {snapshot['location']}.", field="snapshot_id")
        if snapshot["properties"]["diskSizeGB"] > spec.size_gib:
            raise InvalidSpec(
                f"Snapshot {name} has {snapshot['properties']['diskSizeGB']} GiB.",
                field="size_gib",
            )
        return {"createOption": "Copy", "sourceResourceId": snapshot["id"]}

    @translated
    def get_volume(self, volume_id: str) -> Volume:
        return self._volume(self.find_disk(volume_id))

    @translated
    def list_volumes(self, where: ResourceFilter, page: PageRequest) -> Page[Volume]:
        return page_of(
            self.place(COMPUTE, "disks"),
            page,
            self.list_page(self.compute.disks.list_by_resource_group),
            lambda native: matches(native, where),
            lambda found: [self._volume(one) for one in found],
        )

    @translated
    def delete_volume(self, volume_id: str) -> None:
        disk = self.find_disk(volume_id)  # a DELETE of what is not there succeeds
        if holder := _holder(disk):
            raise Conflict(f"Volume {volume_id} is attached to {holder}.")
        self.begin(self.compute.disks.begin_delete, volume_id)

    @translated
    def attach_volume(self, volume_id: str, vm_id: str) -> Volume:
        disk, machine = self.find_disk(volume_id), self.live_vm(vm_id)
        if holder := _holder(disk):
            if holder != vm_id:
                raise Conflict(f"Volume {volume_id} is attached to {holder}.")
            return self._volume(disk)
        if machine["location"] != disk["location"]:
            raise InvalidSpec(f"Volume {volume_id} is in {disk['location']}.", field="vm_id")
        if disk.get("zones", []) != machine.get("zones", []):
            raise InvalidSpec(
                f"Volume {volume_id} and VM {vm_id} are not in the same zone.", field="vm_id"
            )
        operation = self.attach(machine, disk)
        return self._volume({**disk, "managedBy": machine["id"]}, operation)

    @translated
    def detach_volume(self, volume_id: str) -> Volume:
        disk = self.find_disk(volume_id)
        holder = _holder(disk)
        if holder is None:
            return self._volume(disk)
        operation = self.detach(holder, disk)
        return self._volume(self.find_disk(volume_id), operation)

    @translated
    def resize_volume(self, volume_id: str, size_gib: int) -> Volume:
        """Attached disks too, while their VM runs; but not past 4 TiB from below, Azure's refusal
        of which is a Conflict:
        https://learn.microsoft.com/en-us/azure/virtual-machines/linux/expand-disks"""
        disk = self.find_disk(volume_id)
        now = disk["properties"]["diskSizeGB"]
        if size_gib < now:
            raise InvalidSpec(
                f"Volume {volume_id} has {now} GiB; volumes only grow.", field="size_gib"
            )
        if size_gib == now:
            return self._volume(disk)
        body = {"properties": {"diskSizeGB": size_gib}}
        begun = self.begin(self.compute.disks.begin_update, volume_id, body)
        return self._volume(self.find_disk(volume_id), begun.operation)

    def find_disk(self, volume_id: str) -> Json:
        found = self.find_native(self.compute.disks.get, self.named(volume_id))
        if found is None:
            raise NotFound(f"There is no volume {volume_id!r}.")
        return found

    def _volume(self, native: Json, operation: str | None = None) -> Volume:
        owner = owned(native)
        properties = native["properties"]
        holder = _holder(native)
        state = disk_state(native)
        if holder and state is VolumeState.AVAILABLE:
            state = VolumeState.ATTACHED
        created = properties.get("timeCreated")
        return Volume(
            id=native["name"],
            name=owner.name or native["name"],
            state=state,
            region=native["location"],
            zone=next(iter(native.get("zones") or []), None),
            size_gib=properties["diskSizeGB"],
            volume_class=volume_class(ProviderType.AZURE, native["sku"]["name"]),
            attached_to=holder,
            created_at=datetime.fromisoformat(created) if created else None,
            tags=owner.tags,
            tenant=owner.tenant,
            operation=owner.operation,
            provider_operation=operation,
        )


def _holder(native: Json) -> str | None:
    """Our id of the VM that has the disk."""
    return str(native["managedBy"]).rpartition("/")[2] if native.get("managedBy") else None
