"""Managed images: https://learn.microsoft.com/en-us/rest/api/compute/images"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..families import Family
from ..store import Resource
from ..wire import ArmError, Call, Json, not_found
from .disks import find_source
from .making import IMAGE, make_content

if TYPE_CHECKING:
    from ..account import LocalAccount


class Images(Family):
    type = IMAGE
    noun = "Images"
    verbs = ("ListByResourceGroup", "List", "Update")
    busy = "Creating"
    etags = False
    names = r"[A-Za-z0-9](?:[\w.-]{0,78}\w)?"

    def prepare(
        self, account: LocalAccount, call: Call, new: Resource, old: Resource | None
    ) -> None:
        asked = call.json().get("properties") or {}
        if old:
            return
        generation = asked.get("hyperVGeneration") or "V1"
        if generation not in ("V1", "V2"):
            raise ArmError(
                400, "InvalidParameter", "hyperVGeneration is V1 or V2.", "hyperVGeneration"
            )
        machine_id = (asked.get("sourceVirtualMachine") or {}).get("id")
        if machine_id:
            inner = _of_machine(account, machine_id)
            new.properties["sourceVirtualMachine"] = {"id": machine_id}
        else:
            inner = dict((asked.get("storageProfile") or {}).get("osDisk") or {})
        if not inner.get("osType") or inner.get("osState") not in ("Generalized", "Specialized"):
            message = (
                "Required parameters 'osDisk.osType' and 'osDisk.osState' are missing or not valid."
            )
            raise ArmError(400, "InvalidParameter", message, "osDisk")
        told = (inner.get("snapshot") or inner.get("managedDisk") or {}).get("id")
        if not told:
            message = "An image is made from a managed disk or a snapshot here."
            raise ArmError(400, "InvalidParameter", message, "osDisk")
        source = find_source(account, told)
        new.properties |= {
            "hyperVGeneration": generation,
            "storageProfile": {
                "osDisk": {
                    **inner,
                    "diskSizeGB": inner.get("diskSizeGB") or source.properties["diskSizeGB"],
                    "caching": inner.get("caching") or "None",
                    "storageAccountType": inner.get("storageAccountType") or "Standard_LRS",
                },
                "dataDisks": [],
                "zoneResilient": bool((asked.get("storageProfile") or {}).get("zoneResilient")),
            },
        }
        size = source.properties["diskSizeBytes"]
        new.private["content"] = make_content(account, size, source.private["content"])

    def removed(self, account: LocalAccount, resource: Resource) -> None:
        account.contents.drop(resource.private["content"])


def _of_machine(account: LocalAccount, machine_id: str) -> Json:
    """https://learn.microsoft.com/en-us/azure/virtual-machines/capture-image-resource"""
    machine = account.store.get(machine_id)
    if machine is None:
        raise not_found(machine_id)
    if not machine.private.get("generalized"):
        message = f"The VM '{machine.name}' must be generalized before an image is made of it."
        raise ArmError(409, "OperationNotAllowed", message)
    disk = machine.properties["storageProfile"]["osDisk"]
    return {
        "osType": disk["osType"],
        "osState": "Generalized",
        "managedDisk": {"id": disk["managedDisk"]["id"]},
        "caching": disk["caching"],
    }
