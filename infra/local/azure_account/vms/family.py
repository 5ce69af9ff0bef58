"""The VM as a resource: create, change, delete.

https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/create-or-update
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING
from uuid import uuid4

from .. import operations
from ..catalog.quotas import VM
from ..families import Family
from ..operations import Operation
from ..routes import Route
from ..store import Resource, new_etag
from ..wire import Answer, ArmError, Call, Json
from . import actions, cascade, changes, creating, instance_view
from .plan import carry_out

if TYPE_CHECKING:
    from ..account import LocalAccount


class VirtualMachines(Family):
    type = VM
    noun = "VirtualMachines"
    verbs = ("List", "ListAll", "Update")
    busy = "Creating"
    # https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules
    names = r"[A-Za-z0-9](?:[\w.-]{0,62}[\w-])?"

    def prepare(
        self, account: LocalAccount, call: Call, new: Resource, old: Resource | None
    ) -> None:
        if old:
            changes.apply(account, new, call.json(), whole=True)
            return
        new.properties = {"vmId": str(uuid4()), "timeCreated": account.timestamp()}
        creating.prepare(account, new, call.json())

    def created(self, account: LocalAccount, _call: Call, resource: Resource) -> None:
        carry_out(account, resource)

    def patch(self, account: LocalAccount, call: Call, resource: Resource) -> Answer:
        new = copy.deepcopy(resource)
        body = call.json()
        if "tags" in body:
            new.tags = dict(body["tags"] or {})
        changes.apply(account, new, body, whole=False)
        new.etag, new.state = new_etag(), "Updating"
        account.store.put(new)
        carry_out(account, new)
        operation = operations.begin(account, call, new, "update")
        headers = operations.accepted(account, call, operation, location=False)
        return Answer(200, self.view(account, new), headers)

    def removed(self, account: LocalAccount, resource: Resource) -> None:
        cascade.release_all(account, resource)

    def finish(self, account: LocalAccount, resource: Resource, operation: Operation) -> None:
        actions.settle(resource, operation, account.timestamp())
        super().finish(account, resource, operation)

    def extra(self, _account: LocalAccount, resource: Resource, call: Call | None) -> Json:
        wanted = (call.query.get("$expand", "") if call else "").lower()
        if wanted not in ("", "instanceview", "userdata"):
            raise ArmError(
                400, "InvalidParameter", f"The value '{wanted}' of $expand is not valid."
            )
        if wanted == "instanceview":
            return {"instanceView": instance_view.of(resource)}
        if wanted == "userdata" and "user_data" in resource.private:
            return {"userData": resource.private["user_data"]}
        return {}

    def listed(self, account: LocalAccount, resource: Resource, call: Call) -> Json:
        """https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/list-all: statusOnly
        is of the subscription's list. Seen in use: it tells no tags and no profiles."""
        whole = super().listed(account, resource, call)
        if "group" in call.names or call.query.get("statusonly", "").lower() != "true":
            return whole
        told = {name: whole["properties"][name] for name in ("vmId", "provisioningState")}
        told["instanceView"] = instance_view.of(resource)
        kept = {name: whole[name] for name in ("name", "id", "type", "location")}
        return {**kept, "properties": told}

    def routes(self) -> list[Route]:
        return [*actions.routes(self), *super().routes()]

    def list(self, account: LocalAccount, call: Call) -> Answer:
        """https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/list#uri-parameters"""
        if call.query.get("$expand"):
            message = "$expand needs a $filter by scale set; this local account has none."
            raise ArmError(400, "InvalidParameter", message)
        return super().list(account, call)
