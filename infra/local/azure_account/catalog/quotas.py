"""Quotas and their use: https://learn.microsoft.com/en-us/azure/virtual-machines/quotas

Cores of deallocated machines count too, as that page says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..routes import Route
from ..wire import Answer, ArmError, Call, Json
from .sizes import SIZES, Size

if TYPE_CHECKING:
    from ..account import LocalAccount
    from ..store import Resource

VM = "Microsoft.Compute/virtualMachines"
_FAMILIES = sorted({size.family for size in SIZES.values()})
_LIMITS = {
    "cores": ("Total Regional vCPUs", 100),
    "virtualMachines": ("Virtual Machines", 25000),
    "lowPriorityCores": ("Total Regional Spot vCPUs", 100),
    **{name: (f"{name} vCPUs", 100) for name in _FAMILIES},
}
_NETWORK = {
    "VirtualNetworks": ("Virtual Networks", 1000),
    "NetworkSecurityGroups": ("Network Security Groups", 5000),
    "NetworkInterfaces": ("Network Interfaces", 65536),
    "PublicIPAddresses": ("Public IP Addresses", 1000),
}


def _limit(account: LocalAccount, name: str) -> int:
    default = {**_LIMITS, **_NETWORK}[name][1]
    return account.switches.quotas.get(name, default)


def _used(account: LocalAccount, but: Resource | None = None) -> dict[str, int]:
    used = dict.fromkeys(_LIMITS, 0)
    for machine in account.store.of_type(VM):
        if but is None or machine.id != but.id:
            size = SIZES[machine.properties["hardwareProfile"]["vmSize"].lower()]
            used["virtualMachines"] += 1
            for name in _counters(size, machine.properties.get("priority")):
                used[name] += size.cores
    return used


def _counters(size: Size, priority: str | None) -> list[str]:
    return ["lowPriorityCores"] if priority in ("Spot", "Low") else ["cores", size.family]


def check_compute(account: LocalAccount, machine: Resource, size: Size) -> None:
    """Raises ArmError 409 when ``machine`` with ``size`` would be more than is approved.

    https://learn.microsoft.com/en-us/azure/azure-resource-manager/troubleshooting/error-resource-quota
    """
    used = _used(account, but=machine)
    needs = [(name, size.cores) for name in _counters(size, machine.properties.get("priority"))]
    for name, needed in [*needs, ("virtualMachines", 1)]:
        limit = _limit(account, name)
        if used[name] + needed > limit:
            label = "Total Regional Cores" if name == "cores" else f"{name} Cores"
            message = (
                "Operation could not be completed as it results in exceeding approved "
                f"{label} quota. "
                "Additional details - Deployment Model: Resource Manager, Location: "
                f"{account.location}, "
                f"Current Limit: {limit}, Current Usage: {used[name]}, Additional "
                f"Required: {needed}, "
                f"(Minimum) New Limit Required: {used[name] + needed}."
            )
            raise ArmError(409, account.switches.quota_code, message)


def check_network(account: LocalAccount, name: str, used: int) -> None:
    """https://learn.microsoft.com/en-us/azure/networking/check-usage-against-limits"""
    limit = _limit(account, name)
    if used >= limit:
        message = (
            f"Cannot create more than {limit} {_NETWORK[name][0].lower()} for this "
            "subscription in this region."
        )
        raise ArmError(400, "PublicIPCountLimitReached", message)


def _told(
    account: LocalAccount, used: dict[str, int], labels: dict[str, tuple[str, int]]
) -> list[Json]:
    return [
        {
            "unit": "Count",
            "currentValue": used[name],
            "limit": _limit(account, name),
            "name": {"value": name, "localizedValue": label},
        }
        for name, (label, _) in labels.items()
    ]


def _compute(account: LocalAccount, _call: Call) -> Answer:
    """https://learn.microsoft.com/en-us/rest/api/compute/usage/list"""
    return Answer(200, {"value": _told(account, _used(account), _LIMITS)})


def _network(account: LocalAccount, _call: Call) -> Answer:
    """https://learn.microsoft.com/en-us/rest/api/virtualnetwork/usages/list"""
    kinds = {name: name[0].lower() + name[1:] for name in _NETWORK}
    used = {n: len(account.store.of_type(f"Microsoft.Network/{kind}")) for n, kind in kinds.items()}
    place = f"{account.root}/providers/Microsoft.Network/locations/{account.location}/usages"
    told = [{"id": f"{place}/{t['name']['value']}", **t} for t in _told(account, used, _NETWORK)]
    return Answer(200, {"value": told})


_PLACE = "/subscriptions/{sub}/providers/%s/locations/{location}/usages"
ROUTES = [
    Route("GET", _PLACE % "Microsoft.Compute", "Usage_List", _compute),
    Route("GET", _PLACE % "Microsoft.Network", "Usages_List", _network),
]
