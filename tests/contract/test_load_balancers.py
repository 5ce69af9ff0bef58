"""Who is in a load balancer's pool, for every provider that has such pools."""

from __future__ import annotations

import pytest

from novacron.errors import NotFound
from novacron.models.base import Page, PageRequest
from novacron.models.load_balancer import LoadBalancer, MemberHealth, Pool, PoolMember
from novacron.models.vm import Vm
from novacron.providers.base import iterate
from novacron.providers.load_balancers import LoadBalancerList, LoadBalancers
from tests.contract.env import Env


@pytest.fixture(scope="session")
def made() -> dict[str, str]:
    """Environment -> its pool, made once."""
    return {}


@pytest.fixture
def pool(env: Env, made: dict[str, str]) -> str:
    if env.make_pool is None:
        pytest.skip(f"{env.name} has no load balancers")
    if env.name not in made:
        made[env.name] = env.make_pool("contract-pool")
    return made[env.name]


def _balancers(env: Env) -> LoadBalancers:
    assert isinstance(env.provider, LoadBalancers)
    return env.provider


def _member(env: Env, pool: str, vm: Vm, port: int = 8080) -> PoolMember:
    takes = _balancers(env).get_pool(pool).takes_port
    return PoolMember(vm_id=vm.id, address=vm.private_ips[0], port=port if takes else None)


def _ended(env: Env, change: str | None) -> None:
    if change is not None:
        env.done(lambda: env.provider.check_operation(change))


def _add(env: Env, pool: str, member: PoolMember) -> None:
    _ended(env, env.done(lambda: _balancers(env).add_member(pool, member)))


def _remove(env: Env, pool: str, member: PoolMember) -> None:
    _ended(env, env.done(lambda: _balancers(env).remove_member(pool, member)))


def _places(found: Pool, vm: Vm) -> list[int | None]:
    return [one.port for one in found.places(vm.id, vm.private_ips)]


def test_a_capability_is_a_type(env: Env) -> None:
    assert isinstance(env.provider, LoadBalancers) is (env.make_pool is not None)


def test_a_load_balancer_is_empty_until_a_vm_is_behind_it(env: Env) -> None:
    provider = env.provider
    if not isinstance(provider, LoadBalancerList):
        assert "LoadBalancerList" in provider.refusals
        return

    def one_at_a_time(region: str | None, page: PageRequest) -> Page[LoadBalancer]:
        return provider.list_load_balancers(region, page.model_copy(update={"limit": 1}))

    def mine(region: str | None) -> LoadBalancer:
        (one,) = [one for one in iterate(one_at_a_time, region) if one.name == "contract-empty"]
        return one

    assert env.make_pool is not None
    pool, vm = env.make_pool("contract-empty"), env.running_vm()
    before = mine(None)
    assert (before.empty, before.region) == (True, env.region)
    member = _member(env, pool, vm)
    _add(env, pool, member)
    env.settle()
    after = mine(env.region)
    assert (after.empty, after.mark) == (False, before.mark)
    (there,) = _balancers(env).get_pool(pool).places(vm.id, vm.private_ips)
    _remove(env, pool, there)


def test_a_vm_joins_is_healthy_and_leaves(env: Env, pool: str) -> None:
    vm = env.running_vm()
    before = _balancers(env).get_pool(pool)
    assert (before.id, before.region) == (pool, env.region)
    assert before.zone in (None, env.zone)
    assert _places(before, vm) == []
    member = _member(env, pool, vm)
    _add(env, pool, member)
    env.settle()
    found = _balancers(env).get_pool(pool)
    (mine,) = found.places(vm.id, vm.private_ips)
    assert mine.vm_id == vm.id
    assert mine.port == member.port
    assert mine.health is (MemberHealth.HEALTHY if found.tells_health else MemberHealth.UNKNOWN)
    _remove(env, pool, mine)
    assert _places(_balancers(env).get_pool(pool), vm) == []


def test_what_is_repeated_changes_nothing(env: Env, pool: str) -> None:
    vm = env.running_vm()
    member = _member(env, pool, vm)
    _add(env, pool, member)
    assert _balancers(env).add_member(pool, member) is None
    assert _places(_balancers(env).get_pool(pool), vm) == [member.port]
    _remove(env, pool, member)
    assert _balancers(env).remove_member(pool, member) is None
    _add(env, pool, member)
    assert _places(_balancers(env).get_pool(pool), vm) == [member.port]
    _remove(env, pool, member)


def test_several_ports_are_several_places(env: Env, pool: str) -> None:
    if not _balancers(env).get_pool(pool).takes_port:
        pytest.skip("the pool's rules say the port")
    vm = env.running_vm()
    for port in (8080, 8443):
        _add(env, pool, _member(env, pool, vm, port))
    assert sorted(_places(_balancers(env).get_pool(pool), vm), key=str) == [8080, 8443]
    _remove(env, pool, _member(env, pool, vm, 8443))
    assert _places(_balancers(env).get_pool(pool), vm) == [8080]
    _add(env, pool, _member(env, pool, vm, 8443))
    _remove(env, pool, PoolMember(vm_id=vm.id, address=vm.private_ips[0]))
    assert _places(_balancers(env).get_pool(pool), vm) == []


def test_without_a_port_it_is_the_pools_own(env: Env, pool: str) -> None:
    vm = env.running_vm()
    member = PoolMember(vm_id=vm.id, address=vm.private_ips[0])
    _add(env, pool, member)
    (port,) = _places(_balancers(env).get_pool(pool), vm)
    assert port == (80 if _balancers(env).get_pool(pool).takes_port else None)
    _remove(env, pool, member)


def test_others_stay(env: Env, pool: str) -> None:
    stays, goes = env.running_vm(), env.running_vm()
    for vm in (stays, goes):
        _add(env, pool, _member(env, pool, vm))
    _remove(env, pool, _member(env, pool, goes))
    found = _balancers(env).get_pool(pool)
    assert len(_places(found, stays)) == 1
    assert _places(found, goes) == []
    _remove(env, pool, _member(env, pool, stays))


def test_what_is_not_there(env: Env, pool: str) -> None:
    balancers, vm = _balancers(env), env.running_vm()
    for absent in ("no-such-pool", pool[:-1] + ("0" if pool[-1] != "0" else "1")):
        with pytest.raises(NotFound):
            balancers.get_pool(absent)
        with pytest.raises(NotFound):
            balancers.add_member(absent, PoolMember(vm_id=vm.id, address=vm.private_ips[0]))
