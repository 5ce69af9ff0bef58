"""Snapshots: https://learn.microsoft.com/en-us/azure/virtual-machines/disks-incremental-snapshots"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING
from uuid import uuid4

from ..families import Family
from ..routes import Route
from ..store import Resource, new_etag
from ..wire import Answer, ArmError, Call, Json
from .access import Access, granted
from .disks import find_source
from .making import SNAPSHOT, make_content

if TYPE_CHECKING:
    from ..account import LocalAccount

_MOST, _PERIOD = 7, 300
_SKUS = ("Standard_LRS", "Standard_ZRS", "Premium_LRS")


class Snapshots(Family):
    type = SNAPSHOT
    noun = "Snapshots"
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
        creation = asked.get("creationData") or {}
        if creation.get("createOption") != "Copy":
            message = "Required parameter 'snapshot.creationData.createOption' must be Copy here."
            raise ArmError(400, "InvalidParameter", message, "snapshot.creationData.createOption")
        source = find_source(account, creation.get("sourceResourceId"))
        if old:
            if old.properties["creationData"]["sourceResourceId"].lower() != source.id.lower():
                message = "Changing property 'creationData' is not allowed."
                raise ArmError(409, "PropertyChangeNotAllowed", message, "creationData")
            return
        sku = (body.get("sku") or {}).get("name", "Standard_LRS")
        if sku not in _SKUS:
            raise ArmError(400, "InvalidParameter", f"SKU name '{sku}' is not valid.", "sku.name")
        incremental = bool(asked.get("incremental"))
        _check_kind(source, incremental)
        if incremental:
            _check_rate(account, source)
        new.top["sku"] = {"name": sku, "tier": sku.partition("_")[0]}
        copied = ("osType", "hyperVGeneration", "diskSizeGB", "diskSizeBytes")
        new.properties = {n: source.properties[n] for n in copied if n in source.properties}
        new.properties |= {
            "creationData": {
                "createOption": "Copy",
                "sourceResourceId": source.id,
                "sourceUniqueId": source.properties["uniqueId"],
            },
            "incremental": incremental,
            "diskState": "Unattached",
            "encryption": {"type": "EncryptionAtRestWithPlatformKey"},
            "networkAccessPolicy": "AllowAll",
            "publicNetworkAccess": "Enabled",
            "timeCreated": account.timestamp(),
            "uniqueId": str(uuid4()),
            "completionPercent": 100.0,
        }
        if incremental:
            new.properties["incrementalSnapshotFamilyId"] = source.private.setdefault(
                "family", str(uuid4())
            )
            new.private["family"] = source.private["family"]
        # The bytes are those of this moment, whenever the operation ends.
        size = source.properties["diskSizeBytes"]
        new.private["content"] = make_content(account, size, source.private["content"])

    def patch(self, account: LocalAccount, call: Call, resource: Resource) -> Answer:
        body = call.json()
        if "tags" in body:
            resource.tags = dict(body["tags"] or {})
        resource.etag = new_etag()
        return Answer(200, self.view(account, resource))

    def extra(self, account: LocalAccount, resource: Resource, _call: Call | None) -> Json:
        return {"diskState": "ActiveSAS"} if granted(account, resource) else {}

    def check_delete(self, account: LocalAccount, resource: Resource) -> None:
        """An image does not hold the snapshot that it was made from; a URL does."""
        if granted(account, resource):
            message = (
                f"Snapshot {resource.name} has an active shared access signature; call "
                "endGetAccess first."
            )
            raise ArmError(409, "OperationNotAllowed", message)

    def removed(self, account: LocalAccount, resource: Resource) -> None:
        account.contents.drop(resource.private["content"])

    def routes(self) -> list[Route]:
        return [*Access(self).routes(), *super().routes()]


def _check_rate(account: LocalAccount, source: Resource) -> None:
    """https://learn.microsoft.com/en-us/azure/virtual-machines/disks-incremental-snapshots#restrictions
    The code is ours: the documentation tells none."""
    now = account.clock.now()
    taken = [when for when in source.private.get("taken", []) if when > now - _PERIOD]
    if len(taken) >= _MOST:
        message = f"{_MOST} incremental snapshots of {source.name} were taken in five minutes."
        error = ArmError(429, "TooManyRequests", message)
        error.headers["Retry-After"] = str(ceil(taken[0] + _PERIOD - now))
        raise error
    source.private["taken"] = [*taken, now]


def _check_kind(source: Resource, incremental: bool) -> None:
    """https://learn.microsoft.com/en-us/azure/virtual-machines/disks-incremental-snapshots#incremental-snapshots-of-premium-ssd-v2-and-ultra-disks"""
    if not incremental and source.top["sku"]["name"] in ("PremiumV2_LRS", "UltraSSD_LRS"):
        message = (
            f"Only incremental snapshots are supported for disks of {source.top['sku']['name']}."
        )
        raise ArmError(400, "BadRequest", message)
