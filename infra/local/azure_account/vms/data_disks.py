"""Data disks: the list in a body is the whole truth; what it leaves out is detached.

https://learn.microsoft.com/en-us/azure/virtual-machines/linux/attach-disk-portal
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from ..catalog.sizes import size_of
from ..disks.making import DISK, SNAPSHOT, check_size, fill, sku_of
from ..store import Resource
from ..wire import ArmError, Json, not_found
from .os_disk import attachable
from .plan import plan_of

if TYPE_CHECKING:
    from ..account import LocalAccount


def reconcile(account: LocalAccount, machine: Resource, asked: list[Json]) -> None:
    profile = machine.properties["storageProfile"]
    before: list[Json] = profile.get("dataDisks") or []
    asked = [told for told in asked if not told.get("toBeDetached")]
    _check_luns(machine, asked)
    after: list[Json] = []
    for told in asked:
        old = _known(before, told)
        after.append(_kept(told, old) if old else _new(account, machine, told))
    kept = {entry["managedDisk"]["id"].lower() for entry in after}
    had = [entry["managedDisk"]["id"] for entry in before]
    plan_of(machine).detach += [disk_id for disk_id in had if disk_id.lower() not in kept]
    profile["dataDisks"] = after


def _known(before: list[Json], told: Json) -> Json | None:
    """The disk that is meant: by id, else by name, else by LUN."""
    disk_id = (told.get("managedDisk") or {}).get("id")
    for entry in before:
        if disk_id:
            same = entry["managedDisk"]["id"].lower() == disk_id.lower()
        elif told.get("name"):
            same = entry["name"].lower() == told["name"].lower()
        else:
            same = entry["lun"] == told["lun"]
        if same:
            return entry
    return None


def _check_luns(machine: Resource, asked: list[Json]) -> None:
    size = size_of(machine.properties["hardwareProfile"]["vmSize"])
    if len(asked) > size.disks:
        message = (
            "The maximum number of data disks allowed to be attached to a VM of this size is "
            f"{size.disks}."
        )
        raise ArmError(409, "OperationNotAllowed", message, "dataDisks")
    luns = [told.get("lun") for told in asked]
    for lun in luns:
        if not isinstance(lun, int) or not 0 <= lun <= 63:
            raise ArmError(
                400, "InvalidParameter", f"LUN {lun} is not between 0 and 63.", "dataDisk.lun"
            )
        if luns.count(lun) > 1:
            message = f"LUN {lun} is used by more than one data disk."
            raise ArmError(400, "InvalidParameter", message, "dataDisk.lun")


def _kept(told: Json, old: Json) -> Json:
    if told["lun"] != old["lun"]:
        message = "Changing property 'dataDisk.lun' is not allowed."
        raise ArmError(409, "PropertyChangeNotAllowed", message, "dataDisk.lun")
    changed = {n: told[n] for n in ("caching", "deleteOption") if told.get(n)}
    return {**old, **changed}


def _new(account: LocalAccount, machine: Resource, told: Json) -> Json:
    option = told.get("createOption")
    if option == "Attach":
        disk = attachable(account, machine, (told.get("managedDisk") or {}).get("id"))
        if disk.top.get("managedBy"):
            message = f"Disk '{disk.name}' is attached to this VM already."
            raise ArmError(409, "ConflictingUserInput", message, "managedDisk.id")
        plan_of(machine).attach.append(disk.id)
    elif option in ("Empty", "Copy"):
        disk = _make(account, machine, told)
    else:
        message = f"The value '{option}' of dataDisk.createOption is not valid here."
        raise ArmError(400, "InvalidParameter", message, "dataDisk.createOption")
    return {
        "lun": told["lun"],
        "name": disk.name,
        "createOption": option,
        "caching": told.get("caching") or "None",
        "writeAcceleratorEnabled": bool(told.get("writeAcceleratorEnabled")),
        "managedDisk": {"id": disk.id, "storageAccountType": disk.top["sku"]["name"]},
        "deleteOption": told.get("deleteOption") or "Detach",
        "diskSizeGB": disk.properties["diskSizeGB"],
        "toBeDetached": False,
    }


def _make(account: LocalAccount, machine: Resource, told: Json) -> Resource:
    zones = machine.top.get("zones")
    managed = told.get("managedDisk") or {}
    sku = sku_of(managed.get("storageAccountType") or "Standard_LRS", zones)
    name = told.get("name") or f"{machine.name}_disk{told['lun'] + 2}_{uuid4().hex}"
    place = machine.id.rpartition("/providers/")[0]
    disk = Resource(f"{place}/providers/{DISK}/{name}", DISK, machine.location)
    if account.store.get(disk.id):
        message = f"Disk {name} already exists in resource group {machine.group}."
        raise ArmError(409, "ConflictingUserInput", message, "dataDisk.name")
    content, least, creation = None, 1, {"createOption": "Empty"}
    if told["createOption"] == "Copy":
        source_id = str((told.get("sourceResource") or {}).get("id"))
        source = account.store.get(source_id)
        if source is None or source.type not in (DISK, SNAPSHOT):
            raise not_found(source_id)
        content, least = source.private["content"], source.properties["diskSizeGB"]
        creation = {"createOption": "Copy", "sourceResourceId": source.id}
    fill(
        account, disk, sku, check_size(told.get("diskSizeGB") or least, sku, least=least), creation
    )
    if told["createOption"] == "Empty" and not told.get("diskSizeGB"):
        message = "Required parameter 'dataDisk.diskSizeGB' is missing (null)."
        raise ArmError(400, "InvalidParameter", message, "dataDisk.diskSizeGB")
    disk.tags = dict(machine.tags)
    disk.top["managedBy"] = machine.id
    if zones:
        disk.top["zones"] = zones
    plan_of(machine).make.append((disk, content))
    return disk
