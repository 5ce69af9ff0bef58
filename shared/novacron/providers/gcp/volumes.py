"""Block volumes: zonal disks."""

from __future__ import annotations

from typing import Any

from novacron.errors import Conflict, InvalidSpec
from novacron.mapping.volumes import native_volume, volume_class
from novacron.models.account import ProviderType
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.volume import ResourceFilter, Volume, VolumeSpec, VolumeState
from novacron.providers.base import Volumes
from novacron.providers.gcp.base import last, place_of
from novacron.providers.gcp.errors import translated
from novacron.providers.gcp.instances import Instances, when
from novacron.providers.gcp.ownership import labels, native_name, owned, same, step_of
from novacron.providers.gcp.states import VOLUME, meaning


class GcpVolumes(Instances, Volumes):
    @translated
    def create_volume(self, spec: VolumeSpec, owner: Ownership) -> Volume:
        self.check_region(spec.region)
        found = self.made_before("disks", spec, owner)
        if found is not None:
            return self._volume(found)
        request = self._request(spec, owner)
        zone, step = self.zone_in(spec.region, spec.zone), step_of(owner, "disks")
        request["type_"] = f"zones/{zone}/diskTypes/{request['type_']}"
        operation = self.insert("disks", step, zone=zone, disk_resource=request)
        made = self.made("disks", operation, zone=zone, disk=request["name"])
        return self._volume(same(made, spec, owner), operation)

    def _request(self, spec: VolumeSpec, owner: Ownership) -> dict[str, Any]:
        kind = native_volume(
            ProviderType.GCP, spec.volume_class, spec.size_gib, spec.iops, spec.throughput_mibps
        )
        told = {
            "name": native_name(spec.name, owner),
            "size_gb": spec.size_gib,
            "type_": kind.type,
            "provisioned_iops": kind.iops,
            "provisioned_throughput": kind.throughput_mibps,
            "source_snapshot": spec.snapshot_id and self._snapshot_link(spec.snapshot_id),
            "labels": labels(spec.name, spec.tags, owner, spec),
        }
        return {name: value for name, value in told.items() if value is not None}

    def _snapshot_link(self, snapshot_id: str) -> str:
        """Looked up, as an unknown one is NotFound here and not a fault of the request."""
        self.call("snapshots", "get", snapshot=self.named(snapshot_id))
        return f"global/snapshots/{snapshot_id}"

    @translated
    def get_volume(self, volume_id: str) -> Volume:
        return self._volume(self._find(volume_id))

    @translated
    def list_volumes(self, where: ResourceFilter, page: PageRequest) -> Page[Volume]:
        return self.page_of("disks", where, page, self._volume)

    @translated
    def delete_volume(self, volume_id: str) -> None:
        found, place = self._find(volume_id), self.locate(volume_id)
        if found.users:
            raise Conflict(f"Volume {volume_id} is attached to {place_of(found.users[0]).id}.")
        step = f"delete/{found.id}"
        self.change("disks", "delete_unary", step, zone=place.zone, disk=place.name)

    @translated
    def attach_volume(self, volume_id: str, vm_id: str) -> Volume:
        disk, instance = self._find(volume_id), self.find_instance(vm_id)
        holders = [place_of(user).id for user in disk.users]
        if vm_id in holders:
            return self._volume(disk)
        if holders:
            raise Conflict(f"Volume {volume_id} is attached to {holders[0]}.")
        place, here = self.locate(volume_id), self.locate(vm_id)
        if place.zone != here.zone:
            raise InvalidSpec(f"Volume {volume_id} is not in {here.zone}.", field="vm_id")
        attached = {
            "source": f"zones/{place.zone}/disks/{place.name}",
            "device_name": place.name,
            "auto_delete": False,
        }
        operation = self.change(
            "instances",
            "attach_disk_unary",
            f"attach/{disk.id}/{instance.id}/{disk.last_detach_timestamp}",
            zone=here.zone,
            instance=here.name,
            attached_disk_resource=attached,
        )
        told = {"attached_to": vm_id, "state": VolumeState.ATTACHED}
        return self._volume(disk, operation).model_copy(update=told)

    @translated
    def detach_volume(self, volume_id: str) -> Volume:
        disk = self._find(volume_id)
        operation = None
        for user in disk.users:
            place = place_of(user)
            instance = self.find_instance(place.id)
            for entry in instance.disks:
                if place_of(entry.source).id == volume_id:
                    operation = self.change(
                        "instances",
                        "detach_disk_unary",
                        f"detach/{disk.id}/{instance.id}/{disk.last_attach_timestamp}",
                        zone=place.zone,
                        instance=place.name,
                        device_name=entry.device_name,
                    )
        return self._volume(self._find(volume_id), operation)

    @translated
    def resize_volume(self, volume_id: str, size_gib: int) -> Volume:
        disk, place = self._find(volume_id), self.locate(volume_id)
        if size_gib < disk.size_gb:
            raise InvalidSpec(
                f"Volume {volume_id} has {disk.size_gb} GiB; volumes only grow.", field="size_gib"
            )
        if size_gib == disk.size_gb:
            return self._volume(disk)
        operation = self.change(
            "disks",
            "resize_unary",
            f"resize/{disk.id}/{size_gib}",
            zone=place.zone,
            disk=place.name,
            disks_resize_request_resource={"size_gb": size_gib},
        )
        return self._volume(self._find(volume_id), operation)

    def _find(self, volume_id: str) -> Any:
        place = self.locate(volume_id)
        return self.call("disks", "get", zone=place.zone, disk=place.name)

    def _volume(self, native: Any, operation: str | None = None) -> Volume:
        owner, place = owned(native), place_of(native.self_link)
        state = meaning(VOLUME, native.status)
        if native.users and state is VolumeState.AVAILABLE:
            state = VolumeState.ATTACHED
        return Volume(
            id=place.id,
            name=owner.name,
            state=state,
            region=place.region,
            zone=place.zone,
            size_gib=native.size_gb,
            volume_class=volume_class(ProviderType.GCP, last(native.type_)),
            attached_to=place_of(native.users[0]).id if native.users else None,
            created_at=when(native.creation_timestamp),
            tags=owner.tags,
            tenant=owner.tenant,
            operation=owner.operation,
            provider_operation=operation,
        )
