"""Load balancers' pools that the target joins and the source leaves."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from novacron.errors import Conflict
from novacron.migration import control
from novacron.migration.assess.assess import assess
from novacron.models.load_balancer import MemberHealth, Pool, PoolMember
from novacron.models.migration import CreateMigration, MigrationSpec, Phase, RollBack
from novacron.operations.reconcile import reconcile
from novacron.providers.memory.provider import MemoryProvider
from tests.fuse import Fuse, Killed
from tests.unit.migration.conftest import Move, in_process, make_move
from tests.world import ALICE, aws, make_world

OLD, NEW = "old", "new"
LEAVE = {"account_id": "acc-1", "pool": OLD, "join": False}
JOIN = {"account_id": "acc-2", "pool": NEW, "port": 8080, "wait_healthy_seconds": 60}
OTHER = PoolMember(vm_id="vm-of-another", port=80)


@pytest.fixture
def pools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Move]:
    """The source is in its pool at two ports, beside another VM; the target's pool has another."""
    with aws(monkeypatch, at_once=True) as client:
        world = in_process(make_world(client, tmp_path, monkeypatch), monkeypatch)
        move = make_move(world, root_gib=1)
        make_pool(move.source, OLD, OTHER)
        make_pool(move.target, NEW, OTHER)
        for port in (80, 443):
            move.source.add_member(OLD, _source(move, port))
        yield move


def make_pool(provider: MemoryProvider, name: str, *members: PoolMember, **more: Any) -> None:
    pool = Pool(id=name, region="local", members=list(members), **more)
    with provider.opened():
        provider.cloud.pools[name] = pool


def _source(move: Move, port: int) -> PoolMember:
    return PoolMember(vm_id=move.vm.provider_id, port=port)


def _members(provider: MemoryProvider, pool: str) -> list[tuple[str | None, int | None]]:
    found = [(one.vm_id, one.port) for one in provider.get_pool(pool).members]
    assert found[0] == (OTHER.vm_id, OTHER.port)
    return found[1:]


def _as_before(move: Move) -> None:
    source = move.vm.provider_id
    assert _members(move.source, OLD) == [(source, 80), (source, 443)]
    assert _members(move.target, NEW) == []


def test_the_target_joins_and_the_source_leaves(pools: Move) -> None:
    operation = pools.begin(load_balancers=[LEAVE, JOIN])
    machine = pools.machine(operation)
    assert machine.run() == "Succeeded"
    assert machine.states.index("JoinPools") == machine.states.index("Boot") + 1
    told = pools.migration(operation)
    assert _members(pools.source, OLD) == []
    assert _members(pools.target, NEW) == [(told.target_vm_id, 8080)]
    seen = control.view(pools.world.services, "acme", told.id)
    assert "pools" in seen.downtime_seconds


