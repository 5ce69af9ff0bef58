"""Zonal network endpoint groups: https://cloud.google.com/load-balancing/docs/negs/zonal-neg-concepts

Not unmanaged instance groups: a VM may be in one of them alone that is load balanced, their port is
the group's, and who is healthy is only told by backend service.
"""

from __future__ import annotations

from typing import Any

from novacron.errors import InvalidSpec, Unsupported
from novacron.models.load_balancer import MemberHealth, Pool, PoolMember
from novacron.providers.gcp.base import Place, last
from novacron.providers.gcp.errors import translated
from novacron.providers.gcp.instances import Instances
from novacron.providers.gcp.states import ENDPOINT, meaning
from novacron.providers.load_balancers import LoadBalancers

_SERVICE, _TYPE = "network_endpoint_groups", "GCE_VM_IP_PORT"


class GcpLoadBalancers(Instances, LoadBalancers):
    """A pool is a group of type GCE_VM_IP_PORT, "<zone>/<name>"; its VMs are of that zone."""

    @translated
    def get_pool(self, pool_id: str) -> Pool:
        place = self.locate(pool_id)
        group = self._endpoint_group(place)
        return Pool(
            id=pool_id,
            region=place.region,
            zone=place.zone,
            network_id=last(group.network),
            members=[_member(place, one) for one in self._endpoints(place)],
        )

    @translated
    def add_member(self, pool_id: str, member: PoolMember) -> str | None:
        place, vm = self.locate(pool_id), self._member_vm(member)
        group = self._endpoint_group(place)
        port = member.port or group.default_port
        if not port:
            raise InvalidSpec(f"The group {pool_id} has no port of its own.", field="port")
        if self._of(place, vm, port):
            return None
        self.find_instance(vm.id)
        wanted = {"instance": f"zones/{vm.zone}/instances/{vm.name}", "port": port}
        return self._change_endpoints("attach", place, [wanted])

    @translated
    def remove_member(self, pool_id: str, member: PoolMember) -> str | None:
        place, vm = self.locate(pool_id), self._member_vm(member)
        self._endpoint_group(place)
        found = self._of(place, vm, member.port)
        gone = [
            {"instance": one.instance, "ip_address": one.ip_address, "port": one.port}
            for one in found
        ]
        return self._change_endpoints("detach", place, gone) if gone else None

    def _endpoint_group(self, place: Place) -> Any:
        native = self.call(_SERVICE, "get", zone=place.zone, network_endpoint_group=place.name)
        if native.network_endpoint_type != _TYPE:
            raise Unsupported(f"{place.id} is of type {native.network_endpoint_type}, not {_TYPE}.")
        return native

    def _endpoints(self, place: Place) -> list[Any]:
        """With their health."""
        found: list[Any] = []
        token = ""
        while True:
            page = self.call(
                _SERVICE,
                "list_network_endpoints",
                zone=place.zone,
                network_endpoint_group=place.name,
                network_endpoint_groups_list_endpoints_request_resource={"health_status": "SHOW"},
                page_token=token,
            )
            found += page.items
            token = page.next_page_token
            if not token:
                return found

    def _of(self, place: Place, vm: Place, port: int | None) -> list[Any]:
        native = [one.network_endpoint for one in self._endpoints(place)]
        mine = [one for one in native if Place(place.zone, last(one.instance)) == vm]
        return [one for one in mine if port in (None, one.port)]

    def _member_vm(self, member: PoolMember) -> Place:
        if member.vm_id is None:
            raise InvalidSpec("The group takes VMs of its own project.")
        return self.locate(member.vm_id)

    def _change_endpoints(
        self, verb: str, place: Place, endpoints: list[dict[str, Any]]
    ) -> str | None:
        """Without a request id: a VM that joins, leaves and joins again looks like a repeat."""
        body = {f"{_SERVICE}_{verb}_endpoints_request_resource": {"network_endpoints": endpoints}}
        method = f"{verb}_network_endpoints_unary"
        group = {"zone": place.zone, "network_endpoint_group": place.name}
        return self.change(_SERVICE, method, None, **group, **body)


def _member(place: Place, one: Any) -> PoolMember:
    native = one.network_endpoint
    return PoolMember(
        vm_id=Place(place.zone, last(native.instance)).id,
        address=native.ip_address,
        port=native.port,
        health=_health([meaning(ENDPOINT, each.health_state) for each in one.healths]),
    )


def _health(told: list[MemberHealth]) -> MemberHealth:
    """By each backend service that has the group; unknown without any."""
    found = set(told)
    return found.pop() if len(found) == 1 else _worst(found)


def _worst(found: set[MemberHealth]) -> MemberHealth:
    order = (MemberHealth.UNHEALTHY, MemberHealth.DRAINING, MemberHealth.CHECKING)
    return next((one for one in order if one in found), MemberHealth.UNKNOWN)
