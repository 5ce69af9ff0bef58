"""Network interfaces of a VM: references, or configurations from which they are made with it.

https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/create-or-update#virtualmachinenetworkinterfaceconfiguration
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from ..catalog.sizes import Size
from ..families import reference
from ..networks import nics as interfaces
from ..networks import public_ips
from ..networks.subnets import NIC
from ..store import Resource
from ..wire import ArmError, Json

if TYPE_CHECKING:
    from ..account import LocalAccount


def prepare(account: LocalAccount, machine: Resource, profile: Json, size: Size) -> None:
    """The last step of a create: what it makes is taken back when a later part is refused."""
    wanted = profile.get("networkInterfaces") or []
    configurations = profile.get("networkInterfaceConfigurations") or []
    if not wanted and not configurations:
        message = "Virtual machine has no network interface."
        raise ArmError(400, "InvalidParameter", message, "networkProfile")
    if wanted and configurations:
        message = "networkInterfaces and networkInterfaceConfigurations exclude each other."
        raise ArmError(400, "InvalidParameter", message, "networkProfile")
    if configurations and not profile.get("networkApiVersion"):
        message = "networkApiVersion is needed with networkInterfaceConfigurations."
        raise ArmError(400, "InvalidParameter", message, "networkProfile.networkApiVersion")
    if len(wanted) + len(configurations) > size.nics:
        message = (
            f"The number of network interfaces for VM size {size.name} is at most {size.nics}."
        )
        raise ArmError(400, "NetworkInterfaceCountExceeded", message)
    made: list[Resource] = []
    try:
        entries = [_make(account, machine, told, made) for told in configurations]
    except ArmError:
        for part in made:
            account.store.drop(part.id)
        raise
    entries += [_attach(account, machine, told, len(wanted) == 1) for told in wanted]
    for told in wanted:
        connect(reference(account, told["id"], NIC, machine.id), machine)
    if sum(bool(entry["properties"].get("primary")) for entry in entries) != 1:
        entries[0]["properties"]["primary"] = True
    machine.properties["networkProfile"] = {"networkInterfaces": entries}


def _attach(account: LocalAccount, machine: Resource, told: Json, only: bool) -> Json:
    nic = reference(account, told.get("id"), NIC, machine.id)
    user = (nic.properties.get("virtualMachine") or {}).get("id")
    if user and user.lower() != machine.id.lower():
        message = f"Network Interface {nic.id} is used by existing VM {user}."
        raise ArmError(409, "NicInUse", message)
    asked = told.get("properties") or {}
    kept = {"primary": bool(asked.get("primary", only))}
    if asked.get("deleteOption"):
        kept["deleteOption"] = asked["deleteOption"]
    return {"id": nic.id, "properties": kept}


def connect(nic: Resource, machine: Resource) -> None:
    nic.properties["virtualMachine"] = {"id": machine.id}
    nic.properties["primary"] = True
    # Microsoft's own prefix: https://learn.microsoft.com/en-us/azure/virtual-network/virtual-network-network-interface
    tail = uuid4().hex[:6].upper()
    nic.properties.setdefault("macAddress", f"00-0D-3A-{tail[:2]}-{tail[2:4]}-{tail[4:]}")


def _make(account: LocalAccount, machine: Resource, told: Json, made: list[Resource]) -> Json:
    """The names get a suffix, so that nobody counts on them."""
    place = f"{machine.id.rpartition('/providers/')[0]}/providers"
    asked = dict(told.get("properties") or {})
    nic_id = f"{place}/{NIC}/{told['name']}-{uuid4().hex[:8]}"
    nic = Resource(nic_id, NIC, machine.location, tags=dict(told.get("tags") or {}))
    configurations = []
    for configuration in asked.get("ipConfigurations") or []:
        inner = dict(configuration.get("properties") or {})
        if public := inner.pop("publicIPAddressConfiguration", None):
            address = _public(account, place, machine, public)
            made.append(address)
            inner["publicIPAddress"] = {"id": address.id}
        configurations.append({"name": configuration["name"], "properties": inner})
    interfaces.apply(account, nic, {**asked, "ipConfigurations": configurations}, None)
    account.store.put(nic)
    made.append(nic)
    connect(nic, machine)
    primary = bool(asked.get("primary"))
    option = asked.get("deleteOption") or "Detach"
    return {"id": nic.id, "properties": {"primary": primary, "deleteOption": option}}


def _public(account: LocalAccount, place: str, machine: Resource, told: Json) -> Resource:
    address_id = f"{place}/{public_ips.PUBLIC_IP}/{told['name']}-{uuid4().hex[:8]}"
    tags = dict(told.get("tags") or {})
    address = Resource(address_id, public_ips.PUBLIC_IP, machine.location, tags=tags)
    asked = dict(told.get("properties") or {})
    asked["idleTimeoutInMinutes"] = asked.pop("idleTimeoutInMinutes", 4)
    body = {"sku": told.get("sku"), "properties": asked, "zones": machine.top.get("zones")}
    public_ips.apply(account, address, body, None)
    account.store.put(address)
    return address
