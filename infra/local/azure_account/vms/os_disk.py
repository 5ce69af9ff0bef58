"""The OS disk: made from an image, or attached as it is.

https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/create-or-update#osdisk
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from ..catalog.images import SIZE_GIB, marketplace
from ..catalog.sizes import Size
from ..disks.access import granted
from ..disks.making import DISK, IMAGE, check_size, fill, sku_of
from ..store import Resource
from ..wire import ArmError, Json, not_found
from .plan import plan_of

if TYPE_CHECKING:
    from ..account import LocalAccount


def prepare(account: LocalAccount, machine: Resource, storage: Json, size: Size) -> bool:
    """Whether the machine starts from a generalized image and so needs an osProfile."""
    asked = storage.get("osDisk") or {}
    if asked.get("createOption") == "Attach":
        disk = attachable(account, machine, (asked.get("managedDisk") or {}).get("id"))
        kind = disk.properties.get("osType") or asked.get("osType")
        if not kind:
            message = "Required parameter 'osDisk.osType' is missing (null)."
            raise ArmError(400, "InvalidParameter", message, "osDisk.osType")
        plan_of(machine).attach.append(disk.id)
        _keep(machine, asked, disk, kind)
        return False
    if asked.get("createOption", "FromImage") != "FromImage":
        message = f"The value '{asked['createOption']}' of osDisk.createOption is not valid."
        raise ArmError(400, "InvalidParameter", message, "osDisk.createOption")
    image = storage.get("imageReference")
    if not image:
        message = "Required parameter 'imageReference' is missing (null)."
        raise ArmError(400, "InvalidParameter", message, "imageReference")
    return _from_image(account, machine, asked, image, size)


def _from_image(
    account: LocalAccount, machine: Resource, asked: Json, reference: Json, size: Size
) -> bool:
    told = dict(reference)
    managed = asked.get("managedDisk") or {}
    sku = sku_of(managed.get("storageAccountType") or "Standard_LRS", None, os_disk=True)
    name = asked.get("name") or f"{machine.name}_OsDisk_1_{uuid4().hex}"
    place = machine.id.rpartition("/providers/")[0]
    disk = Resource(f"{place}/providers/{DISK}/{name}", DISK, machine.location)
    if account.store.get(disk.id):
        message = f"Disk {name} already exists in resource group {machine.group}."
        raise ArmError(409, "ConflictingUserInput", message, "osDisk.name")
    generalized, source, least = True, None, SIZE_GIB
    if told.get("id"):
        image = account.store.get(told["id"])
        if image is None or image.type != IMAGE:
            raise not_found(told["id"])
        inner = image.properties["storageProfile"]["osDisk"]
        generalized = inner["osState"] == "Generalized"
        source, least = image.private["content"], inner["diskSizeGB"]
        generation = image.properties["hyperVGeneration"]
        kind = inner["osType"]
        creation: Json = {"createOption": "FromImage", "imageReference": {"id": image.id}}
    else:
        offered = marketplace(told)
        told["exactVersion"] = offered.version
        generation, kind = offered.generation, "Linux"
        _check_arch(size, offered.arch)
        creation = {
            "createOption": "FromImage",
            "imageReference": {"id": _version_id(account, told)},
        }
    if generation not in size.generations.split(","):
        message = (
            f"The selected VM size '{size.name}' cannot boot Hypervisor Generation "
            f"'{generation[1]}'."
        )
        raise ArmError(400, "BadRequest", message)
    capacity = check_size(asked.get("diskSizeGB") or least, sku, least=least)
    fill(account, disk, sku, capacity, creation)
    disk.properties |= {"osType": kind, "hyperVGeneration": generation}
    disk.tags = dict(machine.tags)
    disk.top["managedBy"] = machine.id
    if zones := machine.top.get("zones"):
        disk.top["zones"] = zones
    plan_of(machine).make.append((disk, source))
    machine.properties["storageProfile"] = {"imageReference": told}
    _keep(machine, asked, disk, kind)
    return generalized


def _keep(machine: Resource, asked: Json, disk: Resource, kind: str) -> None:
    profile = machine.properties.setdefault("storageProfile", {})
    sku = disk.top["sku"]["name"]
    profile["osDisk"] = {
        "osType": kind,
        "name": disk.name,
        "createOption": asked.get("createOption", "FromImage"),
        "caching": asked.get("caching") or "ReadWrite",
        "managedDisk": {"id": disk.id, "storageAccountType": sku},
        "deleteOption": asked.get("deleteOption") or "Detach",
        "diskSizeGB": disk.properties["diskSizeGB"],
    }
    profile.setdefault("dataDisks", [])
    profile["diskControllerType"] = "SCSI"


def _check_arch(size: Size, arch: str) -> None:
    if arch.lower() != size.arch:
        message = (
            f"Cannot create a VM of size '{size.name}' because this VM size only supports a CPU "
            f"Architecture of '{size.arch}', but an image or disk with CPU Architecture "
            f"'{arch}' was given."
        )
        raise ArmError(400, "InvalidParameter", message, "vmSize")


def _version_id(account: LocalAccount, told: Json) -> str:
    place = f"{account.root}/Providers/Microsoft.Compute/Locations/{account.location}"
    return (
        f"{place}/Publishers/{told['publisher']}/ArtifactTypes/VMImage/Offers/{told['offer']}"
        f"/Skus/{told['sku']}/Versions/{told['exactVersion']}"
    )


def attachable(account: LocalAccount, machine: Resource, disk_id: str | None) -> Resource:
    """The disk, free to be attached.

    https://learn.microsoft.com/en-us/troubleshoot/azure/virtual-machines/windows/error-messages
    """
    disk = account.store.get(disk_id or "")
    if disk is None or disk.type != DISK:
        raise not_found(disk_id or f"{machine.id}/")
    owner = disk.top.get("managedBy")
    if owner and owner.lower() != machine.id.lower():
        message = (
            f"Disk '{disk.name}' cannot be attached as the disk is already owned by VM '{owner}'."
        )
        raise ArmError(409, "ConflictingUserInput", message, "managedDisk.id")
    if disk.properties.get("diskState", "Unattached") != "Unattached" and not owner:
        message = (
            f"Disk '{disk.name}' cannot be attached because it is in state "
            f"{disk.properties['diskState']}."
        )
        raise ArmError(409, "OperationNotAllowed", message)
    if granted(account, disk) and not owner:
        message = (
            f"Disk {disk.name} has an active shared access signature; call endGetAccess first."
        )
        raise ArmError(409, "OperationNotAllowed", message)
    zone, wanted = disk.top.get("zones"), machine.top.get("zones")
    if zone and zone != wanted:
        message = (
            f"Disk '{disk.name}' in zone {zone} cannot be attached to the VM because it is "
            "not in that zone."
        )
        raise ArmError(400, "BadRequest", message)
    return disk
