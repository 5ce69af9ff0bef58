"""Managed disks: https://learn.microsoft.com/en-us/rest/api/compute/disks"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from .. import operations
from ..catalog.images import SIZE_GIB, image_of_version_id, marketplace
from ..catalog.sizes import ZONES
from ..families import Family
from ..operations import Operation
from ..routes import Route
from ..store import Resource, new_etag
from ..wire import Answer, ArmError, Call, Json, not_found
from .access import Access, granted
from .making import (
    DISK,
    GIB,
    IMAGE,
    SNAPSHOT,
    check_size,
    fill,
    machine_of,
    make_content,
    set_size,
    sku_of,
)
from .vhd import FOOTER

if TYPE_CHECKING:
    from ..account import LocalAccount


class Disks(Family):
    type = DISK
    noun = "Disks"
    verbs = ("ListByResourceGroup", "List", "Update")
    accepts = (202, 202)
    busy = "Creating"
    etags = False
    names = r"[A-Za-z0-9_](?:[\w.-]{0,78}\w)?"

    def prepare(
        self, account: LocalAccount, call: Call, new: Resource, old: Resource | None
    ) -> None:
        body = call.json()
        asked = body.get("properties") or {}
        if old:
            _check_creation(old, asked.get("creationData") or {})
            change(account, new, body)
            return
        zones = body.get("zones")
        if zones and not set(zones) <= set(ZONES):
            message = f"The zone(s) '{zones}' for resource '{new.id}' is not supported."
            raise ArmError(400, "InvalidAvailabilityZone", message, "zones")
        sku = sku_of((body.get("sku") or {}).get("name", "Standard_LRS"), zones)
        creation = asked.get("creationData")
        if not creation:
            message = "Required parameter 'disk.creationData' is missing (null)."
            raise ArmError(400, "InvalidParameter", message, "disk.creationData")
        size, content, about = _source(account, asked, creation, sku)
        fill(account, new, sku, size, {**creation, **about.pop("creation", {})})
        for kept in ("osType", "hyperVGeneration"):
            if value := asked.get(kept) or about.get(kept):
                new.properties[kept] = value
        if zones:
            new.top["zones"] = zones
        upload = creation["createOption"] == "Upload"
        new.properties["diskState"] = "ReadyToUpload" if upload else "Unattached"
        if upload:
            new.properties["diskSizeBytes"] = creation["uploadSizeBytes"] - FOOTER
        new.private["source"] = content

    def created(self, account: LocalAccount, _call: Call, resource: Resource) -> None:
        source = resource.private.pop("source", None)
        size = resource.properties.get("diskSizeBytes", 0)
        if "content" not in resource.private:
            resource.private["content"] = make_content(account, size, source)
        else:
            set_size(account, resource.private["content"], size)

    def finish(self, account: LocalAccount, resource: Resource, operation: Operation) -> None:
        upload = resource.properties.get("diskState") in ("ReadyToUpload", "ActiveUpload")
        if operation.verb == "revoke" and upload and not operation.failure:
            resource.properties["diskState"] = "Unattached"
        super().finish(account, resource, operation)

    def patch(self, account: LocalAccount, call: Call, resource: Resource) -> Answer:
        new = copy.deepcopy(resource)
        body = call.json()
        if "tags" in body:
            new.tags = dict(body["tags"] or {})
        change(account, new, body)
        new.etag, new.state = new_etag(), "Updating"
        account.store.put(new)
        self.created(account, call, new)
        running = operations.begin(account, call, new, "update")
        headers = operations.accepted(account, call, running, location=True)
        return Answer(202, self.view(account, new), headers)

    def extra(self, account: LocalAccount, resource: Resource, _call: Call | None) -> Json:
        """https://learn.microsoft.com/en-us/rest/api/compute/disks/get#diskstate"""
        state = resource.properties.get("diskState", "Unattached")
        machine = machine_of(account, resource)
        active = bool(granted(account, resource))
        if machine:
            off = machine.private["power"] == "deallocated"
            state = ("ActiveSASFrozen" if active else "Reserved") if off else "Attached"
        elif active and state == "Unattached":
            state = "ActiveSAS"
        return {"diskState": state}

    def check_delete(self, account: LocalAccount, resource: Resource) -> None:
        """https://learn.microsoft.com/en-us/troubleshoot/azure/virtual-machines/windows/error-messages"""
        if machine := machine_of(account, resource):
            message = f"Disk {resource.name} is attached to VM {machine.id}."
            raise ArmError(409, "OperationNotAllowed", message)
        if granted(account, resource):
            message = (
                f"Disk {resource.name} has an active shared access signature; call "
                "endGetAccess first."
            )
            raise ArmError(409, "OperationNotAllowed", message)

    def removed(self, account: LocalAccount, resource: Resource) -> None:
        if key := resource.private.get("content"):
            account.contents.drop(key)

    def routes(self) -> list[Route]:
        return [*Access(self).routes(), *super().routes()]


