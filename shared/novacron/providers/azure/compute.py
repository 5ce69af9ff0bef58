"""Virtual machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from novacron.errors import Conflict, InvalidSpec, Throttled
from novacron.models.account import ProviderType
from novacron.models.base import Model, Ownership
from novacron.models.vm import Architecture, Vm, VmSize, VmSpec
from novacron.providers.azure.base import NETWORK, Begun
from novacron.providers.azure.costs import type_of
from novacron.providers.azure.errors import translated
from novacron.providers.azure.image_reference import image_reference
from novacron.providers.azure.launch import Launch, put_request
from novacron.providers.azure.listing import VmList
from novacron.providers.azure.machines import Addresses, shown
from novacron.providers.azure.ownership import Json, native_name, same_before
from novacron.providers.azure.states import power_of
from novacron.providers.base import Vms

if TYPE_CHECKING:
    from collections.abc import Callable


class AzureVms(VmList, Vms):
    @translated
    def create_vm(self, spec: VmSpec, owner: Ownership) -> Vm:
        """One PUT: interface, public address and disks are made with the VM and go with it, so
        that a refusal leaves nothing and a failure nothing that its delete does not remove."""
        name = native_name(owner)
        if (found := self._made_before(name, spec, owner)) is not None:
            return self.to_vm(found)
        launch = self._launch(name, spec, image_reference(self, spec))
        return self._make(name, put_request(spec, owner, launch), spec, owner)

    def _make(self, name: str, request: Json, spec: Model, owner: Ownership) -> Vm:
        begun = self._put(name, request)
        if begun is None:  # made since we looked
            return self.to_vm(self._made_before(name, spec, owner) or self.find_vm(name))
        return self._changed(begun.native, begun)

    def _made_before(self, name: str, spec: Model, owner: Ownership) -> Json | None:
        get = self.compute.virtual_machines.get
        found = self.find_native(get, name, expand="instanceView")
        if found is not None:
            same_before(found, spec, owner)
        return found

    def _put(self, name: str, request: Json) -> Begun | None:
        """None: there is one already."""
        from azure.core import MatchConditions
        from azure.core.exceptions import HttpResponseError

        try:
            return self.begin(
                self.compute.virtual_machines.begin_create_or_update,
                name,
                request,
                etag="*",
                match_condition=MatchConditions.IfMissing,
            )
        except HttpResponseError as error:
            if error.status_code != 412:
                raise
            return None

    def _launch(self, name: str, spec: VmSpec, image: Json | None) -> Launch:
        self.here(spec.region)
        if len(spec.firewall_ids) > 1:
            raise InvalidSpec(
                "An interface on Azure has one security group.", field="firewall_ids.1"
            )
        subnet_id, field = spec.subnet_id or self.account.default_subnet, "subnet_id"
        if subnet_id is None:
            raise InvalidSpec(
                "A VM on Azure is on a subnet, and none is named.",
                field=field,
                remedy="Name one, or give the account the setting 'default_subnet'.",
            )
        groups = [
            self.reference(NETWORK, "networkSecurityGroups", one, f"firewall_ids.{n}")
            for n, one in enumerate(spec.firewall_ids)
        ]
        return Launch(
            name=name,
            image=image,
            instance_type=type_of(spec),
            subnet={"id": self.subnet_arm_id(subnet_id, field)},
            group=groups[0] if groups else None,
        )

    @translated
    def get_vm(self, vm_id: str) -> Vm:
        return self.to_vm(self.find_vm(vm_id))

    @translated
    def start_vm(self, vm_id: str) -> Vm:
        found = self.live_vm(vm_id)
        if power_of(found) in ("starting", "running"):
            return self.to_vm(found)
        if power_of(found) not in ("stopped", "deallocated", "hibernated"):
            raise Conflict(f"VM {vm_id} is {power_of(found)}; wait until it is stopped.")
        return self._changed(found, self.begin(self.compute.virtual_machines.begin_start, vm_id))

    @translated
    def stop_vm(self, vm_id: str, *, force: bool = False) -> Vm:
        """Deallocate, and not just power off: a VM that is only "stopped" bills as if it ran.

        Azure shuts the guest down first; ``force`` does not wait for it
        (https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/deallocate).
        """
        found = self.live_vm(vm_id)
        power = power_of(found)
        if power in ("deallocated", "hibernated") or (power == "deallocating" and not force):
            return self.to_vm(found)
        told = {"force_deallocate": True} if force else {}
        start: Callable[..., object] = self.compute.virtual_machines.begin_deallocate
        return self._changed(found, self.begin(start, vm_id, **told))

    @translated
    def restart_vm(self, vm_id: str) -> Vm:
        found = self.live_vm(vm_id)
        if power_of(found) != "running":
            raise Conflict(f"VM {vm_id} is {power_of(found)}; only a running VM restarts.")
        return self._changed(found, self.begin(self.compute.virtual_machines.begin_restart, vm_id))

    @translated
    def resize_vm(self, vm_id: str, size: VmSize) -> Vm:
        found = self.live_vm(vm_id)
        if power_of(found) != "deallocated":
            raise Conflict(f"VM {vm_id} is {power_of(found)}; stop it first.")
        wanted = size.instance_type or _type_for(found, size)
        body = {"properties": {"hardwareProfile": {"vmSize": wanted}}}
        start = self.compute.virtual_machines.begin_update
        return self._changed(found, self.begin(start, vm_id, body))

    @translated
    def delete_vm(self, vm_id: str) -> None:
        self.live_vm(vm_id)  # a DELETE of what is not there succeeds
        self.begin(self.compute.virtual_machines.begin_delete, vm_id)

    def _changed(self, before: Json, begun: Begun) -> Vm:
        """The VM after a change was accepted. That must not be lost by a look that fails: then
        what was told before is shown."""
        from azure.core.exceptions import AzureError

        try:
            return self.to_vm(self.find_vm(before["name"]), begun.operation)
        except (AzureError, Throttled):
            return shown(before, Addresses([], []), begun.operation)


def _type_for(native: Json, size: VmSize) -> str:
    """The size that a new VM of these figures would get, on the same architecture."""
    from novacron.catalog.catalog import size_of

    known = size_of(ProviderType.AZURE, native["properties"]["hardwareProfile"]["vmSize"])
    spec = VmSpec(
        name="resize",
        region=native["location"],
        image="none",
        vcpus=size.vcpus,
        memory_mib=size.memory_mib,
        architecture=Architecture(known.architectures[0]) if known else Architecture.X86_64,
    )
    return type_of(spec)
