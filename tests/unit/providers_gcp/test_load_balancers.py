from __future__ import annotations

import pytest

from novacron.errors import InvalidSpec, NotFound
from novacron.models.load_balancer import MemberHealth, PoolMember
from novacron.providers.gcp.provider import GcpProvider
from tests.unit.providers_gcp.conftest import REGION, ZONE, World


def _pool(provider: GcpProvider, name: str, **told: object) -> str:
    body = {"network_endpoint_type": "GCE_VM_IP_PORT", "name": name, **told}
    request = {"zone": ZONE, "network_endpoint_group_resource": body}
    provider.change("network_endpoint_groups", "insert_unary", None, **request)
    return f"{ZONE}/{name}"


def test_a_group_that_no_backend_service_checks(world: World) -> None:
    provider = world.provider()
    pool = _pool(provider, "unchecked", default_port=80)
    vm = provider.create_vm(world.spec(zone=ZONE), world.owner())
    provider.add_member(pool, PoolMember(vm_id=vm.id))
    (member,) = provider.get_pool(pool).members
    assert member == PoolMember(
        vm_id=vm.id, address=vm.private_ips[0], port=80, health=MemberHealth.UNKNOWN
    )


def test_what_a_group_cannot_take(world: World) -> None:
    provider = world.provider()
    pool = _pool(provider, "picky")
    vm = provider.create_vm(world.spec(zone=f"{REGION}-b"), world.owner())
    with pytest.raises(InvalidSpec, match="another zone"):
        provider.add_member(pool, PoolMember(vm_id=vm.id, port=80))
    with pytest.raises(InvalidSpec, match="no port"):
        provider.add_member(pool, PoolMember(vm_id=vm.id))
    with pytest.raises(InvalidSpec, match="own project"):
        provider.add_member(pool, PoolMember(address="10.0.0.5", port=80))
    with pytest.raises(NotFound):
        provider.add_member(pool, PoolMember(vm_id=f"{ZONE}/nobody", port=80))
