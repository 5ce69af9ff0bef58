"""Looking at VMs: ARM's description as our Vm, with the addresses of its interfaces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from novacron.errors import NotFound
from novacron.models.account import ProviderType
from novacron.models.vm import Vm
from novacron.providers.azure.base import AzureBase
from novacron.providers.azure.image_reference import image_id
from novacron.providers.azure.ownership import Json, owned
from novacron.providers.azure.states import GONE, vm_meaning


class Addresses(NamedTuple):
    private: list[str]
    public: list[str]


class Machines(AzureBase):
    def find_vm(self, vm_id: str) -> Json:
        """The VM with its instance view. Raises NotFound."""
        name = self.named(vm_id)
        return self.read(self.compute.virtual_machines.get, name, expand="instanceView")

    def live_vm(self, vm_id: str) -> Json:
        """One that can still be worked on. Raises NotFound for what is being deleted."""
        found = self.find_vm(vm_id)
        state, _ = vm_meaning(found)
        if state in GONE:
            raise NotFound(f"VM {vm_id!r} is {state.value}.")
        return found

    def to_vm(self, native: Json, operation: str | None = None) -> Vm:
        """Of a VM that was read with its instance view; its interfaces are read here."""
        nics = [nic for name in _nic_names(native) if (nic := self._nic(name)) is not None]
        return shown(native, addresses(nics), operation)

    def _nic(self, name: str) -> Json | None:
        # One GET tells the public address too.
        expand = "ipConfigurations/publicIPAddress"
        return self.read_or_none(self.network.network_interfaces.get, name, expand=expand)


def addresses(nics: Sequence[Json]) -> Addresses:
    """IPv4 and IPv6 of all interfaces, the first interface's first."""
    found = Addresses([], [])
    for nic in nics:
        for configuration in nic["properties"].get("ipConfigurations", []):
            properties = configuration["properties"]
            public = (properties.get("publicIPAddress") or {}).get("properties") or {}
            found.private.extend(filter(None, [properties.get("privateIPAddress")]))
            found.public.extend(filter(None, [public.get("ipAddress")]))
    return found


def shown(native: Json, at: Addresses, operation: str | None = None) -> Vm:
    owner = owned(native)
    state, bills = vm_meaning(native)
    properties = native["properties"]
    storage = properties.get("storageProfile", {})
    size = properties.get("hardwareProfile", {}).get("vmSize")
    vcpus, memory_mib = _size(native["location"], size)
    created = properties.get("timeCreated")
    return Vm(
        id=native["name"],
        name=owner.name or native["name"],
        state=state,
        region=native["location"],
        zone=next(iter(native.get("zones") or []), None),
        instance_type=size,
        vcpus=vcpus,
        memory_mib=memory_mib,
        image_id=image_id(storage.get("imageReference") or {}),
        private_ips=at.private,
        public_ips=at.public,
        volume_ids=disk_names(native),
        created_at=datetime.fromisoformat(created) if created else None,
        spot=properties.get("priority") == "Spot",
        bills_compute=bills,
        tags=owner.tags,
        tenant=owner.tenant,
        operation=owner.operation,
        provider_operation=operation,
    )


def disk_names(native: Json) -> list[str]:
    """Our ids of its disks, the OS disk first."""
    storage = native["properties"].get("storageProfile", {})
    disks: list[Any] = [storage.get("osDisk") or {}, *(storage.get("dataDisks") or [])]
    ids = [(disk.get("managedDisk") or {}).get("id") for disk in disks]
    return [str(one).rpartition("/")[2] for one in ids if one]


def _nic_names(native: Json) -> list[str]:
    profile = native["properties"].get("networkProfile", {})
    return [str(nic["id"]).rpartition("/")[2] for nic in profile.get("networkInterfaces") or []]


def _size(region: str, name: str | None) -> tuple[int | None, int | None]:
    """vCPUs and MiB, from the packed catalog: ARM would list all sizes to tell one."""
    from novacron.catalog.catalog import find

    found = find(ProviderType.AZURE, region, name) if name else None
    return (found.vcpus, found.memory_mib) if found else (None, None)