def _check_creation(old: Resource, told: Json) -> None:
    had = old.properties["creationData"]
    for name in ("createOption", "sourceResourceId", "uploadSizeBytes"):
        if told.get(name) is not None and told[name] != had.get(name):
            message = "Changing property 'creationData' is not allowed."
            raise ArmError(409, "PropertyChangeNotAllowed", message, "creationData")


def _source(
    account: LocalAccount, asked: Json, creation: Json, sku: str
) -> tuple[int, str | None, Json]:
    """(size in GiB, key of the bytes to start from, what is known of them)."""
    option, size = creation.get("createOption"), asked.get("diskSizeGB")
    if option == "Empty":
        return check_size(size, sku), None, {}
    if option == "Upload":
        return _upload(creation, sku), None, {}
    if option == "Copy":
        source = find_source(account, creation.get("sourceResourceId"))
        least = source.properties["diskSizeGB"]
        about: Json = {
            n: source.properties[n]
            for n in ("osType", "hyperVGeneration")
            if n in source.properties
        }
        about["creation"] = {"sourceUniqueId": source.properties["uniqueId"]}
        return check_size(size or least, sku, least=least), source.private["content"], about
    if option == "FromImage":
        reference = creation.get("imageReference") or creation.get("galleryImageReference") or {}
        least, content, about = _image(account, str(reference.get("id")))
        return check_size(size or least, sku, least=least), content, about
    message = (
        f"The value '{option}' of parameter 'disk.creationData.createOption' is not supported."
    )
    raise ArmError(400, "InvalidParameter", message, "disk.creationData.createOption")


def _upload(creation: Json, sku: str) -> int:
    """https://learn.microsoft.com/en-us/azure/virtual-machines/linux/disks-upload-vhd-to-managed-disk-cli"""
    told = creation.get("uploadSizeBytes")
    if not isinstance(told, int) or told < 20 * 1024**2 + FOOTER or (told - FOOTER) % 1024**2:
        message = (
            "uploadSizeBytes must be a whole number of MiB (20 at least) and the 512 bytes "
            "of the VHD footer."
        )
        raise ArmError(400, "InvalidParameter", message, "disk.creationData.uploadSizeBytes")
    return check_size(-(-(told - FOOTER) // GIB), sku)


def _image(account: LocalAccount, image_id: str) -> tuple[int, str | None, Json]:
    if urn := image_of_version_id(image_id):
        offered = marketplace(urn)
        return SIZE_GIB, None, {"osType": "Linux", "hyperVGeneration": offered.generation}
    image = account.store.get(image_id)
    if image is None or image.type != IMAGE:
        raise not_found(image_id)
    inner = image.properties["storageProfile"]["osDisk"]
    about = {"osType": inner["osType"], "hyperVGeneration": image.properties["hyperVGeneration"]}
    return inner["diskSizeGB"], image.private["content"], about


def find_source(account: LocalAccount, source_id: object) -> Resource:
    """A disk or snapshot to copy."""
    source = account.store.get(str(source_id))
    if source is None or source.type not in (DISK, SNAPSHOT):
        raise not_found(str(source_id))
    if source.properties.get("diskState") in ("ReadyToUpload", "ActiveUpload"):
        message = f"'{source.name}' is being uploaded and cannot be copied."
        raise ArmError(409, "OperationNotAllowed", message)
    return source


def change(account: LocalAccount, disk: Resource, body: Json) -> None:
    """https://learn.microsoft.com/en-us/azure/virtual-machines/linux/expand-disks"""
    asked = body.get("properties") or {}
    if name := (body.get("sku") or {}).get("name"):
        sku = sku_of(name, disk.top.get("zones"))
        _check_idle(account, disk, sku != disk.top["sku"]["name"], "the SKU of")
        disk.top["sku"] = {"name": sku, "tier": sku.partition("_")[0].replace("SSD", "")}
    before, size = disk.properties["diskSizeGB"], asked.get("diskSizeGB")
    if size is not None and size != before:
        if isinstance(size, int) and size < before:
            message = (
                f"New disk size '{size}' is less than the existing size '{before}'. Disks "
                "cannot be made smaller."
            )
            raise ArmError(400, "ResizeDiskError", message, "disk.diskSizeGB")
        check_size(size, disk.top["sku"]["name"])
        _check_idle(account, disk, "osType" in disk.properties, "resize")
        disk.properties |= {"diskSizeGB": size, "diskSizeBytes": size * GIB}
    for kept in (
        "networkAccessPolicy",
        "publicNetworkAccess",
        "osType",
        "supportsHibernation",
        "burstingEnabled",
        "tier",
    ):
        if asked.get(kept) is not None:
            disk.properties[kept] = asked[kept]


def _check_idle(account: LocalAccount, disk: Resource, matters: bool, what: str) -> None:
    machine = machine_of(account, disk)
    if matters and machine and machine.private["power"] != "deallocated":
        message = (
            f"Cannot {what} disk {disk.name} while it is attached to running VM {machine.id}. "
            "The virtual machine must be deallocated."
        )
        raise ArmError(409, "OperationNotAllowed", message)
