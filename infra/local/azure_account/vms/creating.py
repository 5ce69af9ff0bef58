"""A new VM: everything is checked before anything is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..catalog.quotas import check_compute
from ..catalog.sizes import ZONES, check_capacity, size_of
from ..store import Resource
from ..wire import ArmError, Json
from . import capacity, data_disks, nics, os_disk, os_profile
from .changes import PLAIN

if TYPE_CHECKING:
    from ..account import LocalAccount


def prepare(account: LocalAccount, new: Resource, body: Json) -> None:
    asked = body.get("properties") or {}
    size = size_of((asked.get("hardwareProfile") or {}).get("vmSize"))
    new.properties["hardwareProfile"] = {**asked["hardwareProfile"], "vmSize": size.name}
    _check_zones(new, body.get("zones"))
    _priority(new, asked)
    capacity.join(account, new, asked)
    check_capacity(account, size)
    check_compute(account, new, size)
    for kept in ("plan", "identity"):
        if body.get(kept):
            new.top[kept] = body[kept]
    storage = asked.get("storageProfile") or {}
    generalized = os_disk.prepare(account, new, storage, size)
    data_disks.reconcile(account, new, storage.get("dataDisks") or [])
    os_profile.prepare(new, asked.get("osProfile"), generalized=generalized)
    for kept in PLAIN:
        if asked.get(kept) is not None:
            new.properties[kept] = asked[kept]
    if asked.get("userData") is not None:
        new.private["user_data"] = asked["userData"]
    nics.prepare(account, new, asked.get("networkProfile") or {}, size)
    new.private["power"] = None


def _check_zones(new: Resource, zones: Any) -> None:
    """https://learn.microsoft.com/en-us/azure/reliability/availability-zones-overview"""
    if not zones:
        return
    if len(zones) != 1 or zones[0] not in ZONES:
        message = (
            f"The zone(s) '{', '.join(map(str, zones))}' for resource '{new.id}' is not supported."
        )
        raise ArmError(400, "InvalidAvailabilityZone", message, "zones")
    new.top["zones"] = list(zones)


def _priority(new: Resource, asked: Json) -> None:
    """https://learn.microsoft.com/en-us/azure/virtual-machines/spot-vms"""
    priority = asked.get("priority")
    if priority not in (None, "Regular", "Low", "Spot"):
        raise ArmError(400, "InvalidParameter", f"'{priority}' is no priority.", "priority")
    spot = priority in ("Low", "Spot")
    for field in ("evictionPolicy", "billingProfile"):
        if asked.get(field) is None:
            continue
        if not spot:
            message = f"{field} can be set only on Azure Spot Virtual Machines."
            raise ArmError(400, "InvalidParameter", message, field)
        new.properties[field] = asked[field]
    if not spot:
        if priority:
            new.properties["priority"] = priority
        return
    new.properties["priority"] = "Spot"
    new.properties.setdefault("evictionPolicy", "Deallocate")
    new.properties.setdefault("billingProfile", {"maxPrice": -1})
    if new.properties["hardwareProfile"]["vmSize"].startswith("Standard_B"):
        message = "Azure Spot Virtual Machines are not supported with B-series sizes."
        raise ArmError(409, "OperationNotAllowed", message)
