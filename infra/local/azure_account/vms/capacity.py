"""Which VMs are on reserved capacity: they name a group of reservations.

https://learn.microsoft.com/en-us/azure/virtual-machines/capacity-reservation-associate-vm
https://learn.microsoft.com/en-us/azure/virtual-machines/capacity-reservation-remove-vm
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..catalog.quotas import VM
from ..store import Resource
from ..wire import ArmError, Json, not_found

if TYPE_CHECKING:
    from ..account import LocalAccount

GROUP = "Microsoft.Compute/capacityReservationGroups"
RESERVATION = f"{GROUP}/capacityReservations"


def join(account: LocalAccount, machine: Resource, asked: Json) -> None:
    """The group that a VM names, or a null that ends it; one that runs can do neither."""
    told = asked.get("capacityReservation")
    if told is None:
        return
    wanted = (told.get("capacityReservationGroup") or {}).get("id")
    if str(wanted or "").lower() == _named(machine):
        return
    if machine.private.get("power") not in (None, "deallocated"):
        raise not_allowed(f"Deallocate {machine.name} to change its capacity reservation group.")
    if wanted is None:
        del machine.properties["capacityReservation"]
        return
    group = account.store.get(str(wanted))
    if group is None or group.type != GROUP:
        raise not_found(str(wanted))
    if machine.properties.get("priority") == "Spot":
        raise not_allowed("Azure Spot Virtual Machines cannot use capacity reservations.")
    size = machine.properties["hardwareProfile"]["vmSize"]
    fits = map(place_of, account.store.under(group.id, RESERVATION))
    if (size, machine.top.get("zones", [])) not in fits:
        raise not_allowed(f"{group.name} has no reservation of {size} where {machine.name} is.")
    machine.properties["capacityReservation"] = {"capacityReservationGroup": {"id": group.id}}


def _named(machine: Resource) -> str:
    told = machine.properties.get("capacityReservation") or {}
    return str((told.get("capacityReservationGroup") or {}).get("id", "")).lower()


def naming(account: LocalAccount, group_id: str) -> list[Resource]:
    return [one for one in account.store.of_type(VM) if _named(one) == group_id.lower()]


def associated(account: LocalAccount, reservation: Resource) -> list[Resource]:
    """Of those that name the group, the VMs of its size in its zone."""
    size, zones = place_of(reservation)
    return [
        one
        for one in naming(account, group_of(account, reservation).id)
        if one.properties["hardwareProfile"]["vmSize"] == size and one.top.get("zones", []) == zones
    ]


def view_of(account: LocalAccount, reservation: Resource) -> Json:
    """https://learn.microsoft.com/en-us/azure/virtual-machines/capacity-reservation-overallocate"""
    there = associated(account, reservation)
    held = [one for one in there if one.private.get("power") not in (None, "deallocated")]
    made = reservation.state != "Creating"
    use = {
        "currentCapacity": reservation.top["sku"]["capacity"] if made else 0,
        "virtualMachinesAllocated": references(held),
    }
    ready = {"code": f"ProvisioningState/{reservation.state.lower()}", "level": "Info"}
    return {"utilizationInfo": use, "statuses": [ready]}


def place_of(reservation: Resource) -> tuple[str, list[str]]:
    return reservation.top["sku"]["name"], reservation.top.get("zones", [])


def group_of(account: LocalAccount, reservation: Resource) -> Resource:
    found = account.store.get(reservation.id.partition("/capacityReservations/")[0])
    assert found is not None  # the path named it
    return found


def references(machines: list[Resource]) -> list[Json]:
    return [{"id": one.id} for one in machines]


def not_allowed(message: str) -> ArmError:
    return ArmError(409, "OperationNotAllowed", message)
