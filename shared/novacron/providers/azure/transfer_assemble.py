"""A VM around disks that were imported."""

from __future__ import annotations

from novacron.errors import (
    Conflict,
    NotReady,
    NovaCronError,
    ProviderUnavailable,
    Throttled,
    Unsupported,
)
from novacron.models.base import Ownership
from novacron.models.transfer import AssembleSpec, Import
from novacron.models.vm import Vm, VmSpec
from novacron.providers.azure.base import COMPUTE, NETWORK
from novacron.providers.azure.compute import AzureVms
from novacron.providers.azure.errors import translated
from novacron.providers.azure.launch import Launch, machine
from novacron.providers.azure.machines import disk_names
from novacron.providers.azure.ownership import Json, native_name, same_before, tags_for
from novacron.providers.azure.transfer_access import Granting, is_open, is_uploading


class Assembly(Granting, AzureVms):
    @translated
    def assemble_vm(self, spec: AssembleSpec, disks: list[Import], owner: Ownership) -> Vm:
        """One PUT, as ``create_vm``; an interface with a chosen address is made before it, as
        those that are made with a VM take none. NotReady while access to a disk is taken back or
        the interface is on its way."""
        name, names = native_name(owner), [disk.id for disk in disks]
        if (found := self._made_before(name, spec, owner)) is not None:
            if disk_names(found) != names:
                raise Conflict(f"Operation {owner.operation} has made a VM of other disks.")
            return self.to_vm(found)
        self._close(disks)
        wanted = _vm_spec(spec)
        launch = self._launch(name, wanted, None)
        tags = tags_for(spec.name, spec.tags, owner, spec)
        request = machine(wanted, launch, tags, self._storage(names))
        if spec.private_ip is None:
            return self._make(name, request, spec, owner)
        if spec.public_ip:
            raise Unsupported(
                "A VM that is put together on Azure has a chosen private address or a public one.",
                field="public_ip",
                remedy="Leave one out.",
            )
        interface = {
            "id": self.arm_id(NETWORK, "networkInterfaces", _nic(name)),
            "properties": {"primary": True, "deleteOption": "Delete"},
        }
        request["properties"]["networkProfile"] = {"networkInterfaces": [interface]}
        self._put_interface(spec, launch, tags, owner)
        return self._make_or_clear(name, request, spec, owner)

    def _close(self, disks: list[Import]) -> None:
        """A disk with an address cannot be attached. Conflict for one that is not sealed."""
        held: list[str] = []
        for disk in disks:
            native = self.get_native(self.compute.disks.get, self.named(disk.id))
            if is_uploading(native):
                raise Conflict(f"{disk.id} is not sealed.")
            if is_open(native) and not native.get("managedBy"):
                held.append(disk.id)
        for name in held:
            self.begin(self.compute.disks.begin_revoke_access, name)
        if held:
            raise NotReady(f"Access to {', '.join(held)} is being taken back.")

    def _storage(self, names: list[str]) -> Json:
        def attached(name: str, caching: str) -> Json:
            return {
                "createOption": "Attach",
                "deleteOption": "Delete",
                "caching": caching,
                "managedDisk": {"id": self.arm_id(COMPUTE, "disks", name)},
            }

        boot, *others = names
        return {
            "osDisk": {**attached(boot, "ReadWrite"), "osType": "Linux"},
            "dataDisks": [{"lun": n, **attached(one, "None")} for n, one in enumerate(others)],
        }

    def _put_interface(
        self, spec: AssembleSpec, launch: Launch, tags: dict[str, str], owner: Ownership
    ) -> None:
        found = self.find_native(self.network.network_interfaces.get, _nic(launch.name))
        if found is not None:
            same_before(found, spec, owner)
        state = found and found["properties"].get("provisioningState")
        if state == "Succeeded":
            return
        if state in (None, "Failed", "Canceled"):
            request = _interface(spec, launch, tags)
            start = self.network.network_interfaces.begin_create_or_update
            begun = self.begin(start, _nic(launch.name), request)
            state = begun.native.get("properties", {}).get("provisioningState")
        if state != "Succeeded":
            raise NotReady(f"The interface of VM {launch.name} is {state}.")

    def _make_or_clear(self, name: str, request: Json, spec: AssembleSpec, owner: Ownership) -> Vm:
        """Where Azure refuses the VM, its interface goes too. A call that may have made the VM all
        the same, or may yet, leaves it: the same request again finishes the VM."""
        try:
            return self._make_translated(name, request, spec, owner)
        except (Throttled, NotReady, ProviderUnavailable):
            raise
        except NovaCronError:
            if self.find_native(self.compute.virtual_machines.get, name) is None:
                self.begin(self.network.network_interfaces.begin_delete, _nic(name))
            raise

    @translated
    def _make_translated(
        self, name: str, request: Json, spec: AssembleSpec, owner: Ownership
    ) -> Vm:
        return self._make(name, request, spec, owner)


def _nic(name: str) -> str:
    return f"{name}-nic"


def _vm_spec(spec: AssembleSpec) -> VmSpec:
    told = spec.model_dump(exclude={"boot_mode", "private_ip"})
    return VmSpec.model_validate({**told, "image": "none"})


def _interface(spec: AssembleSpec, launch: Launch, tags: dict[str, str]) -> Json:
    """https://learn.microsoft.com/en-us/rest/api/virtualnetwork/network-interfaces/create-or-update"""
    address = {
        "subnet": launch.subnet,
        "privateIPAllocationMethod": "Static",
        "privateIPAddress": spec.private_ip,
    }
    properties: Json = {"ipConfigurations": [{"name": "primary", "properties": address}]}
    if launch.group is not None:
        properties["networkSecurityGroup"] = launch.group
    return {"location": spec.region, "tags": tags, "properties": properties}
