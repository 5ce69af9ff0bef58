"""Changes of a VM that exists, by PUT or PATCH; what may not change is refused.

https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/update
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..catalog.quotas import check_compute
from ..catalog.sizes import check_capacity, size_of
from ..store import Resource
from ..wire import ArmError, Json
from . import capacity, data_disks
from .os_disk import attachable
from .plan import plan_of

if TYPE_CHECKING:
    from ..account import LocalAccount

PLAIN = (
    "additionalCapabilities",
    "diagnosticsProfile",
    "licenseType",
    "securityProfile",
    "scheduledEventsProfile",
    "extensionsTimeBudget",
    "availabilitySet",
    "virtualMachineScaleSet",
    "platformFaultDomain",
)
_FIXED = (
    ("osProfile", "adminUsername"),
    ("osProfile", "computerName"),
    ("storageProfile", "imageReference"),
    ("storageProfile", "osDisk", "createOption"),
    ("storageProfile", "osDisk", "osType"),
    ("priority",),
    ("securityProfile", "securityType"),
    ("availabilitySet",),
    ("virtualMachineScaleSet",),
)
_SECRET = {"customData": "custom_data", "adminPassword": "password"}


def apply(account: LocalAccount, machine: Resource, body: Json, *, whole: bool) -> None:
    """``whole``: a PUT, whose list of data disks is empty when it is left out."""
    asked = body.get("properties") or {}
    _refuse(machine, body, asked)
    if wanted := (asked.get("hardwareProfile") or {}).get("vmSize"):
        _resize(account, machine, wanted)
    capacity.join(account, machine, asked)
    storage = asked.get("storageProfile") or {}
    if new_disk := ((storage.get("osDisk") or {}).get("managedDisk") or {}).get("id"):
        _swap(account, machine, new_disk)
    for name in ("deleteOption", "caching"):
        if value := (storage.get("osDisk") or {}).get(name):
            machine.properties["storageProfile"]["osDisk"][name] = value
    if whole or storage.get("dataDisks") is not None:
        data_disks.reconcile(account, machine, storage.get("dataDisks") or [])
    _interfaces(machine, asked.get("networkProfile") or {})
    for name in (*PLAIN, "billingProfile", "evictionPolicy"):
        if asked.get(name) is not None:
            machine.properties[name] = asked[name]
    if asked.get("userData") is not None:
        machine.private["user_data"] = asked["userData"]


def _refuse(machine: Resource, body: Json, asked: Json) -> None:
    """https://learn.microsoft.com/en-us/troubleshoot/azure/virtual-machines/windows/error-messages"""
    if body.get("zones") and body["zones"] != machine.top.get("zones"):
        raise _not_allowed("zones")
    for path in _FIXED:
        told, had = _at(asked, path), _at(machine.properties, path)
        if told is not None and not _same(told, had):
            raise _not_allowed(".".join(path[-2:] if path[0] == "osProfile" else path[-1:]))
    for name, kept in _SECRET.items():
        told = (asked.get("osProfile") or {}).get(name)
        if told is not None and told != machine.private.get(kept):
            raise _not_allowed(f"osProfile.{name}")


def _at(tree: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        tree = (tree or {}).get(step)
    return tree


def _same(told: Any, had: Any) -> bool:
    """Objects are the same when what is told of them is as it was."""
    if isinstance(told, dict) and isinstance(had, dict):
        return all(_same(value, had.get(name)) for name, value in told.items() if value is not None)
    return str(told).lower() == str(had).lower()


def _not_allowed(name: str) -> ArmError:
    message = f"Changing property '{name}' is not allowed."
    return ArmError(409, "PropertyChangeNotAllowed", message, name)


def _resize(account: LocalAccount, machine: Resource, wanted: str) -> None:
    """https://learn.microsoft.com/en-us/azure/virtual-machines/sizes/resize-vm"""
    size = size_of(wanted)
    profile = machine.properties["hardwareProfile"]
    if size.name == profile["vmSize"]:
        return
    check_capacity(account, size)
    here = [name.lower() for name in account.switches.cluster_sizes]
    if here and size.name.lower() not in here and machine.private["power"] != "deallocated":
        message = (
            f"Unable to resize the VM '{machine.name}' because the requested size {size.name} is "
            "not available in the current hardware cluster. The available sizes in this cluster "
            f"are: {', '.join(account.switches.cluster_sizes)}. Deallocate the VM first."
        )
        raise ArmError(409, "OperationNotAllowed", message, "vmSize")
    check_compute(account, machine, size)
    profile["vmSize"] = size.name


def _swap(account: LocalAccount, machine: Resource, wanted: str) -> None:
    """https://learn.microsoft.com/en-us/azure/virtual-machines/linux/os-disk-swap"""
    entry = machine.properties["storageProfile"]["osDisk"]
    if wanted.lower() == entry["managedDisk"]["id"].lower():
        return
    if machine.private["power"] not in ("deallocated", "stopped"):
        message = "The OS disk can be swapped only while the VM is stopped."
        raise ArmError(409, "OperationNotAllowed", message, "osDisk.managedDisk.id")
    disk = attachable(account, machine, wanted)
    plan = plan_of(machine)
    plan.detach.append(entry["managedDisk"]["id"])
    plan.attach.append(disk.id)
    sku = disk.top["sku"]["name"]
    entry |= {"name": disk.name, "diskSizeGB": disk.properties["diskSizeGB"]}
    entry["managedDisk"] = {"id": disk.id, "storageAccountType": sku}


def _interfaces(machine: Resource, asked: Json) -> None:
    """The delete options may change; the interfaces themselves are left as they are."""
    told = asked.get("networkInterfaces")
    if told is None:
        return
    entries = {
        e["id"].lower(): e for e in machine.properties["networkProfile"]["networkInterfaces"]
    }
    if {str(one.get("id")).lower() for one in told} != set(entries):
        raise _not_allowed("networkProfile.networkInterfaces")
    for one in told:
        if option := (one.get("properties") or {}).get("deleteOption"):
            entries[one["id"].lower()]["properties"]["deleteOption"] = option
