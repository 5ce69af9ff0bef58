"""Network interfaces: https://learn.microsoft.com/en-us/rest/api/virtualnetwork/network-interfaces"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING
from uuid import uuid4

from ..families import Family, reference
from ..store import Resource
from ..wire import ArmError, Call, Json
from .load_balancers import join
from .public_ips import PUBLIC_IP, user_of
from .subnets import NIC, NSG, SUBNET

if TYPE_CHECKING:
    from ..account import LocalAccount


class NetworkInterfaces(Family):
    type = NIC
    noun = "NetworkInterfaces"

    def prepare(
        self, account: LocalAccount, call: Call, new: Resource, old: Resource | None
    ) -> None:
        apply(account, new, call.json().get("properties") or {}, old)

    def check_delete(self, _account: LocalAccount, resource: Resource) -> None:
        """As seen in https://github.com/hashicorp/terraform-provider-azurerm/issues/8105"""
        if machine := resource.properties.get("virtualMachine"):
            message = (
                f"Network Interface {resource.id} is used by existing resource {machine['id']}. In "
                "order to delete the network interface, it must be dissociated from the resource."
            )
            raise ArmError(400, "NicInUse", message)

    def removed(self, account: LocalAccount, resource: Resource) -> None:
        """Public addresses that were made to go with it do so."""
        for configuration in resource.properties["ipConfigurations"]:
            told = configuration["properties"].get("publicIPAddress") or {}
            address = account.store.get(told.get("id", ""))
            if address and address.properties.get("deleteOption") == "Delete":
                account.store.drop(address.id)


def apply(account: LocalAccount, new: Resource, asked: Json, old: Resource | None) -> None:
    configurations = asked.get("ipConfigurations")
    if not configurations:
        message = f"Network interface {new.id} has no IP configuration."
        raise ArmError(400, "NetworkInterfaceMustHaveAtLeastOneIPConfiguration", message)
    if group := (asked.get("networkSecurityGroup") or {}).get("id"):
        reference(account, group, NSG, new.id)
    before = old.properties if old else {}
    new.properties = {
        "resourceGuid": before.get("resourceGuid") or str(uuid4()),
        "ipConfigurations": [],
        "dnsSettings": asked.get("dnsSettings") or {"dnsServers": [], "appliedDnsServers": []},
        "enableAcceleratedNetworking": bool(asked.get("enableAcceleratedNetworking")),
        "enableIPForwarding": bool(asked.get("enableIPForwarding")),
        "nicType": "Standard",
    }
    for kept in ("virtualMachine", "macAddress", "primary"):
        if kept in before:
            new.properties[kept] = before[kept]
    if group:
        new.properties["networkSecurityGroup"] = {"id": group}
    for number, told in enumerate(configurations):
        made = _configuration(account, new, told, primary=number == 0)
        new.properties["ipConfigurations"].append(made)


def _configuration(account: LocalAccount, nic: Resource, told: Json, *, primary: bool) -> Json:
    asked = told.get("properties") or {}
    subnet_id = (asked.get("subnet") or {}).get("id")
    subnet = reference(account, subnet_id, SUBNET, nic.id)
    configuration_id = f"{nic.id}/ipConfigurations/{told['name']}"
    static = asked.get("privateIPAllocationMethod") == "Static"
    wanted = asked.get("privateIPAddress") if static else None
    properties: Json = {
        "provisioningState": "Succeeded",
        "privateIPAddress": _address(account, nic, subnet, configuration_id, wanted),
        "privateIPAllocationMethod": "Static" if static else "Dynamic",
        "privateIPAddressVersion": asked.get("privateIPAddressVersion") or "IPv4",
        "subnet": {"id": subnet.id},
        "primary": bool(asked.get("primary", primary)),
    }
    if public := (asked.get("publicIPAddress") or {}).get("id"):
        address = reference(account, public, PUBLIC_IP, nic.id)
        user = user_of(account, address)
        if user and user.lower() != configuration_id.lower():
            message = (
                f"Resource {configuration_id} is referencing public IP address {public} that "
                f"is already allocated to resource {user}."
            )
            raise ArmError(400, "PublicIPAddressInUse", message)
        properties["publicIPAddress"] = {"id": address.id}
    if pools := asked.get("loadBalancerBackendAddressPools"):
        joined = join(account, configuration_id, subnet.id, pools)
        properties["loadBalancerBackendAddressPools"] = joined
    return {
        "name": told["name"],
        "id": configuration_id,
        "etag": nic.etag,
        "type": f"{NIC}/ipConfigurations",
        "properties": properties,
    }


def _address(
    account: LocalAccount,
    nic: Resource,
    subnet: Resource,
    configuration_id: str,
    wanted: str | None,
) -> str:
    """The first four addresses and the last of a subnet are Azure's own:
    https://learn.microsoft.com/en-us/azure/virtual-network/virtual-networks-faq
    """
    known: dict[str, str] = {}
    mine = nic.properties["ipConfigurations"]
    for other in [*account.store.of_type(NIC), nic]:
        for configuration in mine if other is nic else other.properties["ipConfigurations"]:
            inner = configuration["properties"]
            if inner["subnet"]["id"].lower() == subnet.id.lower():
                known[inner["privateIPAddress"]] = configuration["id"].lower()
    taken = {address for address, user in known.items() if user != configuration_id.lower()}
    if wanted is None:
        before = [a for a, user in known.items() if user == configuration_id.lower()]
        return before[0] if before else _free(subnet, taken)
    network = ip_network(subnet.properties["addressPrefix"])
    if ip_address(wanted) not in network:
        message = (
            f"Private static IP address {wanted} does not belong to the range of subnet "
            f"prefix {network}."
        )
        raise ArmError(400, "PrivateIPAddressNotInSubnet", message)
    if wanted in taken:
        message = (
            f"IP configuration {configuration_id} is using the private IP address {wanted} "
            f"which is already allocated to resource {known[wanted]}."
        )
        raise ArmError(400, "PrivateIPAddressInUse", message)
    return wanted


def _free(subnet: Resource, taken: set[str]) -> str:
    network = ip_network(subnet.properties["addressPrefix"])
    for number in range(4, network.num_addresses - 1):
        if (address := str(network[number])) not in taken:
            return address
    message = f"Subnet {subnet.name} with address prefix {network} does not have enough capacity."
    raise ArmError(400, "SubnetIsFull", message)
