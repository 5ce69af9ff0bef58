"""Load balancers, with their backend address pools as parts: https://learn.microsoft.com/en-us/rest/api/load-balancer

Who is in a pool is said by interfaces, not by the pool:
https://learn.microsoft.com/en-us/azure/load-balancer/backend-pool-management
Basic ones can no longer be made: https://azure.microsoft.com/en-us/updates?id=azure-basic-load-balancer-will-be-retired-on-30-september-2025-upgrade-to-standard-load-balancer
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from ..families import Family, reference
from ..store import Resource
from ..wire import ArmError, Call, Json
from .subnets import NIC, SUBNET

if TYPE_CHECKING:
    from ..account import LocalAccount

LOAD_BALANCER = "Microsoft.Network/loadBalancers"
RULES = "loadBalancingRules"


class LoadBalancers(Family):
    """Internal ones; of their parts, frontends, pools, probes and rules are kept."""

    type = LOAD_BALANCER
    noun = "LoadBalancers"

    def prepare(
        self, account: LocalAccount, call: Call, new: Resource, old: Resource | None
    ) -> None:
        body = call.json()
        if (body.get("sku") or {}).get("name") != "Standard":
            raise ArmError(400, "BadRequest", "Basic load balancers have been retired.")
        asked = body.get("properties") or {}
        frontends, pools = asked.get("frontendIPConfigurations"), asked.get("backendAddressPools")
        for one in frontends or []:
            reference(account, one["properties"]["subnet"]["id"], SUBNET, new.id)
        new.top = {"sku": {"name": "Standard", "tier": "Regional"}}
        new.properties = {
            "resourceGuid": old.properties["resourceGuid"] if old else str(uuid4()),
            "frontendIPConfigurations": [
                {"name": one["name"], "properties": dict(one["properties"])}
                for one in frontends or []
            ],
            "probes": [
                {"name": one["name"], "properties": dict(one["properties"])}
                for one in asked.get("probes") or []
            ],
            "loadBalancingRules": [_rule(new.id, one, asked) for one in asked.get(RULES) or []],
            "backendAddressPools": [
                {
                    "name": one["name"],
                    "id": f"{new.id}/backendAddressPools/{one['name']}",
                    "type": f"{LOAD_BALANCER}/backendAddressPools",
                    "properties": {"provisioningState": "Succeeded"},
                }
                for one in pools or []
            ],
        }

    def extra(self, account: LocalAccount, resource: Resource, _call: Call | None) -> Json:
        """An empty pool has no list of configurations."""
        pools = []
        for pool in resource.properties["backendAddressPools"]:
            inside = {
                "backendIPConfigurations": [{"id": i["id"]} for i in inside_of(account, pool)]
            }
            told = inside if inside["backendIPConfigurations"] else {}
            pools.append({**pool, "properties": {**pool["properties"], **told}})
        return {"backendAddressPools": pools}


def _rule(balancer_id: str, rule: Json, asked: Json) -> Json:
    """From a frontend of the same load balancer to a pool of it:
    https://learn.microsoft.com/en-us/azure/load-balancer/components#load-balancer-rules"""
    told = rule["properties"]
    for field, kind in (
        ("frontendIPConfiguration", "frontendIPConfigurations"),
        ("backendAddressPool", "backendAddressPools"),
    ):
        wanted = str((told.get(field) or {}).get("id"))
        there = [f"{balancer_id}/{kind}/{one['name']}" for one in asked.get(kind) or []]
        if wanted.lower() not in {one.lower() for one in there}:
            message = f"Resource {wanted} referenced by rule {rule['name']} was not found."
            raise ArmError(400, "InvalidResourceReference", message)
    return {"name": rule["name"], "properties": dict(told)}


def inside_of(account: LocalAccount, pool: Json) -> list[Json]:
    """The interfaces' configurations that are in the pool."""
    return [
        configuration
        for nic in account.store.of_type(NIC)
        for configuration in nic.properties["ipConfigurations"]
        if pool["id"].lower()
        in {
            one["id"].lower()
            for one in configuration["properties"].get("loadBalancerBackendAddressPools") or []
        }
    ]


def join(
    account: LocalAccount, configuration_id: str, subnet: str, asked: list[Json]
) -> list[Json]:
    """The pools that a configuration asks for, as references. "All network interfaces in the
    backend pool must be in the same virtual network"."""
    found = []
    for wanted in asked:
        balancer_id, _, name = str(wanted.get("id")).partition("/backendAddressPools/")
        balancer = reference(account, balancer_id, LOAD_BALANCER, configuration_id)
        pools = balancer.properties["backendAddressPools"]
        pool = next((one for one in pools if one["name"].lower() == name.lower()), None)
        if pool is None:
            message = f"Resource {wanted.get('id')} referenced by {configuration_id} was not found."
            raise ArmError(400, "InvalidResourceReference", message)
        for other in inside_of(account, pool):
            if _network(other["properties"]["subnet"]["id"]) != _network(subnet):
                message = f"{configuration_id} is not on the virtual network of {pool['id']}."
                raise ArmError(400, "BadRequest", message)
        found.append({"id": pool["id"]})
    return found


def _network(subnet_id: str) -> str:
    return subnet_id.partition("/subnets/")[0].lower()
