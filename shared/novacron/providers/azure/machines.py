"""Looking at VMs: ARM's description as our Vm, with the addresses of its interfaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from novacron.errors import NotFound
from novacron.models.account import ProviderType
from novacron.models.vm import Vm
from novacron.providers.azure.base import AzureBase
from novacron.providers.azure.image_reference import image_id
from novacron.providers.azure.ownership import Json, owned
from novacron.providers.azure.states import GONE, vm_meaning

_NOTHING: Mapping[str, Json] = MappingProxyType({})


class Addresses(NamedTuple):
    """Of all interfaces, the first interface's first."""

    private: list[str]
    public: list[str]


class Machines(AzureBase):
    def find_vm(self, vm_id: str) -> Json:
        """The VM with its instance view. Raises NotFound."""
        name = self.named(vm_id)
        return self.get_native(self.compute.virtual_machines.get, name, expand="instanceView")

    def live_vm(self, vm_id: str) -> Json:
        """One that can still be worked on. Raises NotFound for what is being deleted."""
        found = self.find_vm(vm_id)
        state, _ = vm_meaning(found)
        if state in GONE:
            raise NotFound(f"VM {vm_id!r} is {state.value}.")
        return found

    def to_vm(
        self, native: Json, operation: str | None = None, seen: Mapping[str, Json] = _NOTHING
    ) -> Vm:
        """Of a VM that was read with its instance view; its interfaces and public addresses are
        read here, but for those ``seen``, by their ids in lower case."""
        return shown(native, self._addresses(native, seen), operation)

    def _addresses(self, native: Json, seen: Mapping[str, Json]) -> Addresses:
        found = Addresses([], [])
        for entry in interfaces_of(native):
            nic = self._read(self.network.network_interfaces.get, entry, seen)
            if nic is None:
                continue
            told = [one["properties"] for one in nic["properties"]["ipConfigurations"]]
            found.private.extend(filter(None, (one.get("privateIPAddress") for one in told)))
            for reference in public_of(nic):
                address = self._read(self.network.public_ip_addresses.get, reference, seen)
                ip = address["properties"].get("ipAddress") if address else None
                found.public.extend([ip] if ip else [])
        return found

    def _read(
        self, get: Callable[..., Any], reference: Json, seen: Mapping[str, Json]
    ) -> Json | None:
        found = seen.get(str(reference["id"]).lower())
        return found if found is not None else self.find_native(get, _name(reference))


def interfaces_of(native: Json) -> list[Json]:
    """References to a VM's interfaces."""
    found: list[Json] = native["properties"].get("networkProfile", {}).get("networkInterfaces")
    return found or []


def public_of(nic: Json) -> list[Json]:
    """References to the public addresses of an interface."""
    told = [one["properties"] for one in nic["properties"]["ipConfigurations"]]
    return [one["publicIPAddress"] for one in told if one.get("publicIPAddress")]


def shown(native: Json, at: Addresses, operation: str | None = None) -> Vm:
    from novacron.catalog.catalog import size_of

    owner = owned(native)
    state, bills = vm_meaning(native)
    properties = native["properties"]
    storage = properties.get("storageProfile", {})
    size = properties.get("hardwareProfile", {}).get("vmSize")
    # From the packed catalog: ARM would list all sizes to tell one.
    known = size_of(ProviderType.AZURE, size) if size else None
    created = properties.get("timeCreated")
    return Vm(
        id=native["name"],
        name=owner.name or native["name"],
        state=state,
        region=native["location"],
        zone=next(iter(native.get("zones") or []), None),
        instance_type=size,
        vcpus=known and known.vcpus,
        memory_mib=known and known.memory_mib,
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


def _name(reference: Json) -> str:
    """Of a resource of our group by ARM's reference to it."""
    return str(reference["id"]).rpartition("/")[2]
