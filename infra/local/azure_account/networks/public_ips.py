"""Public IP addresses: https://learn.microsoft.com/en-us/rest/api/virtualnetwork/public-ip-addresses

Standard ones are static: https://learn.microsoft.com/en-us/azure/virtual-network/ip-services/public-ip-addresses
Basic ones can no longer be made: https://azure.microsoft.com/en-us/updates?id=upgrade-to-standard-sku-public-ip-addresses-in-azure-by-30-september-2025-basic-sku-will-be-retired
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING
from uuid import uuid4

from ..catalog.quotas import check_network
from ..families import Family
from ..store import Resource
from ..wire import ArmError, Call, Json
from .subnets import NIC

if TYPE_CHECKING:
    from ..account import LocalAccount

PUBLIC_IP = "Microsoft.Network/publicIPAddresses"
# TEST-NET-2 and TEST-NET-3 belong to nobody: https://www.rfc-editor.org/rfc/rfc5737
_POOL = [IPv4Address("198.51.100.0") + n for n in range(1, 255)]
_POOL += [IPv4Address("203.0.113.0") + n for n in range(1, 255)]


class PublicIPAddresses(Family):
    type = PUBLIC_IP
    noun = "PublicIPAddresses"

    def prepare(
        self, account: LocalAccount, call: Call, new: Resource, old: Resource | None
    ) -> None:
        apply(account, new, call.json(), old)

    def extra(self, account: LocalAccount, resource: Resource, _call: Call | None) -> Json:
        user = user_of(account, resource)
        return {"ipConfiguration": {"id": user}} if user else {}

    def check_delete(self, account: LocalAccount, resource: Resource) -> None:
        if user := user_of(account, resource):
            message = (
                f"Public IP address {resource.id} can not be deleted since it is still allocated "
                f"to resource {user}."
            )
            raise ArmError(400, "PublicIPAddressCannotBeDeleted", message)


def apply(account: LocalAccount, new: Resource, body: Json, old: Resource | None) -> None:
    asked = body.get("properties") or {}
    sku = (body.get("sku") or {}).get("name", "Basic")
    if sku != "Standard":
        message = (
            "Cannot create more than 0 IPv4 Basic SKU public IP addresses for this "
            "subscription in this region."
        )
        raise ArmError(400, "IPv4BasicSkuPublicIpCountLimitReached", message)
    if asked.get("publicIPAllocationMethod", "Dynamic") != "Static":
        message = f"Standard sku publicIp {new.id} must have AllocationMethod set to Static."
        raise ArmError(400, "StandardSkuPublicIPAddressesMustBeStatic", message)
    if old is None:
        check_network(account, "PublicIPAddresses", len(account.store.of_type(PUBLIC_IP)))
    before = old.properties if old else {}
    new.top = {"sku": {"name": "Standard", "tier": "Regional"}}
    if zones := body.get("zones"):
        new.top["zones"] = zones
    new.properties = {
        "resourceGuid": before.get("resourceGuid") or str(uuid4()),
        "ipAddress": before.get("ipAddress") or _free(account),
        "publicIPAddressVersion": asked.get("publicIPAddressVersion", "IPv4"),
        "publicIPAllocationMethod": "Static",
        "idleTimeoutInMinutes": asked.get("idleTimeoutInMinutes", 4),
        "ipTags": [],
    }
    for kept in ("dnsSettings", "deleteOption"):
        if asked.get(kept):
            new.properties[kept] = asked[kept]
    if "dnsSettings" in new.properties:
        label = new.properties["dnsSettings"]["domainNameLabel"]
        name = f"{label}.{account.location}.cloudapp.azure.com"
        new.properties["dnsSettings"] = {**new.properties["dnsSettings"], "fqdn": name}


def _free(account: LocalAccount) -> str:
    taken = {item.properties["ipAddress"] for item in account.store.of_type(PUBLIC_IP)}
    return next(str(address) for address in _POOL if str(address) not in taken)


def user_of(account: LocalAccount, address: Resource) -> str | None:
    """The id of the IP configuration that has this address."""
    for nic in account.store.of_type(NIC):
        for configuration in nic.properties["ipConfigurations"]:
            told = (configuration["properties"].get("publicIPAddress") or {}).get("id", "")
            if told.lower() == address.id.lower():
                return str(configuration["id"])
    return None
