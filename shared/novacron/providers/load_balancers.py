"""Pools of load balancers: who answers a name's requests is part of moving a VM.

The rules of ``providers.base`` hold. A pool is named as the provider names it: the ARN of a target
group of Elastic Load Balancing, "<load balancer>/<backend address pool>" of Azure's resource group,
"<zone>/<name>" of a network endpoint group of Google's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from novacron.models.base import Page, PageRequest
from novacron.models.load_balancer import LoadBalancer, Pool, PoolMember


class LoadBalancers(ABC):
    """Can register VMs as members of pools that are there."""

    @abstractmethod
    def get_pool(self, pool_id: str) -> Pool:
        """The pool with all its members. NotFound; Unsupported: a kind that has no VMs in it."""

    @abstractmethod
    def add_member(self, pool_id: str, member: PoolMember) -> str | None:
        """Register it at its port; without one at the pool's own. Its health is not read.

        Returns the provider's operation as ``check_operation`` takes it; None: it is a member, also
        when it was one already. Raises NotFound (the pool, the VM), Conflict: a VM that is not in a
        state to be registered; InvalidSpec: one that the pool cannot take; NotReady: an earlier
        change of it is under way.
        """

    @abstractmethod
    def remove_member(self, pool_id: str, member: PoolMember) -> str | None:
        """Remove it at its port; without one at all. One that is gone already is fine, and so is a
        VM that is. Else as ``add_member``."""


class LoadBalancerList(ABC):
    """Can tell which load balancers have nothing behind them."""

    @abstractmethod
    def list_load_balancers(self, region: str | None, page: PageRequest) -> Page[LoadBalancer]:
        """Those that bill, of one or all of the account's regions, whoever made them. A target
        counts whatever its health; one that is being removed does until it is gone."""
