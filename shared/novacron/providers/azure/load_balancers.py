"""Backend address pools of Azure Load Balancer, by the interfaces that are in them:
https://learn.microsoft.com/en-us/azure/load-balancer/backend-pool-management"""

from __future__ import annotations

import copy
from typing import Any

from novacron.errors import Conflict, InvalidSpec, NotFound, NotReady, Unsupported
from novacron.models.load_balancer import MemberHealth, Pool, PoolMember
from novacron.providers.azure.errors import translated
from novacron.providers.azure.machines import Machines, interfaces_of
from novacron.providers.azure.ownership import Json
from novacron.providers.load_balancers import LoadBalancers

NEWEST, ALL_PASSED = 5, 100
"""Minutes that count, and the metric's percentage of probes that were answered."""
_POOLS = "loadBalancerBackendAddressPools"


class AzureLoadBalancers(Machines, LoadBalancers):
    """A pool is "<load balancer>/<pool>" of the account's resource group. Its ports are those of
    the load balancer's rules. Where it has probes their metric tells who is healthy, minutes late;
    the operation that tells it too cannot be looked at by one call."""

    @translated
    def get_pool(self, pool_id: str) -> Pool:
        balancer, pool = self._backend_pool(pool_id)
        told = pool["properties"].get("backendIPConfigurations") or []
        inside = {str(one["id"]).lower() for one in told}
        found = [
            (nic, configuration)
            for nic in self._interfaces(inside)
            for configuration in nic["properties"]["ipConfigurations"]
            if str(configuration["id"]).lower() in inside
        ]
        probes = balancer["properties"].get("probes")
        probed = self._probed(balancer["id"]) if probes else None
        return Pool(
            id=pool_id,
            region=balancer["location"],
            network_id=_network(found[0][1]) if found else None,
            takes_port=False,
            tells_health=bool(probes),
            members=[_member(nic, one, probed) for nic, one in found],
        )

    @translated
    def add_member(self, pool_id: str, member: PoolMember) -> str | None:
        if member.vm_id is None:
            raise InvalidSpec("The pool takes VMs of its own resource group.")
        _, pool = self._backend_pool(pool_id)
        nics = self._interfaces_of_vm(member.vm_id)
        if any(_is_in(one, pool) for nic in nics for one in _configurations(nic)):
            return None
        changed = copy.deepcopy(nics[0])
        one = next((c for c in _configurations(changed) if c["properties"].get("primary")), None)
        properties = (one or _configurations(changed)[0])["properties"]
        properties[_POOLS] = [*(properties.get(_POOLS) or []), {"id": pool["id"]}]
        return self._replace_interface(changed)

    @translated
    def remove_member(self, pool_id: str, member: PoolMember) -> str | None:
        """Of one interface at a time. Those of a VM that is gone are gone with it."""
        _, pool = self._backend_pool(pool_id)
        try:
            nics = self._interfaces_of_vm(member.vm_id or "")
        except NotFound:
            return None
        for nic in nics:
            changed = copy.deepcopy(nic)
            for one in _configurations(changed):
                properties = one["properties"]
                others = [p for p in properties.get(_POOLS) or [] if not _same(p, pool)]
                properties[_POOLS] = others
            if any(_is_in(one, pool) for one in _configurations(nic)):
                return self._replace_interface(changed)
        return None

    def _backend_pool(self, pool_id: str) -> tuple[Json, Json]:
        """The load balancer and its pool. Raises NotFound."""
        name, _, wanted = pool_id.partition("/")
        balancer = self.get_native(self.network.load_balancers.get, self.named(name))
        pools = balancer["properties"].get("backendAddressPools") or []
        pool = next((one for one in pools if one["name"].lower() == wanted.lower()), None)
        if pool is None:
            raise NotFound(f"The load balancer {name} has no pool {wanted!r}.")
        addresses = pool["properties"].get("loadBalancerBackendAddresses") or []
        if any(one["properties"].get("virtualNetwork") for one in addresses):
            raise Unsupported(f"The pool {pool_id} is one of addresses, not of interfaces.")
        return balancer, pool

    def _probed(self, balancer_id: str) -> dict[str, MemberHealth]:
        """By address, of the last minutes: https://learn.microsoft.com/en-us/azure/load-balancer/monitor-load-balancer-reference"""
        answer: Any = self.monitor.metrics.list(
            balancer_id.lstrip("/"),
            interval="PT1M",
            metricnames="DipAvailability",
            aggregation="Average",
            filter="BackendIPAddress eq '*'",
            cls=lambda response, _model, _headers: response.http_response.json(),
        )
        series = [one for metric in answer["value"] for one in metric["timeseries"]]
        return {one["metadatavalues"][0]["value"]: _health(one["data"]) for one in series}

    def _interfaces(self, configurations: set[str]) -> list[Json]:
        """Those of the account's resource group that have any of these."""
        names = {
            one.partition("/ipconfigurations/")[0].rpartition("/")[2] for one in configurations
        }
        found = (
            self.find_native(self.network.network_interfaces.get, one) for one in sorted(names)
        )
        return [one for one in found if one is not None]

    def _interfaces_of_vm(self, vm_id: str) -> list[Json]:
        """The primary one first. Raises NotFound, NotReady: one is being changed."""
        entries = interfaces_of(self.live_vm(vm_id))
        entries = sorted(entries, key=lambda one: not (one.get("properties") or {}).get("primary"))
        get = self.network.network_interfaces.get
        nics = [self.get_native(get, str(one["id"]).rpartition("/")[2]) for one in entries]
        if not nics:
            raise Conflict(f"VM {vm_id!r} has no interface.")
        for nic in nics:
            if nic["properties"].get("provisioningState") == "Updating":
                raise NotReady(f"The interface {nic['name']} is being changed.")
        return nics

    def _replace_interface(self, nic: Json) -> str | None:
        """All of it as it was read, but for what has been changed."""
        start = self.network.network_interfaces.begin_create_or_update
        return self.begin(start, nic["name"], nic).operation


def _member(nic: Json, configuration: Json, probed: dict[str, MemberHealth] | None) -> PoolMember:
    """``probed`` None: there are no probes."""
    vm = (nic["properties"].get("virtualMachine") or {}).get("id")
    address = configuration["properties"].get("privateIPAddress")
    told = MemberHealth.UNKNOWN if probed is None else probed.get(address, MemberHealth.CHECKING)
    return PoolMember(
        vm_id=str(vm).rpartition("/")[2] if vm else None, address=address, health=told
    )


def _health(minutes: list[Json]) -> MemberHealth:
    """Of the newest minute with a figure. An older one may be of who had the address before."""
    told = [one["average"] for one in minutes[-NEWEST:] if one.get("average") is not None]
    if not told:
        return MemberHealth.CHECKING
    return MemberHealth.HEALTHY if told[-1] >= ALL_PASSED else MemberHealth.UNHEALTHY


def _configurations(nic: Json) -> list[Json]:
    found: list[Json] = nic["properties"]["ipConfigurations"]
    return found


def _is_in(configuration: Json, pool: Json) -> bool:
    return any(_same(one, pool) for one in configuration["properties"].get(_POOLS) or [])


def _same(one: Json, other: Json) -> bool:
    return str(one["id"]).lower() == str(other["id"]).lower()


def _network(configuration: Json) -> str:
    subnet = str(configuration["properties"]["subnet"]["id"])
    return subnet.partition("/subnets/")[0].rpartition("/")[2]
