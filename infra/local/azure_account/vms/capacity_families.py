"""Reserved capacity, in groups: https://learn.microsoft.com/en-us/azure/virtual-machines/capacity-reservation-create

Targeted ones alone. Their cores are not counted against quotas here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from ..catalog.sizes import ZONES, check_capacity, size_of
from ..families import Family, normal
from ..store import Resource
from ..wire import Answer, ArmError, Call, Json
from .capacity import (
    GROUP,
    RESERVATION,
    associated,
    group_of,
    naming,
    not_allowed,
    place_of,
    references,
    view_of,
)

if TYPE_CHECKING:
    from ..account import LocalAccount


class CapacityReservationGroups(Family):
    type = GROUP
    noun = "CapacityReservationGroups"
    verbs = ("ListByResourceGroup", "ListBySubscription", "Update")
    etags = False

    def put(self, account: LocalAccount, call: Call) -> Answer:
        """At once: a group reserves nothing."""
        group_id, zones = self.path_id(account, call), call.json().get("zones") or []
        old = account.store.get(group_id)
        self._check_put(account, call, group_id, old, call.json())
        if set(zones) - set(ZONES) or (old and zones != old.top.get("zones", [])):
            raise ArmError(400, "InvalidParameter", f"The zones {zones} are not valid.", "zones")
        new = old or Resource(group_id, self.type, account.location)
        new.tags = dict(call.json().get("tags") or {})
        new.top = {"zones": zones} if zones else {}
        account.store.put(new)
        return Answer(200 if old else 201, self.view(account, new))

    def view(self, account: LocalAccount, resource: Resource, call: Call | None = None) -> Json:
        shown = super().view(account, resource, call)
        del shown["properties"]["provisioningState"]
        return shown

    def extra(self, account: LocalAccount, resource: Resource, call: Call | None) -> Json:
        inside = account.store.under(resource.id, RESERVATION)
        told = {
            "capacityReservations": [{"id": one.id} for one in inside],
            "virtualMachinesAssociated": references(naming(account, resource.id)),
        }
        if not _expanded(call):
            return told
        views = [{"name": one.name, **view_of(account, one)} for one in inside]
        return {**told, "instanceView": {"capacityReservations": views}}

    def check_delete(self, account: LocalAccount, resource: Resource) -> None:
        if account.store.under(resource.id, RESERVATION) or naming(account, resource.id):
            raise not_allowed(f"{resource.name} still has reservations or virtual machines.")


class CapacityReservations(Family):
    type = RESERVATION
    noun = "CapacityReservations"
    verbs = ("ListByCapacityReservationGroup", "", "")
    parent = "capacityReservationGroups"
    busy = "Creating"
    etags = False

    def prepare(
        self, account: LocalAccount, call: Call, new: Resource, old: Resource | None
    ) -> None:
        body = call.json()
        sku, zones = body.get("sku") or {}, body.get("zones") or []
        if normal(body.get("location")) != account.location:
            raise ArmError(400, "LocationRequired", "The location is missing, or another one.")
        size, count = size_of(sku.get("name")), sku.get("capacity")
        if not isinstance(count, int) or count < 0:
            raise ArmError(400, "InvalidParameter", f"{count} is no capacity.", "sku.capacity")
        place = {"sku": {"name": size.name, "capacity": count}, "zones": zones}
        if old and (place_of(old) != (size.name, zones)):
            raise ArmError(409, "PropertyChangeNotAllowed", "Size and zone cannot be changed.")
        group = group_of(account, new)
        if len(zones) > 1 or set(zones) - set(group.top.get("zones", [])):
            raise ArmError(400, "InvalidParameter", f"{zones} is no zone of the group.", "zones")
        others = [o for o in account.store.under(group.id, RESERVATION) if o.id != new.id]
        if (size.name, zones) in map(place_of, others):
            raise not_allowed(f"{group.name} has a reservation of {size.name} already.")
        check_capacity(account, size)
        new.top = {name: value for name, value in place.items() if value}
        new.tags = dict(body.get("tags") or {})
        if old is None:
            new.properties = {
                "reservationId": str(uuid4()),
                "platformFaultDomainCount": 1,
                "timeCreated": account.timestamp(),
            }
        new.properties["provisioningTime"] = account.timestamp()

    def view(self, account: LocalAccount, resource: Resource, call: Call | None = None) -> Json:
        tags = {"tags": resource.tags} if resource.tags else {}
        return {"location": resource.location, **tags, **super().view(account, resource, call)}

    def extra(self, account: LocalAccount, resource: Resource, call: Call | None) -> Json:
        told: Json = {"virtualMachinesAssociated": references(associated(account, resource))}
        view = {"instanceView": view_of(account, resource)} if _expanded(call) else {}
        return told | view

    def check_delete(self, account: LocalAccount, resource: Resource) -> None:
        if associated(account, resource):
            raise not_allowed(f"{resource.name} still has virtual machines.")


def _expanded(call: Call | None) -> bool:
    wanted = (call.query.get("$expand", "") if call else "").lower()
    if wanted not in ("", "instanceview"):
        raise ArmError(400, "InvalidParameter", f"The value '{wanted}' of $expand is invalid.")
    return bool(wanted)
