"""Virtual machines: Compute Engine instances."""

from __future__ import annotations

from typing import Any

from novacron.errors import Conflict, InvalidSpec, NotFound
from novacron.models.base import Model, Ownership, Page, PageRequest
from novacron.models.vm import Architecture, Vm, VmFilter, VmSize, VmSpec, VmState
from novacron.providers.base import Vms
from novacron.providers.gcp.base import last, place_of
from novacron.providers.gcp.costs import type_of
from novacron.providers.gcp.errors import blamed, translated
from novacron.providers.gcp.image_query import ImageQuery
from novacron.providers.gcp.instances import Instances
from novacron.providers.gcp.launch import Launch, instance
from novacron.providers.gcp.operations import is_missing
from novacron.providers.gcp.ownership import same, step_of
from novacron.providers.gcp.states import INSTANCE, meaning

CONSOLE_BYTES = 64 * 1024


class GcpVms(Instances, ImageQuery, Vms):
    @blamed
    def create_vm(self, spec: VmSpec, owner: Ownership) -> Vm:
        self.check_region(spec.region)
        found = self.made_before("instances", spec, owner)
        if found is not None:
            return self.to_vm(found)
        launch = self.launch_of(spec)
        request = instance(spec, owner, launch)
        step = step_of(owner, "instances")
        operation = self.insert("instances", step, zone=launch.zone, instance_resource=request)
        return self.made_vm(request["name"], spec, spec, owner, launch, operation)

    def launch_of(self, spec: VmSpec) -> Launch:
        subnet = spec.subnet_id and self.subnet_path(spec.subnet_id, spec.region)
        machine_type = type_of(spec)
        image = self.find_image(spec)
        return Launch(
            zone=self.zone_in(spec.region, spec.zone),
            machine_type=machine_type,
            image=image.self_link.partition("/compute/v1/")[2],
            image_gib=image.disk_size_gb,
            subnet=subnet,
        )

    def subnet_path(self, subnet_id: str, region: str) -> str:
        """InvalidSpec for what is no subnet of the region, by its id "region/name"."""
        where, _, name = subnet_id.partition("/")
        try:
            self.named(name)
        except NotFound as error:
            raise InvalidSpec(f"{subnet_id!r} is no subnet.", field="subnet_id") from error
        if where != region:
            raise InvalidSpec(f"{subnet_id!r} is not in {region}.", field="subnet_id")
        return f"regions/{region}/subnetworks/{name}"

    def made_vm(
        self,
        name: str,
        spec: VmSpec,
        asked: Model,
        owner: Ownership,
        launch: Launch,
        operation: str | None,
    ) -> Vm:
        """What an insert has made. ``asked``: the request that its labels keep the digest of."""
        try:
            found = self.call("instances", "get", zone=launch.zone, instance=name)
        except Exception as error:
            if not is_missing(error):
                raise
            if operation is None:
                # The request id's operation has ended, and what it made is gone again.
                raise Conflict(f"What operation {owner.operation} made was deleted.") from error
            return self._accepted(name, spec, owner, launch, operation)
        return self.to_vm(same(found, asked, owner), operation)

    def _accepted(
        self, name: str, spec: VmSpec, owner: Ownership, launch: Launch, operation: str
    ) -> Vm:
        """What was accepted and cannot be seen yet; it bills as if it could."""
        return Vm(
            id=f"{launch.zone}/{name}",
            name=spec.name,
            state=VmState.PENDING,
            region=spec.region,
            zone=launch.zone,
            instance_type=launch.machine_type,
            spot=spec.spot,
            bills_compute=True,
            tags=spec.tags,
            tenant=owner.tenant,
            operation=owner.operation,
            provider_operation=operation,
        )

    @translated
    def get_vm(self, vm_id: str) -> Vm:
        return self.to_vm(self.find_instance(vm_id))

    @translated
    def list_vms(self, where: VmFilter, page: PageRequest) -> Page[Vm]:
        wanted = where.states
        return self.page_of(
            "instances", where, page, self.to_vm, lambda vm: not wanted or vm.state in wanted
        )

    @translated
    def start_vm(self, vm_id: str) -> Vm:
        found = self.find_instance(vm_id)
        state, _ = meaning(INSTANCE, found.status)
        if state in (VmState.PENDING, VmState.RUNNING):
            return self.to_vm(found)
        method = "resume_unary" if state is VmState.SUSPENDED else "start_unary"
        since = found.last_suspended_timestamp + found.last_stop_timestamp
        return self._changed(found, method, f"start/{found.id}/{since}")

    @translated
    def stop_vm(self, vm_id: str, *, force: bool = False) -> Vm:
        found = self.find_instance(vm_id)
        state, _ = meaning(INSTANCE, found.status)
        if state is VmState.STOPPED or (state is VmState.STOPPING and not force):
            return self.to_vm(found)
        step = f"stop/{found.id}/{found.last_start_timestamp}/{force}"
        return self._changed(found, "stop_unary", step, no_graceful_shutdown=force)

    @translated
    def restart_vm(self, vm_id: str) -> Vm:
        found = self.find_instance(vm_id)
        if found.status != "RUNNING":
            raise Conflict(f"VM {vm_id} is {found.status}; only a running VM restarts.")
        return self._changed(found, "reset_unary", None)

    @translated
    def resize_vm(self, vm_id: str, size: VmSize) -> Vm:
        found = self.find_instance(vm_id)
        state, _ = meaning(INSTANCE, found.status)
        if state is not VmState.STOPPED:
            raise Conflict(f"VM {vm_id} is {found.status}; stop it first.")
        wanted, zone = type_of(_sized(found, size)), place_of(found.self_link).zone
        if wanted == last(found.machine_type):
            return self.to_vm(found)
        return self._changed(
            found,
            "set_machine_type_unary",
            None,
            instances_set_machine_type_request_resource={
                "machine_type": f"zones/{zone}/machineTypes/{wanted}"
            },
        )

    @translated
    def delete_vm(self, vm_id: str) -> None:
        found = self.find_instance(vm_id)
        place = self.locate(vm_id)
        step = f"delete/{found.id}"
        self.change("instances", "delete_unary", step, zone=place.zone, instance=place.name)

    @translated
    def console_output(self, vm_id: str) -> str:
        place = self.locate(vm_id)
        request = {"zone": place.zone, "instance": place.name, "start": -CONSOLE_BYTES}
        text: str = self.call("instances", "get_serial_port_output", **request).contents
        return text.encode()[-CONSOLE_BYTES:].decode(errors="replace")

    def _changed(self, found: Any, method: str, step: str | None, **request: Any) -> Vm:
        """The VM as it is once the change was accepted."""
        place = place_of(found.self_link)
        operation = self.change(
            "instances", method, step, zone=place.zone, instance=place.name, **request
        )
        return self.to_vm(self.find_instance(place.id), operation)


def _sized(found: Any, size: VmSize) -> VmSpec:
    """What a new VM of this size, on the same architecture, would ask for."""
    place = place_of(found.self_link)
    is_arm = any(disk.architecture == "ARM64" for disk in found.disks)
    return VmSpec(
        name="resize",
        region=place.region,
        image="resize",
        vcpus=size.vcpus,
        memory_mib=size.memory_mib,
        instance_type=size.instance_type,
        architecture=Architecture.ARM64 if is_arm else Architecture.X86_64,
    )