def test_what_fails_after_it_has_joined_puts_the_source_back(
    pools: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise Conflict("no")

    monkeypatch.setattr(MemoryProvider, "get_record", refused)
    name = {"account_id": "acc-1", "zone": "example.org", "name": "web.example.org"}
    operation = pools.begin(load_balancers=[LEAVE, JOIN], names=[{**name, "public": False}])
    assert pools.machine(operation).run() == "Failed"
    assert pools.migration(operation).phase is Phase.ROLLED_BACK
    assert pools.running() == ["source"]
    _as_before(pools)


def test_a_target_that_is_never_healthy_goes_back(
    pools: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    sick = MemberHealth.UNHEALTHY
    checked = MemoryProvider._checked

    def unhealthy(self: MemoryProvider, member: PoolMember) -> PoolMember:
        found = checked(self, member)
        return found.model_copy(update={"health": sick}) if member.port == 8080 else found

    monkeypatch.setattr(MemoryProvider, "_checked", unhealthy)
    operation = pools.begin(load_balancers=[LEAVE, JOIN])
    machine = pools.machine(operation)
    waits: list[list[tuple[str | None, int | None]]] = []

    def wait() -> None:
        waits.append(_members(pools.source, OLD))
        pools.world.clock.at += pools.world.services.grace / 10

    machine.wait = wait
    assert machine.run() == "Failed"
    error = pools.migration(operation).error
    assert error is not None
    assert "unhealthy after 60 s" in error.detail
    assert len(waits[-1]) == 2  # the source does not leave before the target is healthy
    assert pools.running() == ["source"]
    _as_before(pools)


def test_a_committed_move_that_is_rolled_back_puts_the_source_back(pools: Move) -> None:
    operation = pools.begin(load_balancers=[LEAVE, JOIN])
    pools.machine(operation).run()
    services, moved = pools.world.services, pools.migration(operation).id
    told = control.roll_back(services, ALICE, moved, RollBack(lose_writes=True), "back")
    back = services.store.operation("acme", told.return_operation_id or "")
    assert pools.machine(back).run() == "Succeeded"
    _as_before(pools)


@pytest.mark.parametrize("wanted", [{**JOIN, "pool": "none"}, {**JOIN, "account_id": "acc-1"}])
def test_a_pool_that_will_not_do_is_refused_before_anything_is_copied(
    pools: Move, wanted: dict[str, object]
) -> None:
    make_pool(pools.source, NEW)
    operation = pools.begin(load_balancers=[wanted])
    machine = pools.machine(operation)
    assert machine.run() == "Failed"
    assert "CopyOut" not in machine.states
    assert pools.migration(operation).phase is Phase.ROLLED_BACK


def _codes(move: Move, wanted: dict[str, object], **spec: Any) -> list[tuple[str, str]]:
    given = {"account_id": "acc-2", "region": "local", "load_balancers": [wanted], **spec}
    asked = CreateMigration(vm_id=move.vm.id, spec=MigrationSpec.model_validate(given))
    found = assess(move.world.services, ALICE, asked).checks
    return [(one.code, one.severity.value) for one in found if one.code.startswith("balancers.")]


def test_the_assessment_stops_what_could_not_join(pools: Move) -> None:
    assert _codes(pools, JOIN) == []
    assert _codes(pools, LEAVE) == []
    unknown, target = [("balancers.unknown", "blocker")], [("balancers.target", "blocker")]
    assert _codes(pools, {**JOIN, "pool": "none"}) == unknown
    assert _codes(pools, {**JOIN, "account_id": "acc-9"}) == unknown
    assert _codes(pools, {**LEAVE, "join": True}) == target
    for fault in ({"zone": "local-b"}, {"takes_port": False}, {"tells_health": False}):
        make_pool(pools.target, NEW, **fault)
        assert _codes(pools, JOIN) == target
    make_pool(pools.target, NEW, zone="local-a")
    assert _codes(pools, JOIN, zone="local-a") == []


EFFECTS = [
    (MemoryProvider, name) for name in ("add_member", "remove_member", "delete_vm", "release_vm")
]


def test_killed_on_the_way_there_and_back_the_source_is_where_it_was(
    pools: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name cannot be switched, so that the move is undone once it has joined."""
    name = {"account_id": "acc-1", "zone": "example.org", "name": "web.example.org"}
    spec = {"load_balancers": [LEAVE, JOIN], "names": [{**name, "public": True}]}
    services = pools.world.services
    for at in itertools.count(1):
        with monkeypatch.context() as patch:
            Fuse(at, patch, EFFECTS)
            operation = pools.begin(f"move-{at}", **spec)
            try:
                pools.machine(operation).run()
            except Killed:
                killed = True
            else:
                killed = False
        pools.world.machine.waiting.clear()
        pools.world.clock.at += 2 * services.grace
        reconcile(services)
        for waiting in list(pools.world.machine.waiting):
            pools.machine(waiting).run()
        assert pools.migration(operation).phase is Phase.ROLLED_BACK, at
        assert pools.running() == ["source"], at
        _as_before(pools)
        if not killed:
            break
    assert at > 12
