"""Virtual networks: https://learn.microsoft.com/en-us/rest/api/virtualnetwork/virtual-networks"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from ..families import Family, family_of
from ..operations import Operation
from ..store import Resource
from ..wire import ArmError, Call, Json
from .subnets import SUBNET, in_use, merged, prefix, users

if TYPE_CHECKING:
    from ..account import LocalAccount

VNET = "Microsoft.Network/virtualNetworks"


class VirtualNetworks(Family):
    type = VNET
    noun = "VirtualNetworks"

    def prepare(
        self, account: LocalAccount, call: Call, new: Resource, old: Resource | None
    ) -> None:
        asked = call.json().get("properties") or {}
        ranges = (asked.get("addressSpace") or {}).get("addressPrefixes")
        if not ranges:
            message = f"The address space of virtual network {new.name} is missing."
            raise ArmError(400, "InvalidRequestFormat", message)
        new.properties = {
            "addressSpace": {"addressPrefixes": [str(prefix(told, new.name)) for told in ranges]},
            "resourceGuid": (old.properties if old else {}).get("resourceGuid") or str(uuid4()),
            "enableDdosProtection": bool(asked.get("enableDdosProtection")),
            "virtualNetworkPeerings": [],
        }
        if dhcp := asked.get("dhcpOptions"):
            new.properties["dhcpOptions"] = dhcp
        new.private["subnets"] = merged(account, new, asked.get("subnets") or [])

    def created(self, account: LocalAccount, _call: Call, resource: Resource) -> None:
        for old in account.store.under(resource.id, SUBNET):
            account.store.drop(old.id)
        for subnet in resource.private.pop("subnets"):
            account.store.put(subnet)

    def finish(self, account: LocalAccount, resource: Resource, operation: Operation) -> None:
        super().finish(account, resource, operation)
        for subnet in account.store.under(resource.id, SUBNET):
            if not subnet.operation:
                subnet.state = resource.state

    def extra(self, account: LocalAccount, resource: Resource, _call: Call | None) -> Json:
        inner = family_of(SUBNET)
        found = account.store.under(resource.id, SUBNET)
        return {"subnets": [inner.view(account, subnet) for subnet in found]}

    def check_delete(self, account: LocalAccount, resource: Resource) -> None:
        for subnet in account.store.under(resource.id, SUBNET):
            if used := users(account, subnet):
                raise in_use(subnet, used[0])

    def removed(self, account: LocalAccount, resource: Resource) -> None:
        for subnet in account.store.under(resource.id, SUBNET):
            account.store.drop(subnet.id)
