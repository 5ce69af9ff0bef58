"""What goes with a VM and what stays, by the delete options.

https://learn.microsoft.com/en-us/azure/virtual-machines/delete
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..families import family_of
from ..store import Resource

if TYPE_CHECKING:
    from ..account import LocalAccount


def release_all(account: LocalAccount, machine: Resource) -> None:
    for command in account.store.under(machine.id):
        _drop(account, command)
    storage = machine.properties["storageProfile"]
    for entry in [storage["osDisk"], *storage["dataDisks"]]:
        if disk := account.store.get(entry["managedDisk"]["id"]):
            disk.top.pop("managedBy", None)
            if entry["deleteOption"] == "Delete":
                _drop(account, disk)
    for entry in machine.properties["networkProfile"]["networkInterfaces"]:
        if nic := account.store.get(entry["id"]):
            for told in ("virtualMachine", "macAddress", "primary"):
                nic.properties.pop(told, None)
            if entry["properties"].get("deleteOption") == "Delete":
                _drop(account, nic)


def _drop(account: LocalAccount, resource: Resource) -> None:
    family_of(resource.type).removed(account, resource)
    account.store.drop(resource.id)
