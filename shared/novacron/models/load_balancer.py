"""Load balancers: pools of members that requests are spread over."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from novacron.models.base import Model, Observed, ResourceId

PoolId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9:/._-]{0,511}$")]
"""As its provider names it: see the adapters."""
Port = Annotated[int, Field(ge=1, le=65535)]


class MemberHealth(StrEnum):
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    CHECKING = "checking"
    """Registered; not all checks have been made that it takes."""
    DRAINING = "draining"
    """Removed: what it is answering goes on for a while."""
    UNUSED = "unused"
    """Nothing is sent to it: no load balancer has the pool, or the VM is off."""
    UNKNOWN = "unknown"
    """The provider does not tell."""


class PoolMember(Model):
    """``vm_id``: of a VM of the pool's own account, None where an address is all that is known.
    ``port``: None where the pool's rules say it."""

    vm_id: str | None = None
    address: str | None = None
    port: Port | None = None
    health: MemberHealth = MemberHealth.UNKNOWN

    def is_vm(self, vm_id: str | None, addresses: list[str]) -> bool:
        """Whether it is this VM, whatever the port. Private addresses may be used twice: they tell
        nothing of a member that has an id."""
        return self.vm_id == vm_id if self.vm_id is not None else self.address in addresses

    def same(self, other: PoolMember) -> bool:
        """At the same port too; its health is no part of what it is."""
        return self.port == other.port and self.is_vm(other.vm_id, [other.address or ""])


class Pool(Model):
    """``by_address``: members are addresses, of whoever can be reached, and not VMs of the account.
    ``network_id`` and ``zone``: where its members must be, None: not known, or anywhere."""

    id: str
    region: str
    zone: str | None = None
    network_id: str | None = None
    by_address: bool = False
    takes_port: bool = True
    tells_health: bool = True
    members: list[PoolMember] = []

    def places(self, vm_id: str | None, addresses: list[str]) -> list[PoolMember]:
        """Where it has this VM, once for each port; not what is being removed."""
        live = [one for one in self.members if one.health is not MemberHealth.DRAINING]
        return [one for one in live if one.is_vm(vm_id, addresses)]


class LoadBalancer(Observed):
    """One that bills. ``empty``: nothing is registered behind it, and it answers nothing by itself.

    ``mark`` tells it from another of its name that was made later; ``billed_as``: what the bill
    calls it.
    """

    mark: str
    billed_as: str
    empty: bool


class BalancerPool(Model):
    """A pool that the target of a migration joins and that its source leaves.

    ``account_id``: whose pool. ``port``: where the target listens, None: the pool's own.
    ``join``: without it the source leaves, and nothing comes in its place.
    ``wait_healthy_seconds``: how long the pool may take to call the target healthy; None: it is not
    asked.
    """

    account_id: ResourceId
    pool: PoolId
    port: Port | None = None
    join: bool = True
    wait_healthy_seconds: int | None = Field(default=None, ge=1, le=3600)


class JoinedPool(Model):
    """``member``: the target in it, None: it does not join. ``left``: where the source was in it.
    ``joined``: it was asked for; ``change``: the provider's operation that does it."""

    pool: BalancerPool
    member: PoolMember | None = None
    left: list[PoolMember] = []
    joined: bool = False
    change: str | None = None
