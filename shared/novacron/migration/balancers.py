"""Load balancers' pools that the target joins and the source leaves.

The target joins when it has answered and before names lead to it; the source, which is stopped by
then, leaves once the target is in. A pool that does not call the target healthy in time fails the
migration, as it can still go back: then the target leaves, and the source joins again where it was.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from novacron.errors import Conflict, NotFound, NotReady
from novacron.migration.context import Context
from novacron.migration.pools import balancers_of
from novacron.migration.rounds import DONE, StepResult
from novacron.models.load_balancer import BalancerPool, JoinedPool, MemberHealth, PoolMember
from novacron.models.migration import Effect
from novacron.models.vm import Vm
from novacron.providers.load_balancers import LoadBalancers


def join_pools(now: Context) -> StepResult:
    """Raises NotReady until the target is in all pools, and healthy where that is waited for;
    Conflict when it is not in time."""
    if not now.migration.spec.load_balancers:
        return DONE
    if not now.migration.pools:
        source = now.source.get_vm(now.source_vm_id)
        target = now.target.get_vm(now.migration.target_vm_id or "")
        before = [_looked_up(now, one, source, target) for one in now.migration.spec.load_balancers]
        now.intend(Effect.POOLS)
        now.save(pools=before)
    for index, one in enumerate(now.migration.pools):
        _join(now, index, one)
    for one in now.migration.pools:
        _check_health(now, one)
    _leave(now)
    now.save(marks=now.mark("joined"))
    return DONE


def check_left(now: Context) -> None:
    """Raises NotReady until no pool has the source."""
    if _leave(now):
        raise NotReady(f"{now.record.id} is being removed from a load balancer's pool.")


def take_out(now: Context) -> None:
    """The target leaves. A pool that is gone has nobody in it."""
    for one in now.migration.pools:
        if one.member is not None:
            with suppress(NotFound):
                _done(_of(now, one.pool).remove_member(one.pool.pool, one.member))


def put_back(now: Context) -> None:
    """The source, which runs, joins again where it was."""
    for one in now.migration.pools:
        for member in one.left:
            with suppress(NotFound):
                _done(_of(now, one.pool).add_member(one.pool.pool, member))


def _of(now: Context, wanted: BalancerPool) -> LoadBalancers:
    return balancers_of(now.services, now.migration.tenant, wanted)


def _looked_up(now: Context, wanted: BalancerPool, source: Vm, target: Vm) -> JoinedPool:
    own = wanted.account_id == now.source_account.id
    pool = _of(now, wanted).get_pool(wanted.pool)
    left = pool.places(source.id if own else None, source.private_ips)
    member = _member(now, wanted, target) if wanted.join else None
    return JoinedPool(pool=wanted, member=member, left=left)


def _member(now: Context, wanted: BalancerPool, target: Vm) -> PoolMember:
    own = wanted.account_id == now.target_account.id
    return PoolMember(
        vm_id=target.id if own else None,
        address=target.private_ips[0] if target.private_ips else None,
        port=wanted.port,
    )


def _join(now: Context, index: int, one: JoinedPool) -> None:
    """Raises NotReady, and what ended the provider's operation."""
    if one.member is None:
        return
    if not one.joined:
        change = _of(now, one.pool).add_member(one.pool.pool, one.member)
        one = one.model_copy(update={"joined": True, "change": change})
        pools = list(now.migration.pools)
        pools[index] = one
        now.save(pools=pools)
    if one.change is not None:
        account = now.services.store.account(now.migration.tenant, one.pool.account_id)
        now.services.providers.of(account).check_operation(one.change)


def _check_health(now: Context, one: JoinedPool) -> None:
    most, member = one.pool.wait_healthy_seconds, one.member
    if most is None or member is None:
        return
    pool = _of(now, one.pool).get_pool(one.pool.pool)
    found = pool.places(member.vm_id, [member.address or ""])
    mine = [place.health for place in found if member.port in (None, place.port)]
    if mine and all(health is MemberHealth.HEALTHY for health in mine):
        return
    told = f"The pool {pool.id} calls the target {', '.join(mine) or 'no member'}"
    if now.services.now() - now.migration.marks["answered"] > timedelta(seconds=most):
        raise Conflict(f"{told} after {most} s.")
    raise NotReady(f"{told}.")


def _leave(now: Context) -> bool:
    """Whether the source was still somewhere. A pool that is gone has nobody in it."""
    found = False
    for one in now.migration.pools:
        with suppress(NotFound):
            found = _leave_pool(now, one) or found
    return found


def _leave_pool(now: Context, one: JoinedPool) -> bool:
    """What the target took over by its address stays."""
    if not one.left:
        return False
    provider, kept = _of(now, one.pool), one.member
    there = provider.get_pool(one.pool.pool).members
    gone = [
        place
        for place in one.left
        if any(place.same(member) and _live(member) for member in there)
        and not (kept and place.is_vm(kept.vm_id, [kept.address or ""]))
    ]
    for place in gone:
        provider.remove_member(one.pool.pool, place)
    return bool(gone)


def _live(member: PoolMember) -> bool:
    return member.health is not MemberHealth.DRAINING


def _done(change: str | None) -> None:
    """Made again until there is nothing to change: what failed is seen by that."""
    if change is not None:
        raise NotReady(f"A load balancer's pool is being changed: {change}.")
