"""Security rules: https://learn.microsoft.com/en-us/rest/api/virtualnetwork/security-rules

What a rule may say: https://learn.microsoft.com/en-us/azure/virtual-network/network-security-groups-overview
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from ..families import Family
from ..store import Resource
from ..wire import ArmError, Call, Json

if TYPE_CHECKING:
    from ..account import LocalAccount

RULE = "Microsoft.Network/networkSecurityGroups/securityRules"
_CHOICES = {
    "access": ("Allow", "Deny"),
    "direction": ("Inbound", "Outbound"),
    "protocol": ("Tcp", "Udp", "Icmp", "Esp", "Ah", "*"),
}
_SIDES = ("source", "destination")


class SecurityRules(Family):
    type = RULE
    noun = "SecurityRules"
    parent = "NetworkSecurityGroups"

    def prepare(
        self, account: LocalAccount, call: Call, new: Resource, old: Resource | None
    ) -> None:
        group = new.id.partition("/securityRules/")[0]
        others = [rule for rule in account.store.under(group, RULE) if rule is not old]
        new.properties = checked(new.name, call.json().get("properties") or {}, others)


def checked(name: str, asked: Json, others: list[Resource]) -> Json:
    """The rule's properties. Raises ArmError for what no rule may say."""
    found: Json = {
        n: v for n, v in asked.items() if v not in (None, []) and n != "provisioningState"
    }
    for field, choices in _CHOICES.items():
        by_lower = {choice.lower(): choice for choice in choices}
        told = str(found.get(field, "")).lower()
        if told not in by_lower:
            message = (
                f"Security rule {name} has invalid {field}. Value provided: {found.get(field)}."
            )
            raise ArmError(400, "SecurityRuleParameterContainsUnsupportedValue", message, field)
        found[field] = by_lower[told]
    _check_priority(name, found, others)
    for side in _SIDES:
        _check_side(name, found, side)
    return found


def _check_priority(name: str, rule: Json, others: list[Resource]) -> None:
    priority = rule.get("priority")
    if not isinstance(priority, int) or not 100 <= priority <= 4096:
        message = (
            f"Security rule has invalid Priority. Value provided: {priority} Allowed range "
            "100-4096."
        )
        raise ArmError(400, "SecurityRuleInvalidPriority", message)
    for other in others:
        told = other.properties
        if (told["priority"], told["direction"]) == (priority, rule["direction"]):
            message = (
                f"Security rule {name} conflicts with rule {other.name}. "
                "Rules cannot have the same Priority and Direction."
            )
            raise ArmError(400, "SecurityRuleConflict", message)


def _check_side(name: str, rule: Json, side: str) -> None:
    addresses = rule.get(f"{side}AddressPrefixes") or [rule.get(f"{side}AddressPrefix")]
    if addresses == [None] and f"{side}ApplicationSecurityGroups" not in rule:
        message = f"Required Security rule parameters are missing for {name}: {side}AddressPrefix."
        raise ArmError(400, "SecurityRuleParameterNotSpecified", message)
    for told in addresses:
        if told and not _is_address(str(told)):
            message = f"Security rule {name} has invalid Address prefix. Value provided: {told}."
            raise ArmError(400, "SecurityRuleInvalidAddressPrefix", message)
    for told in rule.get(f"{side}PortRanges") or [rule.get(f"{side}PortRange")]:
        if not _is_ports(told):
            message = f"Security rule {name} has invalid Port range. Value provided: {told}."
            raise ArmError(400, "SecurityRuleInvalidPortRange", message)


def _is_address(told: str) -> bool:
    """ "*", a service tag, or a prefix."""
    if told == "*" or told.replace(".", "").isalpha():
        return True
    try:
        ip_network(told, strict=False)
    except ValueError:
        return False
    return True


def _is_ports(told: Any) -> bool:
    if told == "*":
        return True
    first, _, last = str(told).partition("-")
    bounds = (first, last or first)
    return all(b.isdigit() and int(b) <= 65535 for b in bounds) and int(bounds[0]) <= int(bounds[1])
