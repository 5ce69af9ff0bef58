"""Network security groups: https://learn.microsoft.com/en-us/rest/api/virtualnetwork/network-security-groups"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from ..families import Family, family_of
from ..operations import Operation
from ..store import Resource
from ..wire import ArmError, Call, Json
from .rules import RULE, checked
from .subnets import NIC, NSG, SUBNET

if TYPE_CHECKING:
    from ..account import LocalAccount

# https://learn.microsoft.com/en-us/azure/virtual-network/network-security-groups-overview#default-security-rules
_DEFAULTS = (
    ("AllowVnetInBound", 65000, "Inbound", "Allow", "VirtualNetwork", "VirtualNetwork"),
    ("AllowAzureLoadBalancerInBound", 65001, "Inbound", "Allow", "AzureLoadBalancer", "*"),
    ("DenyAllInBound", 65500, "Inbound", "Deny", "*", "*"),
    ("AllowVnetOutBound", 65000, "Outbound", "Allow", "VirtualNetwork", "VirtualNetwork"),
    ("AllowInternetOutBound", 65001, "Outbound", "Allow", "*", "Internet"),
    ("DenyAllOutBound", 65500, "Outbound", "Deny", "*", "*"),
)


class NetworkSecurityGroups(Family):
    type = NSG
    noun = "NetworkSecurityGroups"

    def prepare(
        self, _account: LocalAccount, call: Call, new: Resource, _old: Resource | None
    ) -> None:
        rules: list[Resource] = []
        for told in (call.json().get("properties") or {}).get("securityRules") or []:
            rule = Resource(f"{new.id}/securityRules/{told['name']}", RULE, new.location)
            rule.properties = checked(rule.name, told.get("properties") or {}, rules)
            rule.state = "Updating"
            rules.append(rule)
        new.properties = {"resourceGuid": new.properties.get("resourceGuid") or str(uuid4())}
        new.private["rules"] = rules

    def created(self, account: LocalAccount, _call: Call, resource: Resource) -> None:
        for old in account.store.under(resource.id, RULE):
            account.store.drop(old.id)
        for rule in resource.private.pop("rules"):
            account.store.put(rule)

    def finish(self, account: LocalAccount, resource: Resource, operation: Operation) -> None:
        super().finish(account, resource, operation)
        for rule in account.store.under(resource.id, RULE):
            if not rule.operation:
                rule.state = resource.state

    def extra(self, account: LocalAccount, resource: Resource, _call: Call | None) -> Json:
        inner = family_of(RULE)
        rules = [inner.view(account, rule) for rule in account.store.under(resource.id, RULE)]
        found: Json = {"securityRules": rules, "defaultSecurityRules": _defaults(resource)}
        for kind, label in ((NIC, "networkInterfaces"), (SUBNET, "subnets")):
            if used := _users(account, resource, kind):
                found[label] = [{"id": one} for one in used]
        return found

    def check_delete(self, account: LocalAccount, resource: Resource) -> None:
        used = _users(account, resource, NIC) + _users(account, resource, SUBNET)
        if used:
            message = (
                f"Network security group {resource.id} cannot be deleted because it is in use by "
                f"the following resources: {', '.join(used)}."
            )
            raise ArmError(400, "InUseNetworkSecurityGroupCannotBeDeleted", message)

    def removed(self, account: LocalAccount, resource: Resource) -> None:
        for rule in account.store.under(resource.id, RULE):
            account.store.drop(rule.id)


def _users(account: LocalAccount, group: Resource, kind: str) -> list[str]:
    return [
        user.id
        for user in account.store.of_type(kind)
        if (user.properties.get("networkSecurityGroup") or {}).get("id", "").lower()
        == group.id.lower()
    ]


def _defaults(group: Resource) -> list[Json]:
    return [
        {
            "name": name,
            "id": f"{group.id}/defaultSecurityRules/{name}",
            "etag": group.etag,
            "type": "Microsoft.Network/networkSecurityGroups/defaultSecurityRules",
            "properties": {
                "provisioningState": "Succeeded",
                "protocol": "*",
                "sourcePortRange": "*",
                "destinationPortRange": "*",
                "sourceAddressPrefix": source,
                "destinationAddressPrefix": destination,
                "access": access,
                "priority": priority,
                "direction": direction,
            },
        }
        for name, priority, direction, access, source, destination in _DEFAULTS
    ]
