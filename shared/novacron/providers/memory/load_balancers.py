"""Load balancers of the in-memory cloud: a member is healthy while its VM runs."""

from __future__ import annotations

from novacron.errors import Conflict, InvalidSpec
from novacron.models.base import Page, PageRequest
from novacron.models.load_balancer import LoadBalancer, MemberHealth, Pool, PoolMember
from novacron.models.vm import VmState
from novacron.providers.load_balancers import LoadBalancerList, LoadBalancers
from novacron.providers.memory.cloud import MemoryBase, call, find, page_of

DEFAULT_PORT = 80


class MemoryLoadBalancers(MemoryBase, LoadBalancers, LoadBalancerList):
    """Each has one pool, and its name. As strict as the clouds: only a VM that runs is registered,
    and one that is deleted stays a member until it is removed."""

    @call
    def get_pool(self, pool_id: str) -> Pool:
        pool = find(self.cloud.pools, "pool", pool_id)
        return pool.model_copy(update={"members": [self._checked(one) for one in pool.members]})

    @call
    def add_member(self, pool_id: str, member: PoolMember) -> str | None:
        pool = find(self.cloud.pools, "pool", pool_id)
        if member.vm_id is None:
            raise InvalidSpec("The pool takes VMs of its own account.", field="vm_id")
        if find(self.cloud.vms, "VM", member.vm_id).state is not VmState.RUNNING:
            raise Conflict(f"{member.vm_id} does not run: it is not registered.")
        added = PoolMember(vm_id=member.vm_id, port=member.port or DEFAULT_PORT)
        if added not in pool.members:
            self._set(pool, [*pool.members, added])
        return None

    @call
    def remove_member(self, pool_id: str, member: PoolMember) -> str | None:
        pool = find(self.cloud.pools, "pool", pool_id)
        ours = pool.places(member.vm_id, [])
        gone = [one for one in ours if member.port in (None, one.port)]
        self._set(pool, [one for one in pool.members if one not in gone])
        return None

    @call
    def list_load_balancers(self, region: str | None, page: PageRequest) -> Page[LoadBalancer]:
        found = [
            LoadBalancer(
                id=one.id,
                name=one.id,
                region=one.region,
                mark=one.id,
                billed_as=one.id,
                empty=not one.members,
            )
            for one in self.cloud.pools.values()
            if region in (None, one.region)
        ]
        return page_of(found, page, lambda one: one.id)

    def _set(self, pool: Pool, members: list[PoolMember]) -> None:
        self.cloud.pools[pool.id] = pool.model_copy(update={"members": members})

    def _checked(self, member: PoolMember) -> PoolMember:
        vm = self.cloud.vms.get(member.vm_id or "")
        running = vm is not None and vm.state is VmState.RUNNING
        health = MemberHealth.HEALTHY if running else MemberHealth.UNUSED
        return member.model_copy(update={"health": health})
