"""The state history: nothing lost, nothing doubled, nothing of another tenant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from novacron.errors import NotReady
from novacron.models.account import ProviderType
from novacron.models.base import Model
from novacron.models.operation import OperationKind, ResourceKind
from novacron.operations.kinds import NoArguments, StopArguments
from novacron.operations.submit import submit_change
from novacron.store.history import History
from novacron.store.table import Lost, Table
from tests.world import ALICE, World

START = datetime(2025, 1, 1, tzinfo=UTC)
LATER = datetime(2027, 1, 1, tzinfo=UTC)


def history(world: World) -> History:
    return History(world.services.store.table)


def change(world: World, kind: OperationKind, vm_id: str, body: Model) -> None:
    submit_change(world.services, ALICE, kind, vm_id, body, world.key())
    world.run()


def test_a_vms_life_is_kept(world: World) -> None:
    made = world.create_vm(vcpus=2, memory_mib=4096)
    world.run()
    change(world, OperationKind.VM_STOP, made.resource_id, StopArguments())
    change(world, OperationKind.VM_DELETE, made.resource_id, NoArguments())

    found = history(world).of("acme", made.resource_id, START, LATER)

    states = [one.state for one in found]
    assert states[-1] == "deleted"
    assert "running" in states
    assert "stopped" in states
    running = next(one for one in found if one.state == "running")
    assert (running.vcpus, running.memory_mib, running.bills_compute) == (2, 4096, True)
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert len({(one.state, one.bills_compute) for one in found}) == len(found)


def test_looks_without_news_write_nothing(world: World) -> None:
    made = world.create_vm()
    world.run()
    store = world.services.store
    record = store.resource("acme", ResourceKind.VM, made.resource_id)
    before = history(world).of("acme", record.id, START, LATER)

    for _ in range(3):
        later = record.model_copy(update={"observed_at": record.observed_at + timedelta(hours=1)})
        record = store.save_resource(later, ProviderType.MEMORY)

    assert history(world).of("acme", record.id, START, LATER) == before


def test_a_window_begins_with_what_was_before(world: World) -> None:
    made = world.create_vm()
    world.run()
    last = history(world).of("acme", made.resource_id, START, LATER)[-1]
    window = (last.at + timedelta(hours=1), last.at + timedelta(hours=2))

    assert history(world).of("acme", made.resource_id, *window) == [last]
    assert history(world).of("acme", made.resource_id, START, START + timedelta(days=1)) == []
    assert history(world).of("umbrella", made.resource_id, START, LATER) == []


def test_a_change_that_loses_leaves_no_trace(world: World) -> None:
    made = world.create_vm()
    world.run()
    store = world.services.store
    record = store.resource("acme", ResourceKind.VM, made.resource_id)
    before = history(world).of("acme", record.id, START, LATER)
    late = record.model_copy(update={"state": "stopped", "version": record.version - 1})

    with pytest.raises(NotReady):
        store.save_resource(late, ProviderType.MEMORY)

    assert history(world).of("acme", record.id, START, LATER) == before


def test_an_accounts_days(world: World) -> None:
    made = world.create_vm()
    world.run()
    found, now, hour = history(world), world.clock.at, timedelta(hours=1)

    def there(start: datetime, end: datetime, tenant: str = "acme") -> set[str]:
        return found.account(tenant, world.account.id, start, end)

    assert there(now - hour, now + hour) == {made.resource_id}
    assert there(now - 2 * hour, now - hour) == set()
    assert there(now - hour, now + hour, "umbrella") == set()
    changed = found.changed("acme", world.account.id, now.date())
    assert {one.resource for one in changed} == {made.resource_id}

    world.clock.at += timedelta(days=3)
    change(world, OperationKind.VM_DELETE, made.resource_id, NoArguments())
    assert there(now, now + hour) == {made.resource_id}
    assert there(now + timedelta(days=4), now + timedelta(days=5)) == set()


def test_the_change_and_the_record_are_one_write(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies while it writes leaves both or neither."""
    made = world.create_vm()
    world.run()
    store = world.services.store
    record = store.resource("acme", ResourceKind.VM, made.resource_id)

    def refuse(_table: Table, _writes: list[object]) -> None:
        raise Lost([])

    monkeypatch.setattr(Table, "transact", refuse)
    with pytest.raises(NotReady):
        store.save_resource(record.model_copy(update={"state": "error"}), ProviderType.MEMORY)
    assert store.resource("acme", ResourceKind.VM, record.id) == record
