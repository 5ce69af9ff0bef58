"""Disks on their way in: blank ones, written to by a worker, and a VM made around them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from novacron.errors import Conflict, InvalidSpec, NotFound, NotReady
from novacron.mapping.volumes import native_volume
from novacron.models.account import ProviderType
from novacron.models.base import Ownership
from novacron.models.image import BootMode
from novacron.models.transfer import AssembleSpec, Import, ImportSpec, TransferState
from novacron.models.vm import Vm, VmSpec
from novacron.models.volume import ResourceFilter, VolumeState
from novacron.providers.gcp.base import Place, place_of
from novacron.providers.gcp.costs import type_of
from novacron.providers.gcp.errors import blamed, translated
from novacron.providers.gcp.images import UEFI
from novacron.providers.gcp.launch import Launch, instance
from novacron.providers.gcp.ownership import (
    filter_of,
    labels,
    native_name,
    same,
    step_of,
    wanted_labels,
)
from novacron.providers.gcp.states import VOLUME, meaning
from novacron.providers.gcp.workers import GcpWorkers
from novacron.providers.workers import WORKER, Workers

GIB = 1024**3
FEATURES = ("GVNIC", "VIRTIO_SCSI_MULTIQUEUE")
"""What a converted guest can do; the newer machine series boot nothing without them:
https://cloud.google.com/compute/docs/images/create-custom#guest-os-features"""


class GcpImport(GcpWorkers, Workers):
    @blamed
    def begin_import(self, spec: ImportSpec, owner: Ownership) -> Import:
        self.check_region(spec.region)
        name = native_name(spec.name, owner, f"import/{spec.index}")
        zone, operation = self._zone_of(name, owner), None
        if zone is None:
            zone = self.zone_in(spec.region, spec.zone)
            request = _disk(spec, owner, name, zone)
            step = step_of(owner, f"import/{spec.index}")
            operation = self.insert("disks", step, zone=zone, disk_resource=request)
        same(self.made("disks", operation, zone=zone, disk=name), spec, owner)
        return Import(
            id=Place(zone, name).id, state=TransferState.PENDING, size_bytes=spec.size_bytes
        )

    def _zone_of(self, name: str, owner: Ownership) -> str | None:
        """Where the operation made it before: a repeat may find another zone the first."""
        where = wanted_labels(ResourceFilter(tenant=owner.tenant, operation=owner.operation)) or {}
        found = self.everything("disks", filter_of(where))
        return next((place_of(one.self_link).zone for one in found if one.name == name), None)

    @translated
    def get_import(self, target: Import) -> Import:
        disk = self._find(target.id)
        if target.state in (TransferState.SEALING, TransferState.READY):
            return self.seal_import(target, 0)
        worker, access = self.lent(target.access)
        state = meaning(VOLUME, disk.status)
        now = TransferState.PENDING
        if state is VolumeState.ERROR:
            now = TransferState.ERROR
        elif state is VolumeState.AVAILABLE and worker:
            for user in disk.users:
                self._check_holder(target, place_of(user).id)
            if self.attached(disk, worker, "READ_WRITE"):
                now = TransferState.OPEN
        return target.model_copy(update={"state": now, "access": access})

    @translated
    def seal_import(self, target: Import, written: int) -> Import:  # noqa: ARG002 - not counted
        """Take it from the worker, which synced each write; READY once it has let go. Conflict
        while another VM has it."""
        volume = self.get_volume(target.id)
        if target.state is TransferState.READY:
            return target
        if volume.attached_to is not None:
            self._check_holder(target, volume.attached_to)
            with suppress(NotReady):  # another disk is being detached; get_import asks again
                volume = self.detach_volume(target.id)
        if volume.attached_to is not None:
            return target.model_copy(update={"state": TransferState.SEALING})
        told = {"state": TransferState.READY, "volume_id": target.id, "access": {}}
        return target.model_copy(update=told)

    def _check_holder(self, target: Import, vm_id: str) -> None:
        if vm_id != target.access.get(WORKER):
            raise Conflict(f"{target.id} is attached to {vm_id}.")

    @translated
    def delete_import(self, target: Import) -> None:
        try:
            user = self.get_volume(target.id).attached_to
        except NotFound:
            return
        if user is not None:
            self._check_holder(target, user)
        if not self.removed(target.id):
            raise NotReady(f"{target.id} is being deleted.")

    @blamed
    def assemble_vm(self, spec: AssembleSpec, disks: list[Import], owner: Ownership) -> Vm:
        made = self.made_before("instances", spec, owner)
        if made is not None:
            return self.to_vm(made)
        for disk in disks:
            if disk.state is not TransferState.READY:
                raise Conflict(f"{disk.id} is {disk.state.value}.")
        as_vm = _as_vm(spec)
        launch = Launch(
            zone=_zone_of_all(spec, [self.locate(disk.id) for disk in disks]),
            machine_type=type_of(as_vm),
            image="",
            image_gib=1,
            subnet=spec.subnet_id and self.subnet_path(spec.subnet_id, spec.region),
        )
        request = _instance(spec, as_vm, owner, launch, disks)
        step = step_of(owner, "instances")
        operation = self.insert("instances", step, zone=launch.zone, instance_resource=request)
        return self.made_vm(request["name"], as_vm, spec, owner, launch, operation)


def _disk(spec: ImportSpec, owner: Ownership, name: str, zone: str) -> dict[str, Any]:
    """Blank, in whole GiB. The boot disk says what its guest can do, as there is no image to."""
    size = -(-spec.size_bytes // GIB)
    kind = native_volume(ProviderType.GCP, spec.volume_class, size, None, None).type
    request: dict[str, Any] = {
        "name": name,
        "size_gb": size,
        "type_": f"zones/{zone}/diskTypes/{kind}",
        "labels": labels(spec.name, spec.tags, owner, spec),
    }
    if spec.index == 0:
        features = [*FEATURES, *([UEFI] if spec.boot_mode is BootMode.UEFI else [])]
        request["guest_os_features"] = [{"type_": feature} for feature in features]
    return request


def _as_vm(spec: AssembleSpec) -> VmSpec:
    told = spec.model_dump(exclude={"boot_mode", "private_ip"})
    return VmSpec(**told, image="imported-disks")


def _zone_of_all(spec: AssembleSpec, places: list[Place]) -> str:
    """InvalidSpec: none, or they are not together, or not where the VM is to be."""
    zones = {place.zone for place in places}
    if len(zones) != 1 or (spec.zone or min(zones)) not in zones:
        raise InvalidSpec(f"The disks are in {sorted(zones)}.", field="zone")
    return zones.pop()


def _instance(
    spec: AssembleSpec, as_vm: VmSpec, owner: Ownership, launch: Launch, disks: list[Import]
) -> dict[str, Any]:
    request = instance(as_vm, owner, launch)
    request["labels"] = labels(spec.name, spec.tags, owner, spec)
    names = [disk.id.rpartition("/")[2] for disk in disks]
    request["disks"] = [
        {
            "source": f"zones/{launch.zone}/disks/{name}",
            "device_name": name,
            "boot": number == 0,
            "auto_delete": True,
        }
        for number, name in enumerate(names)
    ]
    if spec.private_ip:
        request["network_interfaces"][0]["network_i_p"] = spec.private_ip
    return request
