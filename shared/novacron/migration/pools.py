"""Whether the target of a migration can join the load balancers' pools that its plan names."""

from __future__ import annotations

from collections.abc import Iterator

from novacron.errors import Conflict, Unsupported
from novacron.migration.context import Context
from novacron.models.load_balancer import BalancerPool, Pool
from novacron.models.migration import MigrationSpec
from novacron.operations.services import Services
from novacron.providers.load_balancers import LoadBalancers


def refuse_pools(now: Context) -> None:
    """Raises Unsupported, NotFound or Conflict for a pool that will not do."""
    spec = now.migration.spec
    for wanted in spec.load_balancers:
        pool = balancers_of(now.services, now.migration.tenant, wanted).get_pool(wanted.pool)
        for told in complaints(spec, wanted, pool):
            raise Conflict(told, field="spec.load_balancers")


def complaints(spec: MigrationSpec, wanted: BalancerPool, pool: Pool) -> Iterator[str]:
    """Why the target cannot join as it is wanted."""
    if not wanted.join:
        return
    if not pool.by_address:
        if wanted.account_id != spec.account_id:
            yield f"The pool {pool.id} takes VMs of its own account, not of {spec.account_id}."
        if pool.region != spec.region:
            yield f"The pool {pool.id} is in {pool.region}, the target is to be in {spec.region}."
        if pool.zone not in (None, spec.zone):
            where = spec.zone or "any zone"
            yield f"The pool {pool.id} is in {pool.zone}, the target is to be in {where}."
    if wanted.port is not None and not pool.takes_port:
        yield f"The rules of the pool {pool.id} say the port: leave it out."
    if wanted.wait_healthy_seconds is not None and not pool.tells_health:
        yield f"It cannot be seen whether a member of the pool {pool.id} is healthy."


def balancers_of(services: Services, tenant: str, wanted: BalancerPool) -> LoadBalancers:
    """Raises NotFound (account), Unsupported: its provider has none."""
    provider = services.providers.of(services.store.account(tenant, wanted.account_id))
    if not isinstance(provider, LoadBalancers):
        raise Unsupported(provider.refusals["LoadBalancers"], field="spec.load_balancers")
    return provider
